/** Where samples come from: instant selectors, ranges and subqueries. Prometheus 2.x: both ends of a range belong to it. */

import type { Range, Selector, Subquery } from '../../../promql/ast.ts';
import type { Series } from '../../series/series.ts';
import type { At, Sample, Vector, Window } from '../value.ts';
import { Collector } from './collector.ts';
import { filterOf } from './filter.ts';

/** How far back an instant selector looks for a sample. */
const lookbackMs = 300_000;
/** The resolution of a subquery that names none: Prometheus' default evaluation interval. */
const defaultStepMs = 60_000;

export function selectInstant(selector: Selector): At<Vector> {
  return newest(selector, (series, index) => series.values[index]!);
}

/** The samples' own times, in seconds. */
export function selectTimestamps(selector: Selector): At<Vector> {
  return newest(selector, (series, index) => series.times[index]! / 1000);
}

function newest(selector: Selector, reading: (series: Series, index: number) => number): At<Vector> {
  const filter = filterOf(selector);
  const { offsetMs } = selector;
  return (store, atMs) => {
    const endMs = atMs - (offsetMs ?? 0);
    const samples: Sample[] = [];
    for (const { name, series } of store.select(filter)) {
      const visibleMs = Math.min(endMs, store.horizonMs(name));
      for (const one of series) {
        const index = one.lastAtOrBefore(visibleMs);
        if (index < one.from || one.times[index]! < endMs - lookbackMs) continue;
        samples.push({ name, labels: one.labels, value: reading(one, index) });
      }
    }
    return samples;
  };
}

export function selectRange({ selector, rangeMs, offsetMs }: Range): At<readonly Window[]> {
  const filter = filterOf(selector);
  return (store, atMs) => {
    const endMs = atMs - (offsetMs ?? 0);
    const startMs = endMs - rangeMs;
    const windows: Window[] = [];
    for (const { name, series } of store.select(filter)) {
      const visibleMs = Math.min(endMs, store.horizonMs(name));
      for (const one of series) {
        const from = one.firstAtOrAfter(startMs);
        const to = one.lastAtOrBefore(visibleMs) + 1;
        if (from >= to) continue;
        const { labels, times, values } = one;
        windows.push({ name, labels, times, values, from, to, startMs, endMs });
      }
    }
    return windows;
  };
}

/** Steps are multiples of the step since the epoch, wherever the range begins. */
export function selectSubquery({ rangeMs, stepMs, offsetMs }: Subquery, inner: At<Vector>): At<readonly Window[]> {
  const everyMs = stepMs ?? defaultStepMs;
  return (store, atMs) => {
    const endMs = atMs - (offsetMs ?? 0);
    const startMs = endMs - rangeMs;
    const series = new Collector();
    for (let innerMs = Math.ceil(startMs / everyMs) * everyMs; innerMs <= endMs; innerMs += everyMs) {
      series.add(innerMs, inner(store, innerMs));
    }
    return series.windows(startMs, endMs);
  };
}
