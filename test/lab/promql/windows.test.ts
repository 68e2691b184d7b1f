import { describe, expect, test } from 'vitest';
import { ask, expectNear, rising, storeOf } from './ask.ts';

/** One series, a value each 15 s from 0 on; what the query gives at the instant, worked out by hand. */
type Row = readonly [
  what: string,
  values: readonly (number | null)[],
  query: string,
  atMs: number,
  expected: number | undefined,
];

const table: readonly Row[] = [
  ['a steady counter, samples on both ends', rising(5, 15), 'rate(m[1m])', 60_000, 1],
  ['a steady counter, samples on both ends', rising(5, 15), 'increase(m[1m])', 60_000, 60],
  // Samples at 15..60 s, window 5..65 s: 45 counted in 45 s; 10 s before and 5 s after are near: 60 s.
  ['stretched to both near ends', [100, 115, 130, 145, 160], 'increase(m[1m])', 65_000, 60],
  // Samples at 0 and 15 s, window -30..30 s: 15 s after is near; 30 s before is far, half an interval: 7.5 s. 10 × 37.5/15.
  ['stretched by half an interval to a far end', [100, 110], 'increase(m[1m])', 30_000, 25],
  // The same, but from 2 on: the counter was zero 3 s before its first sample. 10 × (15 + 3 + 15)/15.
  ['a counter is not stretched to before its zero', [2, 12], 'increase(m[1m])', 30_000, 22],
  ['a counter born at zero is not stretched back at all', [0, 10], 'increase(m[1m])', 30_000, 20],
  ['a gauge is', [0, 10], 'delta(m[1m])', 30_000, 25],
  // 16.5 s after the last sample is not less than 1.1 intervals: half an interval.
  ['an end 1.1 intervals away is far', [100, 110], 'increase(m[31500ms])', 31_500, 10 * ((15 + 7.5) / 15)],
  ['an end just nearer is near', [100, 110], 'increase(m[31400ms])', 31_400, 10 * (31.4 / 15)],
  ['one sample has no rate', [100], 'rate(m[1m])', 10_000, undefined],
  ['two samples are enough', [100, 115], 'rate(m[15s])', 15_000, 1],
  ['born in the window: its first value is not counted', [null, null, 50, 50], 'increase(m[45s])', 45_000, 0],
  // 10, 20, reset to 5, 15: 20 - 10 + 5 + 10 = 25 in 45 s, ends on samples.
  ['a reset starts again from zero', [10, 20, 5, 15], 'increase(m[45s])', 45_000, 25],
  ['two resets', [10, 3, 8, 2], 'increase(m[45s])', 45_000, 3 + 5 + 2],
  ['a gauge may fall', [10, 20, 5, 15], 'delta(m[45s])', 45_000, 5],
  // 30 in 60 s, samples on both ends; that the mean interval is 20 s stretches nothing.
  ['a missing sample between', [100, null, 110, 120, 130], 'increase(m[1m])', 60_000, 30],
  // Samples at 0, 15, 90 s: mean interval 45 s; 45 s after is near (< 49.5 s): 30 × 135/90.
  ['a gap before the end', [100, 110, null, null, null, null, 130], 'increase(m[135s])', 135_000, 30 * (135 / 90)],
  ['nothing happened', [7, 7, 7], 'rate(m[30s])', 30_000, 0],
  ['irate between the last two', [0, 15, 60], 'irate(m[1m])', 40_000, 3],
  ['irate after a reset', [0, 15, 30, 3], 'irate(m[1m])', 45_000, 0.2],
  ['irate of one sample', [0], 'irate(m[1m])', 0, undefined],
  ['resets: each fall, however far', [10, 3, 8, 7, 7, null, 0, 9], 'resets(m[2m])', 105_000, 3],
  ['resets of one sample', [10], 'resets(m[1m])', 0, 0],
  ['resets of nothing', [10], 'resets(m[1m])', 60_001, undefined],
  ['a fall to or from what is no number is none', [10, Number.NaN, 3, 2], 'resets(m[1m])', 45_000, 1],
  ['a subquery is a counter too', rising(9, 15), 'rate(m[2m:30s])', 120_000, 1],

  ['sum', [1, 2, null, 4], 'sum_over_time(m[45s])', 45_000, 7],
  ['sum, what rounding would lose', [1, 1e100, 1, -1e100], 'sum_over_time(m[45s])', 45_000, 2],
  ['sum of infinities', [1, Number.POSITIVE_INFINITY, 1], 'sum_over_time(m[45s])', 45_000, Number.POSITIVE_INFINITY],
  ['avg', [1, 2, null, 6], 'avg_over_time(m[45s])', 45_000, 3],
  ['min', [3, Number.NaN, 2, 4], 'min_over_time(m[45s])', 45_000, 2],
  ['max', [Number.NaN, 3, 2, 1], 'max_over_time(m[45s])', 45_000, 3],
  ['max of nothing but NaN', [Number.NaN], 'max_over_time(m[45s])', 0, Number.NaN],
  ['count', [1, null, 1, 1], 'count_over_time(m[45s])', 45_000, 3],
  ['last', [1, 2, null], 'last_over_time(m[1m])', 60_000, 2],
  ['present', [5], 'present_over_time(m[1m])', 60_000, 1],
  ['present, too long ago', [5], 'present_over_time(m[1m])', 60_001, undefined],
  ['a median between two', [4, 1, 3, 2], 'quantile_over_time(0.5, m[1m])', 60_000, 2.5],
  ['a quantile on a rank', [4, 1, 3, 2, 5], 'quantile_over_time(0.75, m[1m])', 60_000, 4],
  ['a quantile above one', [4, 1], 'quantile_over_time(1.01, m[1m])', 60_000, Number.POSITIVE_INFINITY],
  ['a quantile below zero', [4, 1], 'quantile_over_time(-0.01, m[1m])', 60_000, Number.NEGATIVE_INFINITY],
  ['no quantile', [4, 1], 'quantile_over_time(0/0, m[1m])', 60_000, Number.NaN],
];

describe('Over a window', () => {
  test.for(table)('%s: %j gives for %s at %d ms %d', ([, values, query, atMs, expected]) => {
    const [value] = Object.values(ask(storeOf({ m: values }), query, atMs));
    expectNear(value, expected);
  });

  test('only last_over_time leaves the metric its name', () => {
    const store = storeOf({ 'm{a="x"}': [1, 2] });
    expect(ask(store, 'last_over_time(m[1m])', 15_000)).toEqual({ 'm{a="x"}': 2 });
    expect(ask(store, 'present_over_time(m[1m])', 15_000)).toEqual({ '{a="x"}': 1 });
    expect(ask(store, 'increase(m[15s])', 15_000)).toEqual({ '{a="x"}': 1 });
  });

  test('series that become one without their names are refused', () => {
    const store = storeOf({ 'm{a="x"}': [1, 2], 'n{a="x"}': [1, 2] });
    expect(() => ask(store, 'rate({a="x"}[1m])', 15_000)).toThrow('same labelset');
    expect(Object.keys(ask(store, 'last_over_time({a="x"}[1m])', 15_000))).toEqual(['m{a="x"}', 'n{a="x"}']);
  });
});
