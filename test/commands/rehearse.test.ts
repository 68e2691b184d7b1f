/** `steadyrun rehearse`, as a user types it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { runRehearse } from '../../src/commands/rehearse.ts';
import { runsOf } from '../../src/rehearsal/job.ts';
import { rehearseAll } from '../../src/rehearsal/pool.ts';
import { isWhole } from '../whole.ts';
import { steadyrun as asProcess } from './cli.ts';
import { steadyrun } from './in-process.ts';

const policy = 'deploy/examples/minimal.yaml';
const scenario = (name: string) => `deploy/examples/scenarios/${name}.yaml`;

vi.mock('../../src/rehearsal/pool.ts', { spy: true });

describe('rehearse', () => {
  test('prints one object a scenario, the same bytes for the same seed on any number of threads', async () => {
    const runs = isWhole ? 30 : 6;
    const args = [
      'rehearse',
      '--policy',
      policy,
      '--scenario',
      scenario('small-regression'),
      '--scenario',
      scenario('healthy'),
    ];
    const one = await asProcess(...args, '--runs', `${runs}`, '--seed', '5', '--jobs', '1', '--json');
    const two = await asProcess(...args, '--runs', `${runs}`, '--seed', '5', '--jobs', '3', '--json');
    const other = await asProcess(...args, '--runs', `${runs}`, '--seed', '6', '--json');
    expect(one.code).toBe(0);
    expect(two.out).toBe(one.out);
    expect(other.out).not.toBe(one.out);
    const [bad, good] = one.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(bad).toMatchObject({
      scenario: 'small-regression',
      truth: 'Bad',
      rule: 'steadyrun',
      runs,
      promoted: 0,
      rolledBack: runs,
      undecided: 0,
      secondsTo90Percent: null,
      reasons: { ErrorRateRegression: runs },
    });
    expect(bad.secondsToRollback.p50).toBeLessThanOrEqual(bad.secondsToRollback.p95);
    expect(bad.excessBadRequests.mean).toBeGreaterThan(0);
    expect(good).toMatchObject({ promoted: runs, secondsToRollback: null, excessBadRequests: { mean: 0, p95: 0 } });
  });

  test('prints a table for people', async () => {
    const { code, out } = await asProcess(
      'rehearse',
      '--policy',
      policy,
      '--scenario',
      scenario('healthy'),
      '--runs',
      '4',
    );
    expect(code).toBe(0);
    expect(out).toContain('SCENARIO  TRUTH  PROMOTED');
    expect(out).toContain('4 runs each by the rule steadyrun, seed 1.');
  });

  test.each([
    [0, /^$/],
    [1, /^SCENARIO .+\nhealthy .+\n\n1 runs each .+\n$/],
  ])('interrupted after %i of two scenarios shows those', async (finished, table) => {
    vi.mocked(rehearseAll).mockImplementationOnce(async (jobs, { onJob, signal }) => {
      for (const job of jobs.slice(0, finished)) onJob(job, runsOf(job, 0, 1), 0);
      process.emit('SIGINT');
      signal!.throwIfAborted();
    });
    const [out, err] = [vi.fn(), vi.fn()];
    const options = { policy, scenario: ['healthy', 'slower'].map(scenario), runs: 1, seed: 1, rule: 'steadyrun' };
    const code = await runRehearse(
      { ...options, jobs: 1, json: false },
      { stdout: { write: out }, stderr: { write: err } },
    );
    expect(code).toBe(130);
    expect(out.mock.calls.join('')).toMatch(table);
    expect(err.mock.calls.join('')).toBe(`steadyrun: interrupted after ${finished} of 2 scenarios\n`);
  });

  test.each([
    [
      'no such policy',
      ['--policy', 'nowhere.yaml', '--scenario', scenario('healthy')],
      'nowhere.yaml: there is no such file',
    ],
    ['no such scenario', ['--policy', policy, '--scenario', 'nowhere.yaml'], 'nowhere.yaml: there is no such file'],
    ['no such rule', ['--policy', policy, '--scenario', scenario('healthy'), '--rule', 'coin'], 'coin'],
    [
      'a policy for a scenario',
      ['--policy', policy, '--scenario', policy],
      `${policy}:1:1: is a policy, and no scenario; give it to --policy`,
    ],
  ])('%s: says so in a line, exit code 1', async (_, args, sentence) => {
    const { code, err } = await steadyrun('rehearse', ...args);
    expect(code).toBe(1);
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('a scenario with unknown keys is refused with file, line and path', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rehearse-')), 'bad.yaml');
    writeFileSync(
      file,
      'name: x\ntruth: Good\ncandidate: {errorPercnt: 5}\nevents: [{at: 1m, for: 1m, on: Stable, rps: 5}]\n',
    );
    const { code, err } = await steadyrun('rehearse', '--policy', policy, '--scenario', file);
    expect(code).toBe(1);
    expect(err).toContain(`${file}:3:13: candidate.errorPercnt: there is no such field`);
    expect(err).toContain('events[0].rps: means nothing on Stable');
  });
});
