/** Which boundaries of a histogram tell the threshold, in all revisions that are compared. Pure. */
import { boundariesOf, measureAlike, type Neighbours, neighbours, scaleOf } from '../counting/boundaries.ts';
import type { HistogramShape } from '../counting/measured.ts';
import type { Vector } from '../counting/vector.ts';

export type Nearest =
  | ({ readonly kind: 'Near' } & Neighbours)
  | { readonly kind: 'None'; readonly message: string }
  /** No revision that is compared shows any bucket: nothing was observed. */
  | { readonly kind: 'Nothing' };

/** The boundaries around the threshold that the compared revisions share, if each by itself would be judged at the same. */
export function nearestOf(
  shape: HistogramShape,
  buckets: Vector,
  revisionLabel: string,
  compared: readonly string[],
): Nearest {
  if (!buckets.some(({ labels }) => compared.includes(labels[revisionLabel] ?? ''))) return { kind: 'Nothing' };
  const boundaries = boundariesOf(buckets, revisionLabel, compared);
  if (!measureAlike(buckets, revisionLabel, compared, shape)) {
    const message = `${compared.join(' and ')} have other boundaries of ${shape.counter.name} near the threshold: they cannot be compared.`;
    return { kind: 'None', message };
  }
  if (boundaries.length === 0) {
    return { kind: 'None', message: `${shape.counter.name} has no boundaries that ${compared.join(' and ')} share.` };
  }
  const scale = scaleOf(shape, boundaries);
  if (!scale.ok) return { kind: 'None', message: scale.message };
  return { kind: 'Near', ...neighbours(boundaries, scale.threshold)! };
}

export const textsOf = ({ upper, lower }: Neighbours): string[] => [...(lower?.texts ?? []), ...upper.texts, '+Inf'];
