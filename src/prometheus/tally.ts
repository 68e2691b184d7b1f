/** From the answer to a counting query to good and bad events. Pure. */
import type { Tally } from '../decide/observation.ts';
import type { Indicator } from '../policy/policy.ts';
import type { Sample, Vector } from './promql.ts';

export type Tallies =
  | { readonly kind: 'Tallies'; readonly byRevision: Readonly<Record<string, Tally>> }
  /** NotANumber: a count that is none poisons the whole answer. NoBoundary: the histogram cannot tell good from bad. */
  | { readonly kind: 'NotANumber' | 'NoBoundary'; readonly message: string };

/** Samples without a revision belong to nobody and are left out. */
export function tallies(indicator: Indicator, vector: Vector): Tallies {
  const broken = vector.find(({ value }) => !Number.isFinite(value));
  if (broken) {
    const message = `The metrics hold a count that is no number (${broken.value} for ${JSON.stringify(broken.labels)}).`;
    return { kind: 'NotANumber', message };
  }
  const byRevision = Map.groupBy(
    vector.filter(({ labels }) => labels.revision_name),
    ({ labels }) => labels.revision_name ?? '',
  );
  return indicator.kind === 'Requests' ? requestTallies(byRevision) : latencyTallies(byRevision, indicator.thresholdMs);
}

type ByRevision = ReadonlyMap<string, readonly Sample[]>;

/** 5xx are bad; all else is good, 4xx too: it is the caller's mistake. */
function requestTallies(byRevision: ByRevision): Tallies {
  const tally = (samples: readonly Sample[]): Tally => ({
    bad: sum(samples.filter(({ labels }) => labels.response_code_class === '5xx')),
    total: sum(samples),
  });
  return { kind: 'Tallies', byRevision: mapValues(byRevision, tally) };
}

/**
 * Requests up to the smallest boundary at or above the threshold are good. The boundary is the same for all revisions: one
 * that is measured with another yardstick cannot be compared.
 */
function latencyTallies(byRevision: ByRevision, thresholdMs: number): Tallies {
  const counts = mapValues(byRevision, bucketCounts);
  const boundaries = [...new Set(Object.values(counts).flatMap((buckets) => [...buckets.keys()]))]
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  const boundary = boundaries.find((value) => value >= thresholdMs);
  const result: Record<string, Tally> = {};
  for (const [revision, buckets] of Object.entries(counts)) {
    const total = buckets.get(Number.POSITIVE_INFINITY) ?? 0;
    const good = total === 0 ? 0 : boundary === undefined ? undefined : buckets.get(boundary);
    if (good === undefined)
      return { kind: 'NoBoundary', message: noBoundary(revision, [...buckets.keys()], thresholdMs) };
    result[revision] = { bad: Math.max(0, total - good), total };
  }
  return { kind: 'Tallies', byRevision: result };
}

/** Cumulative counts by boundary; "300", "300.0" and "3e+02" are one boundary. */
function bucketCounts(samples: readonly Sample[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { labels, value } of samples) {
    const boundary = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le || Number.NaN);
    if (!Number.isNaN(boundary)) counts.set(boundary, (counts.get(boundary) ?? 0) + Math.max(0, value));
  }
  return counts;
}

function noBoundary(revision: string, boundaries: readonly number[], thresholdMs: number): string {
  const distance = (value: number) => Math.abs(value - thresholdMs);
  const nearest = boundaries
    .filter(Number.isFinite)
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, 3)
    .toSorted((a, b) => a - b)
    .map((value) => `${value} ms`);
  const known = nearest.length > 0 ? `its nearest are ${nearest.join(', ')}` : 'it has no finite boundary at all';
  return `The latency histogram of ${revision} has no boundary that serves a threshold of ${thresholdMs} ms: ${known}.`;
}

/** A count that Google interpolated may come out a hair below zero. */
const sum = (samples: readonly Sample[]): number => samples.reduce((total, { value }) => total + Math.max(0, value), 0);

function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries([...map].map(([key, value]) => [key, change(value)]));
}
