import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataSets, seriesIn } from './placebo/sets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'placebo-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['test/bench/main.ts', 'placebo', ...args],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });

const linesOf = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A table of so many ticks, whose last columns depend on which tick it is. */
const written = (name: string, header: string, ticks: number, rows: (tick: number) => readonly string[]): void => {
  const lines = Array.from({ length: ticks }, (_, tick) => rows(tick)).flat();
  writeFileSync(join(folder, name), [header, ...lines, ''].join('\n'));
};

describe('recorded traffic', () => {
  test('is replayed in two arms by every rule, with a line a cell and rule; what is not there is said', {
    timeout: 120_000,
  }, async () => {
    const often = (tick: number, every: number, bad: number) => (tick % every === 0 ? bad : 0);
    written('wikibase_60s.csv', 'time,total,errors5xx,e500', 200, (t) => [
      `${60 * t},300,${often(t, 40, 3)},${often(t, 40, 3)}`,
    ]);
    written('lambda_instance_900s.csv', 'run,time,instance,total,cold,over_200ms', 40, (t) =>
      ['a', 'b', 'c'].map((instance, i) => `one,${900 * t},${instance},40,0,${often(t + i, 9, 1)}`),
    );
    const { code, out, err } = await run('--data', folder, '--quick', '--json', '--seed', '3');
    const lines = linesOf(out);
    const last = lines.pop() as { ok: boolean; rows: { what: string; ok: boolean }[] };
    expect(last).toMatchObject({ bench: 'placebo', seed: 3 });
    expect(code).toBe(last.ok ? 0 : 1);
    expect(last.rows.filter(({ what }) => what.includes('false'))).toMatchObject([
      { what: 'wikibase: false rollbacks, K 2.6 and 5', bar: 1, ok: true },
      { what: 'wikibase: false rollbacks, K 28', bar: 3, ok: true },
      { what: 'lambda: false rollbacks, units kept whole', bar: 1, ok: true },
    ]);
    expect(lines).toContainEqual(expect.objectContaining({ dataSet: 'nasa1995_clientbuckets_60s.csv', found: false }));
    for (const rule of ['steadyrun', 'flagger', 'mann-whitney', 'argo-rollouts, best-tuned']) {
      for (const sharePercent of [1, 10, 50]) {
        const cell = { rule, sharePercent, runs: 20 };
        expect(lines).toContainEqual(
          expect.objectContaining({ ...cell, series: 'wikibase', clusterMean: 28, fault: null, targetPercent: 99.9 }),
        );
        expect(lines).toContainEqual(
          expect.objectContaining({ ...cell, series: 'lambda one over_200ms', clusterMean: null, standing: 'Missed' }),
        );
      }
      expect(err).toContain(rule);
    }
  });

  test('that nobody gave is named, with where it comes from, its licence and the columns it needs', async () => {
    const { code, out } = await run('--json');
    const lines = linesOf(out);
    expect(code).toBe(0);
    expect(lines.pop()).toMatchObject({ bench: 'placebo', rows: [], ok: true });
    const sets = lines.filter(({ found }) => found === false);
    expect(sets.length).toBeGreaterThan(3);
    for (const set of sets) {
      expect(set).toMatchObject({ origin: expect.stringMatching(/./), licence: expect.stringMatching(/./) });
      expect(set.columns).not.toEqual([]);
    }
    const spoken = await run();
    for (const { dataSet } of sets) expect(spoken.out).toContain(dataSet);
  });

  const web = 'wikibase_60s.csv';
  const instances = 'lambda_instance_900s.csv';
  const machines = 'azurevm_latency_factor.csv';
  test.each([
    [web, 'time,total\n60,1', 'line 1: there is no column errors5xx, only time, total'],
    [web, 'time,total,errors5xx\n', 'line 1: no row follows the header'],
    [web, 'time,total,errors5xx\n60,1,0\n120,1', 'line 3: 2 cells, where the header has 3'],
    [web, 'time,total,errors5xx\n60,x,0', 'line 2, column total: "x" is not a whole number'],
    [web, 'time,total,errors5xx\n60,1,2', 'line 2, column errors5xx: 2 of 1 requests cannot be bad'],
    [web, 'time,total,errors5xx\n61,1,0', 'line 2, column time: 61 is not the start of a tick of 60 s'],
    [web, 'time,total,errors5xx\n60,1,0\n60,1,0', 'line 3, column time: the same tick as line 2'],
    [instances, 'run,time,instance,total\na,900,1,1', 'line 1: there is no column over_Nms'],
    [machines, 'sku,factor\nsmall,0', 'line 2, column factor: "0" is not a number above 0'],
  ])('that is not as it should be is refused with its place: %s %j', (file, text, problem) => {
    const broken = mkdtempSync(join(folder, 'broken-'));
    writeFileSync(join(broken, file), text);
    const set = dataSets.find((one) => one.file === file)!;
    expect(() => seriesIn(broken, set)).toThrow(`${file}, ${problem}`);
  });

  test('that cannot be read ends the bench with that sentence and exit code 1', async () => {
    const broken = mkdtempSync(join(folder, 'broken-'));
    writeFileSync(join(broken, web), 'time,total,errors5xx\n60,1,2');
    const problem = `bench: ${web}, line 2, column errors5xx: 2 of 1 requests cannot be bad\n`;
    expect(await run('--data', broken)).toMatchObject({ code: 1, err: problem });
  });

  test('is looked for in a folder that there is', async () => {
    expect(await run('--data', join(folder, 'nowhere'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no such folder'),
    });
  });
});
