import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `steadyrun lab`; `onLine` gets the first line of its standard output. */
async function steadyrunLab(args: readonly string[], onLine: (line: string, end: () => void) => void): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, 'lab', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    const before = out;
    out += chunk;
    if (!before.includes('\n') && out.includes('\n'))
      onLine(out.slice(0, out.indexOf('\n')), () => child.kill('SIGTERM'));
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

test('steadyrun lab --json prints one line when it is ready, and ends well on a signal', async () => {
  let kubeconfig = '';
  const { code, out } = await steadyrunLab(['--json', '--seed', '4', '--speed', '60'], (line, end) => {
    kubeconfig = JSON.parse(line).kubeconfig;
    expect(existsSync(kubeconfig)).toBe(true);
    end();
  });
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(out)).toMatchObject({ seed: 4, speed: 60, services: [{ name: 'api' }, { name: 'chat' }] });
  expect(existsSync(kubeconfig)).toBe(false);
});

test('steadyrun lab names the file and the path of what is wrong with its services', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'steadyrun-test-'));
  const file = join(directory, 'services.yaml');
  await writeFile(file, '- {project: acme, region: r, name: api, rps: fast}\n');
  const { code, out, err } = await steadyrunLab(['--json', '--services', file], () => {});
  await rm(directory, { recursive: true });
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toContain(`${file}: [0].rps: `);
});
