/**
 * A histogram only tells what lies between its boundaries. Whether a request was too slow is therefore asked at the
 * boundary at or above the threshold, and, to compare two revisions, also at the one below. Pure.
 */
import type { Vector } from './vector.ts';

/** As the source has them: numbers, each with the texts that stand for it ("1" and "1.0"), rising; finite ones only. */
export type Boundaries = readonly { readonly value: number; readonly texts: readonly string[] }[];

export interface Neighbours {
  /** The boundary at the threshold, or the next above it. */
  readonly upper: Boundaries[number];
  /** The next below; null where the threshold is itself a boundary, or lies below all of them. */
  readonly lower: Boundaries[number] | null;
}

/** The boundaries that every revision has: what is measured with another yardstick cannot be compared. */
export function boundariesOf(vector: Vector, revisionLabel: string): Boundaries {
  const revisions = new Set(vector.map(({ labels }) => labels[revisionLabel] ?? ''));
  const found = Map.groupBy(
    vector.filter(({ labels }) => labels.le && labels.le !== '+Inf' && Number.isFinite(Number(labels.le))),
    ({ labels }) => Number(labels.le),
  );
  return [...found]
    .filter(([, samples]) => new Set(samples.map(({ labels }) => labels[revisionLabel] ?? '')).size === revisions.size)
    .map(([value, samples]) => ({ value, texts: [...new Set(samples.map(({ labels }) => labels.le!))].toSorted() }))
    .toSorted((a, b) => a.value - b.value);
}

/** null: all boundaries lie below the threshold, so that nothing can be told from them. */
export function neighbours(boundaries: Boundaries, threshold: number): Neighbours | null {
  const at = boundaries.findIndex(({ value }) => value >= threshold || close(value, threshold));
  const upper = boundaries[at];
  if (!upper) return null;
  return { upper, lower: close(upper.value, threshold) ? null : (boundaries[at - 1] ?? null) };
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b);
