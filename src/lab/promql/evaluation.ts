/** The store while one query is evaluated: it does not change meanwhile, so what the query asks twice is answered once. */
import type { Selection, SeriesFilter, SeriesStore } from '../series/store.ts';

interface Answer {
  readonly atMs: number;
  readonly value: unknown;
}

export class Evaluation {
  readonly #store: SeriesStore;
  /** The last answer of each part of the query; one instant is done with before the next. */
  readonly #answers = new Map<object, Answer>();

  constructor(store: SeriesStore) {
    this.#store = store;
  }

  select(filter: SeriesFilter): readonly Selection[] {
    return this.#store.select(filter);
  }

  horizonMs(metricName: string): number {
    return this.#store.horizonMs(metricName);
  }

  /** What `part` is at this time. */
  once<T>(part: (store: Evaluation, atMs: number) => T, atMs: number): T {
    const known = this.#answers.get(part);
    if (known?.atMs === atMs) return known.value as T;
    const value = part(this, atMs);
    this.#answers.set(part, { atMs, value });
    return value;
  }
}
