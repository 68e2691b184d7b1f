/** A call that a query says twice is evaluated once; one that says almost the same is another, and so is the same at another time. */
import { describe, expect, test } from 'vitest';
import { instant, range } from '../../../src/lab/promql/query.ts';
import { SeriesStore } from '../../../src/lab/series/store.ts';

const minuteMs = 60_000;
const nowMs = 60 * minuteMs;

function grown(): SeriesStore {
  const store = new SeriesStore();
  for (const [name, labels] of [
    ['a', { job: 'x' }],
    ['a', { job: 'y' }],
    ['b', { job: 'x' }],
  ] as const) {
    const series = store.series(name, labels);
    for (let minute = 0; minute <= 60; minute++) {
      series.append(minute * minuteMs, minute ** 2 * (name === 'a' ? 1 : 3) + (labels.job === 'y' ? 7 : 0));
    }
  }
  return store;
}

/** Each differs from the first, or from another, in one thing. */
const calls = [
  'last_over_time(a{job="x"}[5m])',
  'last_over_time(a{job="y"}[5m])',
  'last_over_time(a{job!="x"}[5m])',
  'last_over_time(a{job=~"x"}[5m])',
  'last_over_time(b{job="x"}[5m])',
  'last_over_time(a{job="x"}[5m] offset 1m)',
  'last_over_time(a{job="x"}[5m] offset 2m)',
  'min_over_time(a{job="x"}[5m])',
  'min_over_time(a{job="x"}[6m])',
  'min_over_time(a{job="x"}[5m:1m])',
  'min_over_time(a{job="x"}[5m:2m])',
  'min_over_time(last_over_time(a{job="x"}[5m])[5m:1m])',
  'min_over_time(last_over_time(a{job="x"}[5m])[5m:1m] offset 1m)',
  'abs(a{job="x"} - 5)',
  'abs(a{job="x"} offset 1m - 5)',
  'abs(5 - 2 * a{job="x"})',
  'abs(sum by (job) (a))',
  'abs(sum without (job) (a))',
  'abs(sum(a))',
  'abs(max by (job) (a))',
  'quantile_over_time(0.5, a{job="x"}[5m])',
  'quantile_over_time(0.9, a{job="x"}[5m])',
  'vector(Inf)',
  'vector(-Inf)',
  'vector(NaN)',
  'vector(0)',
  'vector(-0)',
  'vector(time())',
];

/** What the call is by itself. */
const alone = (store: SeriesStore, call: string, atMs = nowMs) => valuesOf(store, told(call, 0), atMs);
const told = (call: string, place: number): string => `label_replace(${call}, "place", "${place}", "", "")`;

function valuesOf(store: SeriesStore, query: string, atMs: number) {
  const answer = instant(store, query, atMs);
  if (answer.resultType !== 'vector') throw new Error(answer.resultType);
  return answer.result.map(({ metric: { __name__: _, ...metric }, value }) => ({ metric, value }));
}

describe('Two calls in one query are what each is alone', () => {
  const store = grown();
  test.each(calls)('%s, with every other', (first) => {
    for (const second of calls) {
      const both = valuesOf(store, `${told(first, 0)} or ${told(second, 1)}`, nowMs);
      const [one, other] = ['0', '1'].map((place) =>
        both
          .filter(({ metric }) => metric.place === place)
          .map(({ metric, value }) => ({ ...metric, place: '0', value })),
      );
      const expected = (call: string) => alone(store, call).map(({ metric, value }) => ({ ...metric, value }));
      expect([first, one]).toEqual([first, expected(first)]);
      expect([second, other]).toEqual([second, expected(second)]);
    }
  });
});

test.each(calls)('At each step of a range a call is what it is then: %s', (call) => {
  const store = grown();
  const query = `${told(call, 0)} or ${told(call, 1)}`;
  const [startMs, stepMs] = [nowMs - 9 * minuteMs, 3 * minuteMs];
  const { result } = range(store, query, startMs, nowMs, stepMs);
  for (let atMs = startMs; atMs <= nowMs; atMs += stepMs) {
    const then = result.flatMap(({ metric: { __name__: _, ...metric }, samples }) =>
      samples.filter(([ms]) => ms === atMs).map(([, value]) => ({ metric, value })),
    );
    const expected = valuesOf(store, query, atMs);
    expect(then).toHaveLength(expected.length);
    expect(then).toEqual(expect.arrayContaining(expected));
  }
});

test.each(calls)('Asked again, it sees what has come since: %s', (call) => {
  const [store, ahead] = [grown(), grown()];
  alone(store, call);
  for (const one of [store, ahead]) one.series('a', { job: 'x' }).append(nowMs + 1000, 1);
  expect(alone(store, call, nowMs + 1000)).toEqual(alone(ahead, call, nowMs + 1000));
  const late = grown();
  late.horizonMs = () => nowMs - 10 * minuteMs;
  alone(late, call);
  late.horizonMs = () => nowMs;
  expect(alone(late, call)).toEqual(alone(grown(), call));
});
