/** Operations that make something else of a metric take its name away, and two series may become one: an error. */
import { failed, type Span } from '../../../promql/error.ts';
import type { Sample, Vector } from '../value.ts';

/** Applies `compute` to every sample and drops the names. Throws where that makes two samples equal. */
export function derive(vector: Vector, compute: (value: number) => number, at: Span): Vector {
  const derived = vector.map(({ labels, value }) => ({ name: null, labels, value: compute(value) }));
  if (vector.some(({ name }) => name !== vector[0]!.name)) rejectDuplicates(derived, at);
  return derived;
}

/** For samples without names. */
export function rejectDuplicates(vector: readonly Sample[], at: Span): void {
  if (vector.length > 1 && new Set(vector.map(({ labels }) => labels.key)).size < vector.length) {
    throw failed('vector cannot contain metrics with the same labelset', at);
  }
}
