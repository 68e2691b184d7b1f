import { describe, expect, test } from 'vitest';
import { instant } from '../../../src/lab/promql/query.ts';
import { ask, rising, storeOf } from './ask.ts';

const MINUTE = 60_000;

describe('An instant selector', () => {
  const store = storeOf({ 'm{a="x",b="1"}': [1, 2, 3], 'm{a="y"}': [10, 20, 30], 'n{a="x"}': [7] });

  test.for<[string, string[]]>([
    ['m', ['m{a="x", b="1"}', 'm{a="y"}']],
    ['m{a="x"}', ['m{a="x", b="1"}']],
    ['m{a!="x"}', ['m{a="y"}']],
    ['m{a=~"x|z"}', ['m{a="x", b="1"}']],
    ['m{a!~"x|z"}', ['m{a="y"}']],
    ['m{b=""}', ['m{a="y"}']],
    ['m{b!=""}', ['m{a="x", b="1"}']],
    ['m{b=~".*"}', ['m{a="x", b="1"}', 'm{a="y"}']],
    ['m{b=~".+"}', ['m{a="x", b="1"}']],
    ['m{constructor=""}', ['m{a="x", b="1"}', 'm{a="y"}']],
    ['{a="x"}', ['m{a="x", b="1"}', 'n{a="x"}']],
    ['{__name__=~"m|o", a="x"}', ['m{a="x", b="1"}']],
    ['{__name__!="m", a=~".+"}', ['n{a="x"}']],
    ['nothing', []],
  ])('%s means %j', ([query, series]) => {
    expect(Object.keys(ask(store, query, 30_000))).toEqual(series);
  });

  test.for<[number, number | undefined]>([
    [-1, undefined],
    [0, 1],
    [14_999, 1],
    [15_000, 2],
    [30_000, 3],
    [30_000 + 5 * MINUTE, 3],
    [30_001 + 5 * MINUTE, undefined],
  ])('sees at %d ms the newest sample of the last five minutes, both ends included: %d', ([atMs, value]) => {
    expect(ask(store, 'm{b="1"}', atMs)['m{a="x", b="1"}']).toBe(value);
  });

  test.for<[string, number]>([
    ['m{b="1"} offset 15s', 2],
    ['m{b="1"} offset 14999ms', 2],
    ['m{b="1"} offset 0s', 3],
    ['m{b="1"} offset -1h', Number.NaN],
    ['m{b="1"} offset 30s', 1],
  ])('%s at 30 s is %d', ([query, value]) => {
    expect(ask(store, query, 30_000)['m{a="x", b="1"}'] ?? Number.NaN).toBe(value);
  });

  test('looks ahead of its instant with a negative offset', () => {
    expect(ask(store, 'm{b="1"} offset -30s', 0)).toEqual({ 'm{a="x", b="1"}': 3 });
  });
});

describe('A range', () => {
  const store = storeOf({ m: [1, 2, 3, null, 5] });

  test.for<[string, number, [number, number][]]>([
    [
      'm[30s]',
      30_000,
      [
        [0, 1],
        [15_000, 2],
        [30_000, 3],
      ],
    ],
    [
      'm[29999ms]',
      30_000,
      [
        [15_000, 2],
        [30_000, 3],
      ],
    ],
    [
      'm[30s] offset 15s',
      45_000,
      [
        [0, 1],
        [15_000, 2],
        [30_000, 3],
      ],
    ],
    [
      'm[1m]',
      60_000,
      [
        [0, 1],
        [15_000, 2],
        [30_000, 3],
        [60_000, 5],
      ],
    ],
    [
      'm[1m:20s]',
      70_000,
      [
        [20_000, 2],
        [40_000, 3],
        [60_000, 5],
      ],
    ],
    ['m[1m:]', 100_000, [[60_000, 5]]],
    [
      'm[40s:20s] offset 20s',
      60_000,
      [
        [0, 1],
        [20_000, 2],
        [40_000, 3],
      ],
    ],
  ])('%s at %d ms holds %j', ([query, atMs, samples]) => {
    expect(instant(store, query, atMs)).toEqual({
      resultType: 'matrix',
      result: [{ metric: { __name__: 'm' }, samples }],
    });
  });

  test('leaves out series without a sample in it', () => {
    expect(instant(store, 'm[10s]', 55_000)).toEqual({ resultType: 'matrix', result: [] });
  });
});

describe('Samples behind the horizon', () => {
  const store = storeOf({ late: rising(10, 1), prompt: rising(10, 1) });
  store.horizonMs = (metric) => (metric === 'late' ? 60_000 : Number.POSITIVE_INFINITY);

  test.for<[string, number | undefined]>([
    ['late', 4],
    ['prompt', 9],
    ['late offset 90s', 3],
    ['sum_over_time(late[90s])', 7],
    ['sum_over_time(prompt[1m])', 35],
    ['timestamp(late)', 60],
    ['last_over_time(late[2m:15s])', 4],
  ])('%s sees %d', ([query, value]) => {
    expect(Object.values(ask(store, query, 135_000))[0]).toBe(value);
  });

  test('appear with their own times once the horizon has moved', () => {
    store.horizonMs = () => 90_000;
    expect(ask(store, 'timestamp(late)', 135_000)).toEqual({ '{}': 90 });
  });
});
