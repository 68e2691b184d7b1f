/**
 * Latencies: log-normal between three quantiles, counted in bins whose edges are all the boundaries that any metric or
 * the truth needs. A request costs one random number and one table look-up.
 */
import { type LatencyMs, shareBelow } from '../../scenario/lognormal.ts';
import type { Random } from '../../scenario/random.ts';

/** What the truth calls slow. */
export const SLOW_MS = 300;

/** Cloud Run's own: exponential, fine where services live, on no round number on purpose. */
export const PLATFORM_BOUNDARIES_MS: readonly number[] = Array.from({ length: 81 }, (_, i) =>
  Number((1.15 ** i).toFixed(4)),
);

/** The instrumented app's, in seconds, as it exports them. */
export const APP_BOUNDARIES_S: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10,
];

/** Upper edges of the bins, rising; one more bin holds everything above. */
const EDGES_MS: readonly number[] = [
  ...new Set([...PLATFORM_BOUNDARIES_MS, ...APP_BOUNDARIES_S.map(toMs), SLOW_MS]),
].sort((a, b) => a - b);
const BINS = EDGES_MS.length + 1;

function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** What a request in this bin took, near enough for sums and means. */
const MIDDLES_MS: readonly number[] = Array.from({ length: BINS }, (_, i) => {
  const upper = EDGES_MS[i] ?? EDGES_MS[BINS - 2]! * 1.5;
  return Math.sqrt(upper * (EDGES_MS[i - 1] ?? upper / 4));
});

export type LatencyCounts = Float64Array;
export const noLatencies = (): LatencyCounts => new Float64Array(BINS);

/** Where to read the cumulative count at each of these boundaries. */
export const edgesOf = (boundariesMs: readonly number[]): readonly number[] =>
  boundariesMs.map((boundary) => EDGES_MS.indexOf(boundary));
export const PLATFORM_EDGES = edgesOf(PLATFORM_BOUNDARIES_MS);
export const APP_EDGES = edgesOf(APP_BOUNDARIES_S.map(toMs));
const SLOW_EDGE = EDGES_MS.indexOf(SLOW_MS);

export function addLatencies(into: LatencyCounts, more: LatencyCounts): void {
  for (let i = 0; i < BINS; i++) into[i]! += more[i]!;
}

export function countOf(counts: LatencyCounts): number {
  let sum = 0;
  for (let i = 0; i < BINS; i++) sum += counts[i]!;
  return sum;
}

export function slowOf(counts: LatencyCounts): number {
  let sum = 0;
  for (let i = SLOW_EDGE + 1; i < BINS; i++) sum += counts[i]!;
  return sum;
}

export function sumMsOf(counts: LatencyCounts): number {
  let sum = 0;
  for (let i = 0; i < BINS; i++) sum += counts[i]! * MIDDLES_MS[i]!;
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
  readonly #keep = new Float64Array(BINS);
  readonly #other = new Uint16Array(BINS);

  constructor(shape: LatencyMs, factor = 1) {
    const shares = binShares(shape, factor);
    this.meanMs = shares.reduce((mean, share, i) => mean + share * MIDDLES_MS[i]!, 0);
    const heights = shares.map((share) => share * BINS);
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
      const at = random.next() * BINS;
      const bin = at | 0;
      counts[at - bin < keep[bin]! ? bin : other[bin]!]!++;
    }
  }
}

function binShares(shape: LatencyMs, factor: number): number[] {
  const below = EDGES_MS.map((edge) => shareBelow(shape, edge / factor));
  return Array.from({ length: BINS }, (_, i) => (below[i] ?? 1) - (below[i - 1] ?? 0));
}
