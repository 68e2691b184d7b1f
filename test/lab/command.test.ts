import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { steadyrun } from '../commands/in-process.ts';

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

test.each([
  ['a line', 'a_total 1 60\na_total 2\n', ':2: does not say when that was; write the time behind the value'],
  ['nothing in it', '# EOF\n', ': holds no sample; write lines like '],
])('steadyrun lab names the file and what is wrong with its history: %s', async (_, lines, words) => {
  const directory = await mkdtemp(join(tmpdir(), 'steadyrun-test-'));
  const file = join(directory, 'history.txt');
  await writeFile(file, lines);
  const { code, out, err } = await steadyrun('lab', '--json', '--history', file);
  await rm(directory, { recursive: true });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(`steadyrun lab: ${file}${words}`);
});

test('steadyrun lab without the history that is named says so', async () => {
  const { code, err } = await steadyrun('lab', '--history', 'nowhere.txt');
  expect(code).toBe(1);
  expect(err).toBe('steadyrun lab: nowhere.txt: there is no such file; look at the path\n');
});

test('steadyrun lab tells of the past that it was given', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'steadyrun-test-'));
  const file = join(directory, 'history.txt');
  await writeFile(file, 'a_total 1 1767225600\na_total 2 1767225660\n');
  const { code, out } = await steadyrunLab(['--history', file], (_, end) => end());
  await rm(directory, { recursive: true });
  expect(code).toBe(0);
  expect(out).toMatch(
    /^Before it: 2 samples of 1 series, 2026-01-01T00:00:00\.000Z to\s+2026-01-01T00:01:00\.000Z\.$/m,
  );
});

test('steadyrun lab names the file and the path of what is wrong with its services', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'steadyrun-test-'));
  const file = join(directory, 'services.yaml');
  await writeFile(file, '- {project: acme, region: r, name: api, rps: fast}\n');
  const { code, out, err } = await steadyrun('lab', '--json', '--services', file);
  await rm(directory, { recursive: true });
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toContain(`${file}: [0].rps: `);
});
