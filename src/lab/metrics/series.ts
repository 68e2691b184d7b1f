/** Writes whole metrics into the store: a histogram is its buckets, its sum and its count. */
import type { Labels, SeriesHandle, SeriesStore } from '../series/store.ts';
import { cumulate, type LatencyCounts, sumMsOf } from '../world/latency.ts';

export class HistogramSeries {
  readonly #buckets: readonly SeriesHandle[];
  readonly #infinite: SeriesHandle;
  readonly #sum: SeriesHandle;
  readonly #count: SeriesHandle;

  constructor(store: SeriesStore, name: string, labels: Labels, boundaries: readonly (number | string)[]) {
    const bucket = (le: string) => store.series(`${name}_bucket`, { ...labels, le });
    this.#buckets = boundaries.map((boundary) => bucket(String(boundary)));
    this.#infinite = bucket('+Inf');
    this.#sum = store.series(`${name}_sum`, labels);
    this.#count = store.series(`${name}_count`, labels);
  }

  /** `count` values that sum to `sum`; `each` names how many lie at or below each boundary. */
  write(atMs: number, count: number, sum: number, each: (put: (index: number, below: number) => void) => void): void {
    each((index, below) => this.#buckets[index]!.append(atMs, below));
    this.#infinite.append(atMs, count);
    this.#sum.append(atMs, sum);
    this.#count.append(atMs, count);
  }

  /** `unitMs`: what one unit of the metric is in milliseconds. */
  writeLatencies(
    atMs: number,
    count: number,
    latencies: LatencyCounts,
    edges: readonly number[],
    unitMs: number,
  ): void {
    this.write(atMs, count, sumMsOf(latencies) / unitMs, (put) => cumulate(latencies, edges, put));
  }
}

/** A histogram of whatever is observed now and then: utilizations, instances' concurrency. */
export class Observations {
  readonly #boundaries: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;
  readonly #series: HistogramSeries;

  constructor(store: SeriesStore, name: string, labels: Labels, boundaries: readonly number[]) {
    this.#boundaries = boundaries;
    this.#counts = boundaries.map(() => 0);
    this.#series = new HistogramSeries(store, name, labels, boundaries);
  }

  observe(value: number): void {
    this.#boundaries.forEach((boundary, i) => {
      if (value <= boundary) this.#counts[i]!++;
    });
    this.#sum += value;
    this.#count++;
  }

  write(atMs: number): void {
    this.#series.write(atMs, this.#count, this.#sum, (put) => this.#counts.forEach((count, i) => void put(i, count)));
  }
}
