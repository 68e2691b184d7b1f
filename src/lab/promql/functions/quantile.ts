/** Quantiles of plain values and of classic histograms, by Prometheus' rules for the odd cases. */
import { ascendingFromNaN } from './order.ts';

/** Linear between the two nearest ranks; NaN counts as the smallest value. */
export function quantile(q: number, values: readonly number[] | Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort(ascendingFromNaN);
  const rank = q * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(sorted.length - 1, below + 1);
  const weight = rank - below;
  return sorted[below]! * (1 - weight) + sorted[above]! * weight;
}

/** One cumulative bucket: how many observations were at or below `bound`. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/** NaN without a +Inf bucket, without another bucket, and without observations. */
export function bucketQuantile(q: number, buckets: readonly Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = monotonic(merged([...buckets].sort((a, b) => a.bound - b.bound)));
  const last = sorted.at(-1);
  if (last?.bound !== Number.POSITIVE_INFINITY || sorted.length < 2 || last.count === 0) return Number.NaN;

  const rank = q * last.count;
  const at = sorted.findIndex(({ count }, index) => index === sorted.length - 1 || count >= rank);
  const bucket = sorted[at]!;
  const before = sorted[at - 1];
  if (bucket === last) return before!.bound;
  if (before === undefined && bucket.bound <= 0) return bucket.bound;
  const start = before ?? { bound: 0, count: 0 };
  return start.bound + (bucket.bound - start.bound) * ((rank - start.count) / (bucket.count - start.count));
}

/** Bounds that are the same number in other words (1 and 1.0) make one bucket. */
function merged(sorted: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const bucket of sorted) {
    const same = buckets.at(-1);
    if (same?.bound === bucket.bound)
      buckets[buckets.length - 1] = { bound: same.bound, count: same.count + bucket.count };
    else buckets.push(bucket);
  }
  return buckets;
}

/** Buckets scraped or rated apart can seem to fall; a cumulative count cannot. */
function monotonic(sorted: readonly Bucket[]): Bucket[] {
  let highest = Number.NEGATIVE_INFINITY;
  return sorted.map((bucket) => {
    if (bucket.count > highest) highest = bucket.count;
    return bucket.count < highest ? { ...bucket, count: highest } : bucket;
  });
}
