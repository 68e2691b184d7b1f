/**
 * How many requests an arm really gets and how many of them are bad, drawn a stretch at a time. In a stretch nothing
 * changes, so that its counts are distributed like those of as many single requests.
 */
import type { Instances } from './instances.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { ArmName, Timeline, Truth } from './truth.ts';

/** What objectives count: requests, and the bad ones of each kind. */
export interface Counts {
  requests: number;
  errors: number;
  /** Slower than each threshold, in the order of the timeline's. */
  readonly slow: number[];
  connections: number;
  disconnects: number;
}

/** What the objectives of a policy look at: harm in any other way is not theirs. */
export interface Measures {
  readonly errors: boolean;
  /** Rising, each once. */
  readonly thresholdsMs: readonly number[];
  readonly disconnects: boolean;
}

export const noCounts = (thresholds: number): Counts => ({
  requests: 0,
  errors: 0,
  slow: new Array<number>(thresholds).fill(0),
  connections: 0,
  disconnects: 0,
});

export function clear(counts: Counts): void {
  counts.requests = counts.errors = counts.connections = counts.disconnects = 0;
  counts.slow.fill(0);
}

/**
 * Serves (fromMs, toMs] by an arm that has this share (0..1) of the traffic; returns its excess bad requests. `instances` are
 * its own, where they differ; to `expected` goes what its requests come to in the mean.
 */
export function serve(
  { traffic, noise }: Scenario,
  measures: Measures,
  timeline: Timeline,
  arm: ArmName,
  share: number,
  fromMs: number,
  toMs: number,
  random: Random,
  counts: Counts,
  instances: Instances | null = null,
  expected: Counts | null = null,
): number {
  let excess = 0;
  for (let atMs = fromMs; atMs < toMs && share > 0; ) {
    const untilMs = Math.min(toMs, timeline.steadyUntilMs(atMs));
    const rps = timeline.rps((atMs + untilMs) / 2);
    const met = timeline.asMet(arm, rps * share, atMs, untilMs, instances?.scaleTo(rps * share));
    const requests = random.poisson((rps * share * (untilMs - atMs)) / 1000);
    const connections = measures.disconnects ? requests * traffic.connectionsPerRequest : 0;
    counts.requests += requests;
    counts.errors += errorsOf(requests, met.errors, noise.errorClusterMean, random);
    const slow = slowOf(requests, met.slow, random);
    for (let i = 0; i < slow.length; i++) counts.slow[i]! += slow[i]!;
    instances?.record(requests, slow);
    counts.connections += connections;
    if (connections > 0) counts.disconnects += random.poisson(connections * met.disconnects);
    if (arm === 'candidate') {
      const truth = timeline.of('candidate', rps * share, atMs, untilMs);
      const usual = timeline.of('stable', rps * (1 - share), atMs, untilMs);
      excess += excessOf(measures, requests, connections, truth, usual);
      if (expected !== null) expect(expected, requests, connections, truth);
    }
    atMs = untilMs;
  }
  return excess;
}

function expect(expected: Counts, requests: number, connections: number, truth: Truth): void {
  expected.requests += requests;
  expected.errors += requests * truth.errors;
  truth.slow.forEach((fraction, i) => {
    expected.slow[i]! += requests * fraction;
  });
  expected.connections += connections;
  expected.disconnects += connections * truth.disconnects;
}

/** Alone, or in clusters: a Poisson number of them, of geometric size. */
function errorsOf(requests: number, fraction: number, clusterMean: number, random: Random): number {
  if (clusterMean <= 1 || fraction >= 1) return random.binomial(requests, fraction);
  let errors = 0;
  for (let left = random.poisson((requests * fraction) / clusterMean); left > 0; left--) {
    errors += random.geometric(1 / clusterMean);
  }
  return Math.min(errors, requests);
}

/** Slower than a higher threshold are some of those slower than a lower one. */
function slowOf(requests: number, fractions: readonly number[], random: Random): number[] {
  let slower = requests;
  let fraction = 1;
  return fractions.map((next) => {
    slower = random.binomial(slower, fraction > 0 ? Math.min(1, next / fraction) : 0);
    fraction = next;
    return slower;
  });
}

/** By the kind of bad event in which the candidate is worst, among those that the policy looks at. */
function excessOf(
  { errors, disconnects }: Measures,
  requests: number,
  connections: number,
  truth: Truth,
  usual: Truth,
): number {
  let excess = 0;
  if (errors) excess = Math.max(excess, requests * (truth.errors - usual.errors));
  if (disconnects) excess = Math.max(excess, connections * (truth.disconnects - usual.disconnects));
  for (let i = 0; i < truth.slow.length; i++) {
    excess = Math.max(excess, requests * (truth.slow[i]! - usual.slow[i]!));
  }
  return excess;
}
