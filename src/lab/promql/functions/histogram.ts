/** histogram_quantile over classic histograms: the buckets of one histogram are the series that differ in `le` only. */
import { type LabelSet, Projection } from '../../series/labels.ts';
import { getOrInsert } from '../../series/maps.ts';
import type { At, Vector } from '../value.ts';
import { type Bucket, bucketQuantile } from './quantile.ts';

export function histogramQuantile(q: At<number>, buckets: At<Vector>): At<Vector> {
  const bucketOf = remembered();
  return (store, atMs) => {
    const histograms = new Map<string, { readonly labels: LabelSet; readonly buckets: Bucket[] }>();
    for (const { labels, value } of buckets(store, atMs)) {
      const { bound, rest } = bucketOf(labels);
      if (bound === undefined) continue;
      getOrInsert(histograms, rest.key, () => ({ labels: rest, buckets: [] })).buckets.push({ bound, count: value });
    }
    const wanted = q(store, atMs);
    return [...histograms.values()].map(({ labels, buckets }) => ({
      name: null,
      labels,
      value: bucketQuantile(wanted, buckets),
    }));
  };
}

/** Instant after instant brings the same labels. */
function remembered(): (labels: LabelSet) => { readonly bound: number | undefined; readonly rest: LabelSet } {
  const withoutBound = Projection.without(['le']);
  const seen = new WeakMap<LabelSet, ReturnType<typeof bucketOf>>();
  const bucketOf = (labels: LabelSet) => ({ bound: parseBound(labels.get('le')), rest: withoutBound.of(labels) });
  return (labels) => {
    const known = seen.get(labels) ?? bucketOf(labels);
    seen.set(labels, known);
    return known;
  };
}

/** undefined: this series is no bucket. */
function parseBound(le: string): number | undefined {
  if (/^\+?inf$/i.test(le)) return Number.POSITIVE_INFINITY;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(le) ? Number(le) : undefined;
}
