/** The five lines that a lab prints when it starts do what is said of them, as they are printed. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN } from '../commands/cli.ts';

let folder: string;
let ours: NodeJS.ProcessEnv;
/** Each leads a group of its own, so that what it starts in the background ends with it. */
const groups: number[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-session-'));
  ours = { ...process.env, TMPDIR: folder, HOME: folder, NO_COLOR: '1' };
});
afterAll(async () => {
  for (const group of groups) process.kill(-group, 'SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

function started(command: string, args: readonly string[]) {
  const child = spawn(command, args, { env: ours, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  groups.push(child.pid!);
  const shown = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    shown.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    shown.err += chunk;
  });
  return shown;
}

test('from a lab to a revision that is found out', { timeout: 300_000 }, async ({ skip }) => {
  const kubectl = await new Promise((resolve) =>
    spawn('kubectl', ['version', '--client'], { stdio: 'ignore' })
      .on('error', () => resolve(null))
      .on('close', resolve),
  );
  if (kubectl !== 0) skip('kubectl is not on the PATH: https://kubernetes.io/docs/tasks/tools/');
  const lab = started(process.execPath, [MAIN, 'lab', '--speed', '60']);
  await expect.poll(() => lab.out, { timeout: 60_000 }).toContain('gcloud ');
  const lines = lab.out.split('\n').filter((line) => /^ {2}(eval|npx|kubectl (apply|wait)) /.test(line));
  expect(lines).toHaveLength(5);
  const looks = [
    'until npx steadyrun status api | grep rejected; do sleep 1; done',
    'npx steadyrun lab truth api',
    'kubectl get events',
    'echo the end; wait',
  ];
  const shell = started('bash', ['-ec', [...lines, ...looks].join('\n')]);
  await expect.poll(() => shell.out, { timeout: 240_000, message: shell.err }).toContain('the end');
  expect(shell.out).toMatch(/slopolicy\.steadyrun\.dev\/api created/);
  expect(shell.out).toMatch(/api-00002-\w{3} is deployed\. It runs with LAB_ERROR_PERCENT=5/);
  expect(shell.out).toMatch(/api-00002-\w{3} +0 % +rejected: (ErrorRateRegression|SecondStrike)/);
  expect(shell.out).toMatch(/operator +traffic: api-00001-aaa 99 %, api-00002-\w{3} 1 %/);
  expect(shell.out).toMatch(/Warning +(ErrorRateRegression|SecondStrike) +slopolicy\/api/);
});
