/** Quantiles as metrics have them: through the boundaries of a histogram's buckets. */

/** Where bucket i ends, and which bucket holds a value. */
export interface Boundaries {
  end(bucket: number): number;
  of(value: number): number;
}

const most = 400;

/** Of fractions: each percent. */
export const percents: Boundaries = {
  end: (bucket) => bucket / 100,
  of: (value) => Math.max(0, Math.ceil(value * 100 - 1e-9)),
};

const growth = 1.1;

/** Of counts: each a tenth wider than the one before. */
export const tenths: Boundaries = {
  end: (bucket) => growth ** bucket,
  of: (value) => (value <= 1 ? 0 : Math.ceil(Math.log(value) / Math.log(growth) - 1e-9)),
};

const counts = new Float64Array(most);

/** As histogram_quantile has it: a straight line within the bucket. 0 of none. */
export function bucketQuantile(values: Float64Array, length: number, part: number, { end, of }: Boundaries): number {
  if (length === 0) return 0;
  counts.fill(0);
  let highest = 0;
  for (let i = 0; i < length; i++) {
    const bucket = Math.min(most - 1, of(values[i]!));
    counts[bucket]!++;
    highest = Math.max(highest, bucket);
  }
  let below = 0;
  for (let bucket = 0; bucket <= highest; bucket++) {
    if (below + counts[bucket]! >= part * length) {
      const from = bucket === 0 ? 0 : end(bucket - 1);
      return from + ((end(bucket) - from) * (part * length - below)) / counts[bucket]!;
    }
    below += counts[bucket]!;
  }
  return end(highest);
}

/** Of the values themselves. 0 of none. */
export function exactQuantile(values: Float64Array, length: number, part: number): number {
  const sorted = values.slice(0, length).sort();
  return sorted[Math.min(length - 1, Math.floor(part * length))] ?? 0;
}
