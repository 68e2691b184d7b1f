import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ask, expectNear, rising, storeOf } from './ask.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe('Functions of samples', () => {
  const store = storeOf({ 'm{a="x"}': [-2.5, -2.5], 'm{a="y"}': [2.5], 'm{a="z"}': [nan], 'only{b="1"}': [4, 4] });

  test.for<[string, Record<string, number>]>([
    ['abs(m)', { '{a="x"}': 2.5, '{a="y"}': 2.5, '{a="z"}': nan }],
    ['ceil(m)', { '{a="x"}': -2, '{a="y"}': 3, '{a="z"}': nan }],
    ['floor(m)', { '{a="x"}': -3, '{a="y"}': 2, '{a="z"}': nan }],
    ['round(m)', { '{a="x"}': -2, '{a="y"}': 3, '{a="z"}': nan }],
    ['round(m, 2)', { '{a="x"}': -2, '{a="y"}': 2, '{a="z"}': nan }],
    ['clamp(m, -1, 1)', { '{a="x"}': -1, '{a="y"}': 1, '{a="z"}': nan }],
    ['clamp(m, 1, -1)', {}],
    ['clamp_min(m, 0)', { '{a="x"}': 0, '{a="y"}': 2.5, '{a="z"}': nan }],
    ['clamp_max(m, scalar(only) - 4)', { '{a="x"}': -2.5, '{a="y"}': 0, '{a="z"}': nan }],
    ['clamp_min(m{a="z"}, Inf)', { '{a="z"}': inf }],
    ['clamp_max(m{a="z"}, -Inf)', { '{a="z"}': -inf }],
    ['clamp(vector(-Inf), NaN, NaN)', { '{}': nan }],
    ['vector(time())', { '{}': 20 }],
    ['time()', { scalar: 20 }],
    ['scalar(only)', { scalar: 4 }],
    ['scalar(m)', { scalar: nan }],
    ['scalar(nothing)', { scalar: nan }],
    ['timestamp(only)', { '{b="1"}': 15 }],
    ['timestamp((m{a="y"}))', { '{a="y"}': 0 }],
    ['timestamp(only offset 10s)', { '{b="1"}': 0 }],
    ['timestamp(abs(only))', { '{b="1"}': 20 }],
    ['absent(only)', {}],
    ['absent(nothing)', { '{}': 1 }],
    ['absent(nothing{a="x", b=~"y", c!="z"})', { '{a="x"}': 1 }],
    ['absent((nothing{a="x"} offset 1m))', { '{a="x"}': 1 }],
    ['absent(nothing{a="x", a="y", b="z"})', { '{b="z"}': 1 }],
    ['absent(sum(nothing{a="x"}))', { '{}': 1 }],
    ['absent({__name__="nothing", a="x"})', { '{a="x"}': 1 }],
  ])('%s is %j', ([query, expected]) => {
    expect(ask(store, query, 20_000)).toEqual(expected);
  });

  test.for<[string, string[]]>([
    ['sort(m)', ['x', 'y', 'z']],
    ['sort_desc(m)', ['y', 'x', 'z']],
    ['topk(5, m)', ['y', 'x', 'z']],
    ['bottomk(5, m)', ['x', 'y', 'z']],
    ['topk(1, m)', ['y']],
    ['bottomk(1.9, m)', ['x']],
    ['topk(0, m)', []],
    ['topk(-1, m)', []],
  ])('%s is in the order %j, NaN last', ([query, order]) => {
    expect(Object.keys(ask(store, query, 20_000))).toEqual(order.map((a) => `m{a="${a}"}`));
  });
});

describe('Aggregations', () => {
  const store = storeOf({
    'm{a="x",b="1"}': [1],
    'm{a="x",b="2"}': [4],
    'm{a="y",b="1"}': [10],
    'm{b="1"}': [20],
    'n{a="x",b="1"}': [100],
    'odd{a="x"}': [nan],
    'odd{a="y"}': [3],
  });

  test.for<[string, Record<string, number>]>([
    ['sum(m)', { '{}': 35 }],
    ['sum by (a) (m)', { '{a="x"}': 5, '{a="y"}': 10, '{}': 20 }],
    ['sum(m) by (a)', { '{a="x"}': 5, '{a="y"}': 10, '{}': 20 }],
    ['sum without (a) (m)', { '{b="1"}': 31, '{b="2"}': 4 }],
    ['sum by (c) (m)', { '{}': 35 }],
    ['sum by () (m)', { '{}': 35 }],
    ['sum without () (m{a="y"})', { '{a="y", b="1"}': 10 }],
    ['avg by (a) (m)', { '{a="x"}': 2.5, '{a="y"}': 10, '{}': 20 }],
    ['min(m)', { '{}': 1 }],
    ['max without (b) (m)', { '{a="x"}': 4, '{a="y"}': 10, '{}': 20 }],
    ['count by (b) (m)', { '{b="1"}': 3, '{b="2"}': 1 }],
    ['group by (b) (m)', { '{b="1"}': 1, '{b="2"}': 1 }],
    ['quantile(0.5, m)', { '{}': 7 }],
    ['quantile by (a) (1, m)', { '{a="x"}': 4, '{a="y"}': 10, '{}': 20 }],
    ['topk by (b) (1, m)', { 'm{b="1"}': 20, 'm{a="x", b="2"}': 4 }],
    ['sum by (__name__) ({b="1"})', { 'm{}': 31, 'n{}': 100 }],
    ['sum({b="1"})', { '{}': 131 }],
    ['min(odd)', { '{}': 3 }],
    ['max(odd)', { '{}': 3 }],
    ['sum(odd)', { '{}': nan }],
    ['sum(nothing)', {}],
    ['count(nothing)', {}],
  ])('%s is %j', ([query, expected]) => {
    expect(ask(store, query, 0)).toEqual(expected);
  });

  test.for(['NaN', 'Inf', '-Inf', '1e19'])('topk refuses %s as its k', (k) => {
    expect(() => ask(store, `topk(${k}, m)`, 0)).toThrow('overflows int64');
  });

  test('sums of the parts of any partition add up to the sum of the whole', () => {
    const label = fc.constantFrom('p', 'q', 'r');
    const one = fc.record({ a: label, b: label, value: fc.integer({ min: -1000, max: 1000 }) });
    const key = (text: { a: string; b: string }) => `${text.a}${text.b}`;
    fc.assert(
      fc.property(
        fc.uniqueArray(one, { selector: key, minLength: 1 }),
        fc.constantFrom('by (a)', 'by (b)', 'without (a)', 'by (a, b)', 'without (x)'),
        (all, grouping) => {
          const partitioned = storeOf(
            Object.fromEntries(all.map(({ a, b, value }) => [`m{a="${a}",b="${b}"}`, [value]])),
          );
          const parts = Object.values(ask(partitioned, `sum ${grouping} (m)`, 0));
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(ask(partitioned, 'sum(m)', 0)['{}']);
          const counts = Object.values(ask(partitioned, `count ${grouping} (m)`, 0));
          expect(counts.reduce((sum, part) => sum + part, 0)).toBe(all.length);
        },
      ),
    );
  });
});

describe('histogram_quantile', () => {
  /** Of 100 observations 10 are at or below 0.1, 40 at or below 0.5, 90 at or below 1. */
  const buckets = { 'h{le="0.1"}': [10], 'h{le="0.5"}': [40], 'h{le="1"}': [90], 'h{le="+Inf"}': [100] };

  test.for<[string, number]>([
    ['0.05', 0.05],
    ['0.1', 0.1],
    ['0.25', 0.1 + 0.4 * (15 / 30)],
    ['0.5', 0.5 + 0.5 * (10 / 50)],
    ['0.95', 1],
    ['1', 1],
    ['0', 0],
    ['-0.1', -inf],
    ['1.1', inf],
    ['NaN', nan],
  ])('at %s is %d', ([q, expected]) => {
    expectNear(ask(storeOf(buckets), `histogram_quantile(${q}, h)`, 0)['{}'], expected);
  });

  test.for<[string, Record<string, number[]>, number | undefined]>([
    ['without a bucket for infinity', { 'h{le="0.1"}': [10], 'h{le="0.5"}': [40] }, nan],
    ['with no other bucket', { 'h{le="+Inf"}': [10] }, nan],
    ['without observations', { 'h{le="1"}': [0], 'h{le="+Inf"}': [0] }, nan],
    // It counts as many as the smaller one: of 140, the 70th is halfway from the 60th to the 80th.
    [
      'with a bucket that counts less than a smaller one',
      { 'h{le="1"}': [60], 'h{le="2"}': [50], 'h{le="4"}': [80], 'h{le="+Inf"}': [140] },
      3,
    ],
    ['without observations, below zero', { 'h{le="-1"}': [0], 'h{le="+Inf"}': [0] }, nan],
    ['with one bound in two spellings', { 'h{le="1"}': [30], 'h{le="1.0"}': [30], 'h{le="+Inf"}': [100] }, 50 / 60],
    ['with series that are no buckets', { ...buckets, 'h{le="x"}': [7], h: [7] }, 0.6],
    ['below zero', { 'h{le="-1"}': [80], 'h{le="+Inf"}': [100] }, -1],
    ['of nothing', {}, undefined],
  ])('%s', ([, series, expected]) => {
    expect(ask(storeOf(series), 'histogram_quantile(0.5, h)', 0)['{}']).toEqual(expected);
  });

  test('works on rates, group by group, and drops le and the name', () => {
    const store = storeOf({
      'h{a="x",le="1"}': rising(5, 3),
      'h{a="x",le="2"}': rising(5, 6),
      'h{a="x",le="+Inf"}': rising(5, 6),
      'h{a="y",le="1"}': rising(5, 1),
      'h{a="y",le="+Inf"}': rising(5, 1),
    });
    expect(ask(store, 'histogram_quantile(0.75, rate(h[1m]))', 60_000)).toEqual({ '{a="x"}': 1.5, '{a="y"}': 0.75 });
  });
});

describe('increase', () => {
  test('of a counter without resets is last minus first, scaled by how far the window is stretched', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 0, max: 14_999 }),
        fc.integer({ min: 1_000_000, max: 2_000_000 }),
        (by, afterMs, first) => {
          let value = first;
          const values = [first, ...by.map((step) => (value += step))];
          const lastMs = by.length * 15_000;
          const rangeMs = lastMs + afterMs;
          const store = storeOf({ m: values });
          const query = `increase(m[${rangeMs}ms])`;
          // Both ends are near, and so large a counter was zero long ago: the whole window counts.
          const expected = (values.at(-1)! - first) * (rangeMs / lastMs);
          expect(ask(store, query, lastMs + afterMs)['{}']).toBeCloseTo(expected, 6);
          expect(ask(store, `rate(m[${rangeMs}ms])`, lastMs + afterMs)['{}']).toBeCloseTo(
            expected / (rangeMs / 1000),
            6,
          );
        },
      ),
    );
  });
});
