/**
 * Latencies: log-normal between three quantiles, counted in bins whose edges are all the boundaries that any metric or
 * the truth needs. A request costs one random number and one table look-up.
 */
import { type LatencyMs, shareBelow } from '../../scenario/lognormal.ts';
import type { Random } from '../../scenario/random.ts';

/** What the truth calls slow. */
export const slowMs = 300;

/** Cloud Run's own: exponential, fine where services live, on no round number on purpose. */
export const platformBoundariesMs: readonly number[] = Array.from({ length: 81 }, (_, i) =>
  Number((1.15 ** i).toFixed(4)),
);

/** The instrumented app's, in seconds, as it exports them. */
export const appBoundariesS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10,
];

/** Upper edges of the bins, rising; one more bin holds everything above. */
const edgesMs: readonly number[] = [...new Set([...platformBoundariesMs, ...appBoundariesS.map(toMs), slowMs])].sort(
  (a, b) => a - b,
);
const binCount = edgesMs.length + 1;

function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** What a request in this bin took, near enough for sums and means. */
const middlesMs: readonly number[] = Array.from({ length: binCount }, (_, i) => {
  const upper = edgesMs[i] ?? edgesMs[binCount - 2]! * 1.5;
  return Math.sqrt(upper * (edgesMs[i - 1] ?? upper / 4));
});

export type LatencyCounts = Float64Array;
export const noLatencies = (): LatencyCounts => new Float64Array(binCount);

/** Where to read the cumulative count at each of these boundaries. */
export const edgesOf = (boundariesMs: readonly number[]): readonly number[] =>
  boundariesMs.map((boundary) => edgesMs.indexOf(boundary));
export const platformEdges = edgesOf(platformBoundariesMs);
const slowEdge = edgesMs.indexOf(slowMs);

export function addLatencies(into: LatencyCounts, more: LatencyCounts): void {
  for (let i = 0; i < binCount; i++) into[i]! += more[i]!;
}

export function countOf(counts: LatencyCounts): number {
  let sum = 0;
  for (let i = 0; i < binCount; i++) sum += counts[i]!;
  return sum;
}

export function slowOf(counts: LatencyCounts): number {
  let sum = 0;
  for (let i = slowEdge + 1; i < binCount; i++) sum += counts[i]!;
  return sum;
}

export function sumMsOf(counts: LatencyCounts): number {
  let sum = 0;
  for (let i = 0; i < binCount; i++) sum += counts[i]! * middlesMs[i]!;
  return sum;
}

/** Calls back with the cumulative count at each edge, in order. */
export function cumulate(
  counts: LatencyCounts,
  edges: readonly number[],
  each: (index: number, count: number) => void,
): void {
  let bin = 0;
  let sum = 0;
  for (let i = 0; i < edges.length; i++) {
    for (; bin <= edges[i]!; bin++) sum += counts[bin]!;
    each(i, sum);
  }
}

/** One latency distribution, ready to be drawn from (Walker's alias method). */
export class LatencyTable {
  readonly meanMs: number;
  readonly #keep = new Float64Array(binCount);
  readonly #other = new Uint16Array(binCount);

  constructor(shape: LatencyMs, factor = 1) {
    const shares = binShares(shape, factor);
    this.meanMs = shares.reduce((mean, share, i) => mean + share * middlesMs[i]!, 0);
    const heights = shares.map((share) => share * binCount);
    const low = [...heights.keys()].filter((i) => heights[i]! < 1);
    const high = [...heights.keys()].filter((i) => heights[i]! >= 1);
    this.#keep.fill(1);
    while (low.length > 0 && high.length > 0) {
      const poor = low.pop()!;
      const rich = high[high.length - 1]!;
      this.#keep[poor] = heights[poor]!;
      this.#other[poor] = rich;
      heights[rich]! -= 1 - heights[poor]!;
      if (heights[rich]! < 1) low.push(high.pop()!);
    }
  }

  /** Draws `requests` latencies and counts them in their bins. */
  draw(requests: number, random: Random, counts: LatencyCounts): void {
    const keep = this.#keep;
    const other = this.#other;
    for (let i = 0; i < requests; i++) {
      const at = random.next() * binCount;
      const bin = at | 0;
      counts[at - bin < keep[bin]! ? bin : other[bin]!]!++;
    }
  }
}

function binShares(shape: LatencyMs, factor: number): number[] {
  const below = edgesMs.map((edge) => shareBelow(shape, edge / factor));
  return Array.from({ length: binCount }, (_, i) => (below[i] ?? 1) - (below[i - 1] ?? 0));
}
