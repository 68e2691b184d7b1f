import { describe, expect, test } from 'vitest';
import { instant, range } from '../../../src/lab/promql/query.ts';
import { rising, storeOf } from './ask.ts';

describe('An instant query', () => {
  const store = storeOf({ 'm{a="x"}': [1, 2] });

  test('of a vector gives metrics with their names, at the instant that was asked', () => {
    expect(instant(store, 'm', 20_000)).toEqual({
      resultType: 'vector',
      result: [{ metric: { __name__: 'm', a: 'x' }, atMs: 20_000, value: 2 }],
    });
  });

  test('of a number gives a scalar', () => {
    expect(instant(store, '1 + 1', 20_000)).toEqual({ resultType: 'scalar', result: { atMs: 20_000, value: 2 } });
  });

  test('of a bare range gives the samples with their own times', () => {
    expect(instant(store, 'm[1m]', 20_000)).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'm', a: 'x' },
          samples: [
            [0, 1],
            [15_000, 2],
          ],
        },
      ],
    });
  });

  test('of the same text is answered from each store and each instant anew', () => {
    const other = storeOf({ 'm{a="x"}': [5] });
    const value = (of: typeof store, atMs: number) => {
      const answer = instant(of, 'm', atMs);
      return answer.resultType === 'vector' ? answer.result.map((sample) => sample.value) : [];
    };
    expect([value(store, 0), value(other, 0), value(store, 15_000), value(store, -1)]).toEqual([[1], [5], [2], []]);
  });

  test('sees series that came after it was first asked', () => {
    const growing = storeOf({ 'm{a="x"}': [1] });
    expect(instant(growing, 'count(m)', 0)).toHaveProperty('result.0.value', 1);
    growing.series('m', { a: 'y' }).append(0, 1);
    expect(instant(growing, 'count(m)', 0)).toHaveProperty('result.0.value', 2);
  });
});

describe('A range query', () => {
  const store = storeOf({ 'm{a="y"}': rising(5, 1), 'm{a="x"}': [null, 10], 'late{a="x"}': [null, null, null, 7] });

  test('evaluates at every step, both ends included, and sorts by labels', () => {
    expect(range(store, 'm', 0, 30_000, 15_000).result).toEqual([
      {
        metric: { __name__: 'm', a: 'x' },
        samples: [
          [15_000, 10],
          [30_000, 10],
        ],
      },
      {
        metric: { __name__: 'm', a: 'y' },
        samples: [
          [0, 0],
          [15_000, 1],
          [30_000, 2],
        ],
      },
    ]);
  });

  test('stops before an end that no step meets', () => {
    expect(range(store, 'm{a="y"}', 5_000, 34_999, 15_000).result).toEqual([
      {
        metric: { __name__: 'm', a: 'y' },
        samples: [
          [5_000, 0],
          [20_000, 1],
        ],
      },
    ]);
  });

  test('of a number gives one series without labels', () => {
    expect(range(store, 'time()', 0, 30_000, 15_000).result).toEqual([
      {
        metric: {},
        samples: [
          [0, 0],
          [15_000, 15],
          [30_000, 30],
        ],
      },
    ]);
  });

  test('has no samples where there is nothing', () => {
    expect(range(store, 'm{a="x"} > 10', 0, 30_000, 15_000).result).toEqual([]);
    expect(range(store, 'sum by (a) (late)', 0, 60_000, 30_000).result).toEqual([
      { metric: { a: 'x' }, samples: [[60_000, 7]] },
    ]);
  });

  test('of a range vector is refused', () => {
    expect(() => range(store, 'm[1m]', 0, 30_000, 15_000)).toThrow('must be Scalar or instant Vector');
  });

  test.for([0, -1, Number.NaN])('with a step of %d is refused', (stepMs) => {
    expect(() => range(store, 'm', 0, 30_000, stepMs)).toThrow(RangeError);
  });
});
