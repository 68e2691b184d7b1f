/**
 * How fast a candidate may take over: from the blast radius, the traffic and the delay of the metrics.
 *
 * A rollout may spend `blastRadius` of the month's error budget. Between giving a share and seeing what it did lie D
 * seconds (the delay, two ticks, and what a write takes), so a share w of a candidate that fails completely spends w * D
 * seconds of the service's traffic; what is already known to be good (an upper bound on its bad fraction) may be given
 * more at the same price.
 */
import { eventKind, type Policy } from '../../../policy/policy.ts';
import { fairPercent, fairStep, type InstanceLimit } from '../../capacity.ts';
import type { Assessment } from '../../evidence/assess.ts';
import { clamp } from '../../evidence/logs.ts';
import { profiles, ticksToConvict } from '../../evidence/profiles.ts';
import type { Pace } from '../../freshness.ts';

/** Share of the monthly error budget that a rollout may spend. */
const blastRadius = 0.0006;
const monthSeconds = 30 * 86_400;
/** What a write takes to be seen in the traffic. */
const actSeconds = 15;

/** From giving a share to seeing what it did. */
export const feedbackMs = ({ delayMs, tickMs }: Pace): number => delayMs + 2 * tickMs + actSeconds * 1000;

/** From giving a share to convicting what does not fail totally: where evidence is plain, two thirds of the ticks suffice. */
const convictionMs = (policy: Policy, { delayMs, tickMs }: Pace): number =>
  delayMs + Math.ceil((2 / 3) * ticksToConvict(policy, tickMs)) * tickMs + actSeconds * 1000;

/** Seconds of the service's whole traffic that may fail; at little traffic at least five requests' worth. */
function budgetSeconds(policy: Policy, requestsPerSecond: number): number {
  const allowed = policy.objectives
    .filter((objective) => objective.gate && eventKind(objective.indicator) === 'Errors')
    .map((objective) => objective.allowedBadFraction);
  const smallest = allowed.length > 0 ? Math.min(...allowed) : 0.001;
  return Math.max(blastRadius * smallest * monthSeconds, 5 / requestsPerSecond);
}

/** So many requests tell total failure from health. */
export const tellingRequests = 8;

/** The share to begin with, percent: large enough that a tick tells total failure, and no larger than the start of the ramp. */
export function firstPercent(policy: Policy, requestsPerSecond: number, pace: Pace, limit: InstanceLimit): number {
  const start = startPercent(policy, requestsPerSecond, pace, limit);
  if (policy.rollout.stepsPercent !== null) return start;
  // Nobody knows how much traffic will come.
  if (requestsPerSecond <= 0) return 1;
  return fairPercent(
    limit,
    Math.min(start, Math.ceil((100 * tellingRequests) / (requestsPerSecond * (pace.tickMs / 1000)))),
  );
}

/** Where the ramp starts, percent. With no traffic known, small: whatever is wrong may be with the metrics. */
export function startPercent(policy: Policy, requestsPerSecond: number, pace: Pace, limit: InstanceLimit): number {
  const ladder = policy.rollout.stepsPercent;
  if (ladder !== null) return ladder[0]!;
  if (requestsPerSecond <= 0) return fairPercent(limit, 5);
  const affordable = budgetSeconds(policy, requestsPerSecond) / (feedbackMs(pace) / 1000);
  const eightRequestsATick = Math.min(0.1, tellingRequests / (requestsPerSecond * (pace.tickMs / 1000)));
  return fairPercent(limit, Math.floor(100 * clamp(Math.max(affordable, eightRequestsATick), 0.01, 0.25)));
}

export interface RampPosition {
  readonly percent: number;
  readonly startPercent: number;
  readonly requestsPerSecond: number;
  readonly limit: InstanceLimit;
  readonly suspectedBefore: boolean;
  /** Since the rollout began or was last under suspicion. */
  readonly calmMs: number;
  /** The stable is sick and the candidate is the cure: no soak. */
  readonly fixForward: boolean;
}

/** The share to go to next, percent; the present one when it is not time for more. */
export function nextPercent(policy: Policy, at: RampPosition, assessments: readonly Assessment[], pace: Pace): number {
  const soaking = at.calmMs < profiles[policy.rollout.profile].soakMs && !at.fixForward;
  const ceiling = soaking ? Math.max(at.startPercent, Math.min(20, 5 * at.startPercent)) : 99;
  const ladder = policy.rollout.stepsPercent;
  if (ladder !== null) {
    const rung = ladder.find((step) => step > at.percent);
    return rung !== undefined && rung <= ceiling ? rung : at.percent;
  }
  const growth = at.suspectedBefore ? 2 : 5;
  const excess = Math.max(1e-4, ...gating(assessments).map(({ upperBound, base }) => upperBound - base));
  const affordable =
    (100 * budgetSeconds(policy, at.requestsPerSecond)) / ((convictionMs(policy, pace) / 1000) * excess);
  const most = Math.min(largestUnproven, ceiling);
  return fairStep(at.limit, at.percent, Math.floor(Math.min(growth * at.percent, affordable, most)), most);
}

/** The largest share before the certificate. */
const largestUnproven = 50;

/** The share from which a certificate may promote: by then the candidate has carried a fair part of the traffic. */
export const certificatePercent = (policy: Policy, limit: InstanceLimit): number =>
  Math.min(45, policy.rollout.stepsPercent?.at(-1) ?? fairPercent(limit, largestUnproven));

/** A larger control only saves harm when metrics come late: the time to conviction is the same at any share. */
export const watchPercent = ({ delayMs }: Pace, limit: InstanceLimit): number =>
  fairPercent(limit, delayMs < 30_000 ? 90 : delayMs < 90_000 ? 66 : 50);

const gating = (assessments: readonly Assessment[]) => assessments.filter((assessment) => assessment.gate);
