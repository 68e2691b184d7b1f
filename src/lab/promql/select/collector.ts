/** Gathers the vectors of successive instants into one window a series. */
import type { LabelSet } from '../../series/labels.ts';
import { getOrInsert } from '../../series/maps.ts';
import type { Vector, Window } from '../value.ts';

interface Column {
  readonly name: string | null;
  readonly labels: LabelSet;
  readonly times: number[];
  readonly values: number[];
}

export class Collector {
  /** By metric name, then by label key. */
  readonly #columns = new Map<string | null, Map<string, Column>>();

  add(atMs: number, vector: Vector): void {
    for (const { name, labels, value } of vector) {
      const column = this.#column(name, labels);
      column.times.push(atMs);
      column.values.push(value);
    }
  }

  windows(startMs: number, endMs: number): Window[] {
    return [...this.#columns.values()].flatMap((columns) =>
      [...columns.values()].map(({ name, labels, times, values }) => ({
        name,
        labels,
        times: Float64Array.from(times),
        values: Float64Array.from(values),
        from: 0,
        to: times.length,
        startMs,
        endMs,
      })),
    );
  }

  #column(name: string | null, labels: LabelSet): Column {
    const columns = getOrInsert(this.#columns, name, () => new Map<string, Column>());
    return getOrInsert(columns, labels.key, () => ({ name, labels, times: [], values: [] }));
  }
}
