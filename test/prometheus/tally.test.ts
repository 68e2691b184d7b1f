import { describe, expect, it } from 'vitest';
import { type Boundaries, boundariesOf, neighbours } from '../../src/counting/boundaries.ts';
import { partsOf, type RatioShape } from '../../src/counting/measured.ts';
import { brokenCount, latencyTallies, ratioTallies } from '../../src/counting/tally.ts';
import type { Vector } from '../../src/counting/vector.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';

const shapeOf = (query: string): RatioShape => ({ kind: 'Ratio', ...readRatio(query, { revisionLabel: 'rev' }) });
const errors = shapeOf('sum(rate(r{s="5"}[5m])) / sum(rate(r[5m]))');
const complement = shapeOf('1 - sum(rate(r{s="2"}[5m])) / sum(rate(r[5m]))');
const count = (rev: string, part: string, value: number) => ({ labels: { rev, steadyrun_part: part }, value });
const buckets = (rev: string, counts: readonly (readonly [string, number])[]): Vector =>
  counts.map(([le, value]) => ({ labels: { rev, le }, value }));

describe('a ratio', () => {
  it('is asked for by its distinct counters', () => {
    expect(partsOf(errors)).toHaveLength(2);
    expect(partsOf(complement)).toHaveLength(2);
    expect(partsOf(shapeOf('sum(rate(a[5m])) / (sum(rate(a[5m])) + sum(rate(b[5m])))'))).toHaveLength(2);
  });

  it('adds up its counters by revision', () => {
    const vector = [count('a', '0', 2), count('a', '1', 100), count('b', '1', 7)];
    expect(ratioTallies(errors, vector, 'rev')).toEqual({
      a: { bad: 2, total: 100 },
      b: { bad: 0, total: 7 },
    });
  });

  it('takes the good from the total where it is given the good', () => {
    expect(ratioTallies(complement, [count('a', '0', 100), count('a', '1', 95)], 'rev')).toEqual({
      a: { bad: 5, total: 100 },
    });
    expect(ratioTallies(complement, [count('a', '0', 100)], 'rev')).toEqual({ a: { bad: 100, total: 100 } });
  });

  it('never counts below zero', () => {
    expect(ratioTallies(complement, [count('a', '0', 10), count('a', '1', 11)], 'rev')).toEqual({
      a: { bad: 0, total: 10 },
    });
  });

  it('is nobody’s where the series name no revision, and nothing where there are none', () => {
    expect(ratioTallies(errors, [{ labels: { steadyrun_part: '1' }, value: 9 }], 'rev')).toEqual({});
    expect(ratioTallies(errors, [], 'rev')).toEqual({});
  });
});

it('a count that is no number poisons the answer', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(brokenCount([count('a', '1', 5), count('b', '0', value)])).toContain('no number');
  }
  expect(brokenCount([count('a', '1', 5)])).toBeNull();
});

describe('boundaries', () => {
  const values = (boundaries: Boundaries) => boundaries.map(({ value }) => value);

  it('are numbers in order, however they are written', () => {
    const found = boundariesOf(
      buckets('a', [
        ['1000', 1],
        ['50', 1],
        ['3e+02', 1],
        ['300.0', 1],
        ['+Inf', 1],
        ['NaN', 1],
        ['x', 1],
      ]),
      'rev',
    );
    expect(found).toEqual([
      { value: 50, texts: ['50'] },
      { value: 300, texts: ['300.0', '3e+02'] },
      { value: 1000, texts: ['1000'] },
    ]);
  });

  it('are those that all revisions have: another yardstick cannot be compared', () => {
    const vector = [
      ...buckets('a', [
        ['100', 1],
        ['300', 1],
      ]),
      ...buckets('b', [
        ['100', 1],
        ['200', 1],
      ]),
    ];
    expect(values(boundariesOf(vector, 'rev'))).toEqual([100]);
  });

  it.each<[string, number[], number, [number, number | null] | null]>([
    ['the threshold itself stands alone', [0.1, 0.3, 0.5], 0.3, [0.3, null]],
    ['a threshold between two has both', [0.1, 0.25, 0.5], 0.3, [0.5, 0.25]],
    ['a threshold below all has only the first', [0.5, 1], 0.3, [0.5, null]],
    ['a threshold above all has none', [0.1, 0.2], 0.3, null],
    ['without boundaries there is none', [], 0.3, null],
    ['0.1 + 0.2 is 0.3', [0.25, 0.1 + 0.2], 0.3, [0.1 + 0.2, null]],
  ])('%s', (_, all, threshold, expected) => {
    const near = neighbours(
      all.map((value) => ({ value, texts: [String(value)] })),
      threshold,
    );
    expect(near && [near.upper.value, near.lower?.value ?? null]).toEqual(expected);
  });
});

describe('latencies', () => {
  const near = neighbours(
    boundariesOf(
      buckets('a', [
        ['0.25', 1],
        ['0.5', 1],
      ]),
      'rev',
    ),
    0.3,
  )!;

  it('are too slow above the upper neighbour, and the same is counted at the lower one', () => {
    const vector = buckets('a', [
      ['0.25', 80],
      ['0.5', 92],
      ['+Inf', 100],
    ]);
    expect(latencyTallies(near, vector, 'rev')).toEqual({
      byRevision: { a: { bad: 8, total: 100 } },
      below: { a: { bad: 20, total: 100 } },
    });
  });

  it('need no second boundary where the threshold is one', () => {
    const exact = neighbours(boundariesOf(buckets('a', [['0.3', 1]]), 'rev'), 0.3)!;
    expect(
      latencyTallies(
        exact,
        buckets('a', [
          ['0.3', 90],
          ['+Inf', 100],
        ]),
        'rev',
      ),
    ).toEqual({
      byRevision: { a: { bad: 10, total: 100 } },
      below: null,
    });
  });

  it('cannot be told for a revision that has requests and not the boundary', () => {
    expect(
      latencyTallies(
        near,
        buckets('a', [
          ['0.5', 9],
          ['+Inf', 10],
        ]),
        'rev',
      ),
    ).toBeNull();
    expect(latencyTallies(near, buckets('a', [['+Inf', 0]]), 'rev')).toMatchObject({ byRevision: { a: { total: 0 } } });
  });

  it('add up the texts that stand for one boundary, and never count below zero', () => {
    const both = neighbours(
      boundariesOf(
        buckets('a', [
          ['1', 1],
          ['1.0', 1],
        ]),
        'rev',
      ),
      1,
    )!;
    const vector = buckets('a', [
      ['1', 4],
      ['1.0', 5],
      ['+Inf', 8],
    ]);
    expect(latencyTallies(both, vector, 'rev')).toMatchObject({ byRevision: { a: { bad: 0, total: 8 } } });
  });
});
