/** How long a minute's requests took, in buckets a twentieth of e apart. */
import type { Sharing } from '../../scenario/sharing.ts';

const buckets = 240;
const perE = 20;
const shortestSeconds = 0.002;
/** Around its mean each latency is log-normal: eight parts of equal mass, and the standard deviation of the logarithm. */
const eighths = [-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534];
const spread = 0.35;
const shifts = eighths.map((z) => Math.round(perE * (spread * z - (spread * spread) / 2)));

const within = (bucket: number): number => Math.min(buckets - 1, Math.max(0, bucket));

export const latencyBucket = (seconds: number): number =>
  within(Math.round(perE * Math.log(seconds / shortestSeconds)));

/** By places of the table, so that no logarithm is needed for each instance and second. */
export const latencyBuckets = ({ latency }: Sharing): Int16Array<ArrayBuffer> =>
  Int16Array.from(latency, latencyBucket);

export class Latencies {
  readonly means = new Float64Array(buckets);
  readonly #spread = new Float64Array(buckets);

  clear(): void {
    this.means.fill(0);
  }

  /** The p95 in seconds; null: there were no requests. */
  p95(): number | null {
    const spreadOut = this.#spread;
    spreadOut.fill(0);
    let all = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const eighth = this.means[bucket]! / eighths.length;
      if (eighth === 0) continue;
      for (const shift of shifts) spreadOut[within(bucket + shift)]! += eighth;
      all += eighth * eighths.length;
    }
    let below = 0;
    let at = 0;
    for (; at < buckets; at++) {
      below += spreadOut[at]!;
      if (below >= 0.95 * all) break;
    }
    return all > 0 ? shortestSeconds * Math.exp(Math.min(at, buckets - 1) / perE) : null;
  }
}
