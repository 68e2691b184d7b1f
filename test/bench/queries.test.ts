import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

const bench = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ['test/bench/main.ts', ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });

test('the bench of queries prints a line a cell, then its bars, all of which are met', async () => {
  const { code, out } = await bench('queries', '--json', '--quick', '--seed', '3');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const last = lines.pop();
  const fleets = lines.splice(3);
  expect(lines.map(({ cell }) => cell)).toEqual(['platform', 'app', 'mixed']);
  expect(fleets.map(({ cell }) => cell)).toEqual(['idle fleet: platform', 'idle fleet: app']);
  for (const { policies, requestsPerMinute, seriesPerMonth, dollarsPerMonth } of fleets) {
    expect(requestsPerMinute).toBeGreaterThan(0);
    expect(dollarsPerMonth).toBeCloseTo(seriesPerMonth / 2e6, 2);
    const [alone] = lines;
    expect(60 * requestsPerMinute).toBeLessThan(policies * alone.idle.queriesPerHour);
  }
  expect(last.rows.filter(({ what }: { what: string }) => what.startsWith('100 idle policies'))).toMatchObject(
    fleets.flatMap(({ requestsPerMinute, dollarsPerMonth }) => [
      { unit: 'a minute', bar: 6, value: requestsPerMinute },
      { unit: 'dollars a month', bar: 2.5, value: dollarsPerMonth },
    ]),
  );
  for (const { rollout, start, idle, guarded } of lines) {
    // Google takes half a dollar for a million time series, and counts at least one a query.
    expect(guarded.dollarsPerMonth).toBeCloseTo(guarded.seriesPerMonth / 2e6, 2);
    expect(guarded.seriesPerMonth).toBeGreaterThanOrEqual(730 * guarded.queriesPerHour);
    expect(guarded.seriesPerMonth).toBeGreaterThan(20 * idle.seriesPerMonth);
    expect(rollout.ticks).toBeGreaterThan(20);
    expect(rollout.queriesPerTick).toBeGreaterThan(1);
    expect(start.bytesIn).toBeGreaterThan(1_000);
  }
  expect(last).toMatchObject({ bench: 'queries', seed: 3, ok: true });
  for (const row of last.rows) expect(row).toMatchObject({ ok: row.value <= row.bar });
  expect(code).toBe(0);
});

test.each([
  [[], 'bench: no NAME was given; NAME is ablations or decisions or pass or placebo or queries'],
  [['nothing'], 'bench: there is no bench nothing; NAME is ablations or decisions or pass or placebo or queries'],
  [
    ['queries', '--seed', 'x'],
    'bench: --seed x is not a whole number from 0 on; NAME is ablations or decisions or pass or placebo or queries',
  ],
  [['queries', '--fast'], "bench: Unknown option '--fast'"],
])('wrong use is said in a line, with exit code 2: %j', async (args, line) => {
  const { code, out, err } = await bench(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.trim().split('\n')).toEqual([expect.stringContaining(line)]);
});
