/** Small stores written by hand, and answers that read like them. */
import { expect } from 'vitest';
import { instant } from '../../../src/lab/promql/query.ts';
import { LabelSet, metricText } from '../../../src/lab/series/labels.ts';
import { SeriesStore } from '../../../src/lab/series/store.ts';

/** One value each `stepMs` from time 0 on; null: no sample there. Series are written as in PromQL: `m{a="x"}`. */
export function storeOf(series: Readonly<Record<string, readonly (number | null)[]>>, stepMs = 15_000): SeriesStore {
  const store = new SeriesStore();
  for (const [text, values] of Object.entries(series)) {
    const [, name = '', inner = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(text) ?? [];
    const labels = [...inner.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value] as const);
    const handle = store.series(name, Object.fromEntries(labels));
    values.forEach((value, index) => {
      if (value !== null) handle.append(index * stepMs, value);
    });
  }
  return store;
}

/** The instant vector's values by series, in its order; a scalar's under `scalar`. */
export function ask(store: SeriesStore, query: string, atMs: number): Record<string, number> {
  const answer = instant(store, query, atMs);
  if (answer.resultType === 'scalar') return { scalar: answer.result.value };
  if (answer.resultType === 'matrix') throw new Error(`${query} is a range vector`);
  return Object.fromEntries(
    answer.result.map(({ metric: { __name__: name, ...labels }, value }) => [
      metricText(name ?? null, LabelSet.of(labels)),
      value,
    ]),
  );
}

/** `count` values from `first` on, `by` apart. */
export function rising(count: number, by: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index * by);
}

/** Equal but for rounding; NaN, infinities and undefined equal themselves. */
export function expectNear(value: number | undefined, expected: number | undefined): void {
  if (expected === undefined || !Number.isFinite(expected)) expect(value).toEqual(expected);
  else expect(value).toBeCloseTo(expected, 9);
}
