import { describe, expect, test } from 'vitest';
import { isConcurrent, type Served, sharesOf } from '../../src/backtest/recording.ts';
import { Random } from '../../src/scenario/random.ts';

const tickMs = 15_000;
/** Windows of 15 s with so many requests of the candidate and of the control. */
const served = (...counts: readonly (readonly [candidate: number, control: number])[]): Served[] =>
  counts.map(([candidate, control], i) => ({ toMs: (i + 1) * tickMs, candidate, control }));
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

describe('who served when', () => {
  test('is a stretch of time for each share, from the window that holds the change on', () => {
    const canary = served(
      ...times(8, [50, 950] as const),
      [120, 880],
      ...times(8, [200, 800] as const),
      [900, 100],
      ...times(4, [1000, 0] as const),
    );
    expect(sharesOf(canary, tickMs)).toEqual([
      { atMs: 0, percent: 5 },
      { atMs: 8 * tickMs, percent: 20 },
      { atMs: 17 * tickMs, percent: 100 },
    ]);
  });

  test('is not changed by one scrape that came late', () => {
    const late = served(...times(6, [100, 900] as const), [0, 900], [200, 900], ...times(6, [100, 900] as const));
    expect(sharesOf(late, tickMs)).toEqual([{ atMs: 0, percent: 10 }]);
  });

  test('is not changed by silence', () => {
    const quiet = served(
      ...times(6, [100, 900] as const),
      ...times(6, [0, 0] as const),
      ...times(6, [100, 900] as const),
    );
    expect(sharesOf(quiet, tickMs)).toEqual([{ atMs: 0, percent: 10 }]);
  });

  test('sees a small share taken back, and given again', () => {
    const paused = served(
      ...times(20, [8, 792] as const),
      ...times(20, [0, 800] as const),
      ...times(20, [8, 792] as const),
      ...times(20, [0, 800] as const),
    );
    const percents = [1, 0, 1, 0].map((percent, i) => ({ atMs: i * 20 * tickMs, percent }));
    expect(sharesOf(paused, tickMs)).toEqual(percents);
  });

  test('knows a short canary that was taken back', () => {
    const short = served([4, 996], [8, 992], ...times(10, [0, 1000] as const));
    expect(isConcurrent(short)).toBe(true);
    expect(sharesOf(short, tickMs)).toEqual([
      { atMs: 0, percent: 1 },
      { atMs: 2 * tickMs, percent: 0 },
    ]);
  });

  test('knows a share that was seen in one window only', () => {
    expect(sharesOf(served([20, 980], ...times(10, [0, 1000] as const)), tickMs)).toEqual([
      { atMs: 0, percent: 2 },
      { atMs: tickMs, percent: 0 },
    ]);
  });

  test('takes chance for chance', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new Random(seed, 'shares');
      const noisy = times(240, 0).map(() => {
        const all = random.poisson(40);
        const candidate = random.binomial(all, 0.1);
        return [candidate, all - candidate] as const;
      });
      expect(sharesOf(served(...noisy), tickMs).length).toBe(1);
    }
  });

  test('knows a canary from a change of all of the traffic', () => {
    const canary = served(...times(4, [50, 950] as const));
    const switched = served([400, 600], [999, 1], ...times(8, [1000, 0] as const));
    expect(isConcurrent(canary)).toBe(true);
    expect(isConcurrent(switched)).toBe(false);
  });
});
