/** Latencies between three quantiles. */
import { normalBelow } from '../facts/normal.ts';

export interface LatencyMs {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const z90 = 1.2815515655446004;
const z95 = 1.6448536269514722;
const z99 = 2.3263478740408408;

/** The share of latencies up to `ms`: log latency is a straight line over the normal quantile between the three points. */
export function shareBelow(shape: LatencyMs, ms: number): number {
  const [low, middle, high] = [Math.log(shape.p50), Math.log(shape.p95), Math.log(shape.p99)];
  const at = Math.log(ms);
  const z = at <= middle ? (z95 * (at - low)) / (middle - low) : z95 + ((z99 - z95) * (at - middle)) / (high - middle);
  return normalBelow(z);
}

/** The value at this normal quantile of a log-normal through its median and its 90th percentile. */
export const throughP50AndP90 = ({ p50, p90 }: { readonly p50: number; readonly p90: number }, z: number): number =>
  p50 * Math.exp((Math.log(p90 / p50) * z) / z90);

/** The value at this normal quantile of a log-normal of mean 1 and this standard deviation. */
export function ofMeanOne(sd: number, z: number): number {
  const variance = Math.log1p(sd * sd);
  return Math.exp(Math.sqrt(variance) * z - variance / 2);
}
