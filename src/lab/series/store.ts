/**
 * The lab's time series: append-only, indexed by metric name. There are no staleness markers, as Google Managed
 * Prometheus has none: a series that ends is seen for five minutes more.
 */
import { LabelSet, type Labels } from './labels.ts';
import { getOrInsert } from './maps.ts';
import { Series } from './series.ts';

export type { Labels };

export interface SeriesHandle {
  /** Throws RangeError unless `atMs` is later than the series' newest sample. */
  append(atMs: number, value: number): void;
}

/** Which series are meant. The same object asked again is answered from memory while no series came or went. */
export interface SeriesFilter {
  /** null: any metric whose name `matchesName`. */
  readonly name: string | null;
  matchesName(name: string): boolean;
  matches(labels: LabelSet): boolean;
}

/** The matching series of one metric, none of them empty. */
export interface Selection {
  readonly name: string;
  readonly series: readonly Series[];
}

export class SeriesStore {
  /** Samples later than this are not to be seen yet; the world moves it (delay, outages). Default: everything is visible. */
  horizonMs: (metricName: string) => number = () => Number.POSITIVE_INFINITY;

  /** By metric name, then by label key. */
  readonly #metrics = new Map<string, Map<string, Series>>();
  /** Rises when a series begins to hold samples or ceases to. */
  #version = 0;
  readonly #memory = new WeakMap<
    SeriesFilter,
    { readonly version: number; readonly selections: readonly Selection[] }
  >();

  /** The handle to one series; the same name and labels give the same handle, until all its samples are dropped. */
  series(name: string, labels: Labels): SeriesHandle {
    const set = LabelSet.of(labels);
    return getOrInsert(this.#metric(name), set.key, () => new Series(name, set, (series) => this.#filled(series)));
  }

  /** Forgets samples older than `beforeMs`, and series that held nothing newer: of all metrics, or of those that are meant. */
  drop(beforeMs: number, isMeant: (metricName: string) => boolean = () => true): void {
    for (const [name, metric] of this.#metrics) {
      if (!isMeant(name)) continue;
      for (const [key, series] of metric) {
        if (series.isEmpty) continue;
        series.drop(beforeMs);
        if (!series.isEmpty) continue;
        metric.delete(key);
        this.#version++;
      }
      if (metric.size === 0) this.#metrics.delete(name);
    }
  }

  select(filter: SeriesFilter): readonly Selection[] {
    const known = this.#memory.get(filter);
    if (known?.version === this.#version) return known.selections;
    const names =
      filter.name === null ? [...this.#metrics.keys()].filter((name) => filter.matchesName(name)) : [filter.name];
    const selections = names.map((name) => this.#selection(name, filter)).filter(({ series }) => series.length > 0);
    this.#memory.set(filter, { version: this.#version, selections });
    return selections;
  }

  #selection(name: string, filter: SeriesFilter): Selection {
    const all = [...(this.#metrics.get(name)?.values() ?? [])];
    return { name, series: all.filter((series) => !series.isEmpty && filter.matches(series.labels)) };
  }

  /** A handle that outlived its samples takes its place again, unless another has been given out meanwhile. */
  #filled(series: Series): void {
    if (getOrInsert(this.#metric(series.name), series.labels.key, () => series) !== series) {
      throw new Error(`${series.name}${series.labels.key}: this handle was dropped and another one given out`);
    }
    this.#version++;
  }

  #metric(name: string): Map<string, Series> {
    return getOrInsert(this.#metrics, name, () => new Map<string, Series>());
  }
}
