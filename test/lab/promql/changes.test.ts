import { describe, expect, test } from 'vitest';
import { instant, range } from '../../../src/lab/promql/query.ts';
import { SeriesStore } from '../../../src/lab/series/store.ts';

const minute = 60_000;
const isChanges = (name: string) => name === 'c' || name === 'h_bucket';

/** A counter for each series, from which the changes are told: values at whole minutes. */
function storeOf(series: Readonly<Record<string, Readonly<Record<number, number>>>>): SeriesStore {
  const store = new SeriesStore();
  for (const [text, samples] of Object.entries(series)) {
    const [, name = '', le] = /^(\w+)(?:\{le="(.+)"\})?$/.exec(text)!;
    const handle = store.series(name, le === undefined ? {} : { le });
    for (const [at, value] of Object.entries(samples)) handle.append(Number(at) * minute, value);
  }
  return store;
}

function askedOf(store: SeriesStore, query: string, atMinute: number): number | null {
  const answer = instant(store, query, atMinute * minute, isChanges);
  if (answer.resultType !== 'vector') throw new Error(answer.resultType);
  return answer.result[0]?.value ?? null;
}

const steady = storeOf({ c: { 1: 10, 2: 20, 3: 35, 9: 47 } });

describe('Changes', () => {
  test.each<[what: string, query: string, atMinute: number, value: number | null]>([
    ['of a window of one point', 'increase(c[1m])', 2, 10],
    ['of several', 'increase(c[2m])', 3, 25],
    ['from the first one on, which is a birth', 'increase(c[5m])', 1, 10],
    ['for a second', 'rate(c[2m])', 3, 25 / 120],
    ['within parentheses', 'sum((increase((c[1m]))))', 3, 15],
    ['a minute ago', 'increase(c[1m] offset 1m)', 3, 10],
    ['of a part of a minute', 'increase(c[1m])', 2.5, 12.5],
    ['of a point in whose span the window ends', 'increase(c[1m])', 8.5, 6],
    ['not where nothing happened', 'increase(c[1m])', 5, null],
    ['not where there is nothing', 'increase(c[1m])', 20, null],
    ['not of another metric', 'increase(other[5m])', 3, null],
  ])('%s', (_, query, atMinute, value) => {
    const found = askedOf(steady, query, atMinute);
    if (value === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(value, 9);
  });

  test('that cannot be seen yet are not counted', () => {
    const store = storeOf({ c: { 1: 10, 2: 20, 3: 35 } });
    store.horizonMs = () => 2 * minute;
    expect([2, 2.5, 3].map((at) => askedOf(store, 'increase(c[2m])', at))).toEqual([20, 15, 10]);
  });

  test('that were forgotten make no birth of what is left', () => {
    const store = storeOf({ c: { 1: 1000, 2: 1010, 3: 1025 } });
    store.drop(2 * minute);
    expect(askedOf(store, 'increase(c[5m])', 3)).toBe(15);
  });

  test('of a distribution have all its buckets where anything happened, and else none', () => {
    const store = storeOf({ 'h_bucket{le="1"}': { 1: 4, 2: 4, 3: 4 }, 'h_bucket{le="+Inf"}': { 1: 4, 2: 9, 3: 9 } });
    const found = [1, 2, 3].map((at) => {
      const answer = instant(store, 'increase(h_bucket[1m])', at * minute, isChanges);
      return answer.resultType === 'vector' && answer.result.map(({ metric, value }) => [metric.le, value]);
    });
    expect(found).toEqual([
      [
        ['1', 4],
        ['+Inf', 4],
      ],
      [
        ['1', 0],
        ['+Inf', 5],
      ],
      [],
    ]);
  });

  test('minute by minute', () => {
    const { result } = range(steady, 'sum(increase(c[1m]))', minute, 10 * minute, minute, isChanges);
    expect(result[0]?.samples).toEqual([
      [minute, 10],
      [2 * minute, 10],
      [3 * minute, 15],
      [9 * minute, 12],
    ]);
  });

  test.each([
    ['c', 'the metric is stored as changes: it is only asked for by increase or rate'],
    ['sum(c) by (a)', 'only asked for by increase or rate'],
    ['timestamp(c)', 'only asked for by increase or rate'],
    ['absent(c)', 'only asked for by increase or rate'],
    ['c[5m]', 'only asked for by increase or rate'],
    ['last_over_time(c[5m])', 'only asked for by increase or rate'],
    ['count_over_time(c[5m])', 'only asked for by increase or rate'],
    ['present_over_time(c[5m])', 'only asked for by increase or rate'],
    ['irate(c[5m])', 'only asked for by increase or rate'],
    ['delta(c[5m])', 'only asked for by increase or rate'],
    ['increase(c[5m:1m])', 'only asked for by increase or rate'],
    ['increase(c[90s])', 'a window of changes has to be of whole minutes'],
    ['rate(c[30s])', 'a window of changes has to be of whole minutes'],
    ['increase({__name__=~"c"}[5m])', 'the metric has to be named exactly'],
    ['{a="b"}', 'the metric has to be named exactly'],
  ])('are not told by %s', (query, message) => {
    expect(() => instant(steady, query, 3 * minute, isChanges)).toThrow(message);
  });

  test('are none where the metrics are not said to be, and other metrics stay what they are', () => {
    expect(instant(steady, 'c', 3 * minute)).toMatchObject({ result: [{ value: 35 }] });
    const store = storeOf({ gauge: { 3: 7 } });
    expect(askedOf(store, 'last_over_time(gauge[90s])', 3)).toBe(7);
  });
});
