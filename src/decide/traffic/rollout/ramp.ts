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
import { halved, largestUnproven, proving, rungsOf } from './ladder.ts';

/** Share of the monthly error budget that a rollout may spend. */
const blastRadius = 0.0006;
const monthSeconds = 30 * 86_400;
/** What a write takes to be seen in the traffic. */
const actSeconds = 15;

/** From giving a share to seeing what it did. */
export const feedbackMs = ({ delayMs, tickMs }: Pace): number => delayMs + 2 * tickMs + actSeconds * 1000;

/** From giving a share to convicting what does not fail totally: where evidence is plain, two thirds of the ticks suffice. */
export const convictionMs = (policy: Policy, { delayMs, tickMs }: Pace): number =>
  delayMs + Math.ceil((2 / 3) * ticksToConvict(policy, tickMs)) * tickMs + actSeconds * 1000;

/** A month's error budget, in seconds of the service's whole traffic. */
function monthsBudgetSeconds(policy: Policy): number {
  const allowed = policy.objectives
    .filter((objective) => objective.gate && eventKind(objective.indicator) === 'Errors')
    .map((objective) => objective.allowedBadFraction);
  const smallest = allowed.length > 0 ? Math.min(...allowed) : 0.001;
  return smallest * monthSeconds;
}

/** What of it a rollout may spend. */
const blastSeconds = (policy: Policy): number => blastRadius * monthsBudgetSeconds(policy);

/** What of it complete failure at this share has spent before anybody could see it. */
export const unseenBudget = (policy: Policy, percent: number, pace: Pace): number =>
  ((percent / 100) * feedbackMs(pace)) / 1000 / monthsBudgetSeconds(policy);

/** At little traffic at least five requests' worth. */
const fewSeconds = (requestsPerSecond: number): number => 5 / requestsPerSecond;

const budgetSeconds = (policy: Policy, requestsPerSecond: number): number =>
  Math.max(blastSeconds(policy), fewSeconds(requestsPerSecond));

/** What a few requests are worth at one a second: with fewer nobody knows how many will come. */
const mostForFew = 0.11;

/** So many requests tell total failure from health. */
export const tellingRequests = 8;

/** Fewer than so many in the half hour by which a service's traffic is told say nothing about what is to come. */
export const trickleRequests = 30;
export const recentMs = 30 * 60_000;

/** As good as no traffic: nobody knows how much will come. */
export const isTrickle = (requestsPerSecond: number): boolean =>
  requestsPerSecond < trickleRequests / (recentMs / 1000);

/** The share to begin with, percent: large enough that a tick tells total failure, and no larger than the start of the ramp. */
export function firstPercent(policy: Policy, requestsPerSecond: number, pace: Pace, limit: InstanceLimit): number {
  const start = startPercent(policy, requestsPerSecond, pace, limit);
  if (policy.rollout.stepsPercent !== null) return start;
  if (isTrickle(requestsPerSecond)) return 1;
  return fairPercent(
    limit,
    Math.min(start, Math.ceil((100 * tellingRequests) / (requestsPerSecond * (pace.tickMs / 1000)))),
  );
}

/** Where the ramp starts, percent. With no traffic to speak of, small: whatever is wrong may be with the metrics. */
export function startPercent(policy: Policy, requestsPerSecond: number, pace: Pace, limit: InstanceLimit): number {
  const ladder = policy.rollout.stepsPercent;
  if (ladder !== null) return ladder[0]!;
  if (isTrickle(requestsPerSecond)) return fairPercent(limit, 5);
  const unseenSeconds = feedbackMs(pace) / 1000;
  const affordable = blastSeconds(policy) / unseenSeconds;
  const fewRequests = Math.min(mostForFew, fewSeconds(requestsPerSecond) / unseenSeconds);
  const eightRequestsATick = Math.min(0.1, tellingRequests / (requestsPerSecond * (pace.tickMs / 1000)));
  return fairPercent(limit, Math.floor(100 * clamp(Math.max(affordable, fewRequests, eightRequestsATick), 0.01, 0.25)));
}

/** `calmMs`: since the rollout began or was last under suspicion. */
export const isSoaking = (policy: Policy, calmMs: number): boolean => calmMs < soakMs(policy);

const soakMs = ({ rollout: { profile, slowed } }: Policy): number => (slowed ? 2 : 1) * profiles[profile].soakMs;

export interface RampPosition {
  readonly percent: number;
  readonly startPercent: number;
  readonly requestsPerSecond: number;
  readonly limit: InstanceLimit;
  readonly suspectedBefore: boolean;
  readonly calmMs: number;
  /** The stable is sick and the candidate is the cure: no soak. */
  readonly fixForward: boolean;
}

/** The share to go to next, percent; the present one when it is not time for more. */
export function nextPercent(policy: Policy, at: RampPosition, assessments: readonly Assessment[], pace: Pace): number {
  const soaking = isSoaking(policy, at.calmMs) && !at.fixForward;
  const ceiling = soaking ? Math.max(at.startPercent, Math.min(20, 5 * at.startPercent)) : 99;
  const { stepsPercent: ladder, slowed } = policy.rollout;
  const isHalved = slowed && !at.fixForward;
  if (ladder !== null) {
    const rungs = isHalved ? halved(rungsOf(ladder)) : rungsOf(ladder);
    const rung = rungs.find((step) => step > at.percent) ?? at.percent;
    const next = ladder.includes(rung) ? rung : fairStep(at.limit, at.percent, rung, largestUnproven);
    return next <= ceiling ? next : at.percent;
  }
  const growth = at.suspectedBefore ? 2 : 5;
  const excess = Math.max(1e-4, ...gating(assessments).map(({ upperBound, base }) => upperBound - base));
  const affordable =
    (100 * budgetSeconds(policy, at.requestsPerSecond)) / ((convictionMs(policy, pace) / 1000) * excess);
  const most = Math.min(largestUnproven, ceiling);
  const whole = Math.min(growth * at.percent, affordable);
  const step = isHalved ? (at.percent + whole) / 2 : whole;
  return fairStep(at.limit, at.percent, Math.floor(Math.min(step, most)), most);
}

/** The share from which a certificate may promote: by then the candidate has carried a fair part of the traffic. */
export const certificatePercent = (limit: InstanceLimit): number => Math.min(proving, halfwayPercent(limit));

/** The next share on the way to that, where nothing else says how fast. */
export const rungAbove = (percent: number, limit: InstanceLimit): number =>
  fairStep(limit, percent, rungsOf([percent])[1] ?? percent, largestUnproven);

/** The share from which it gets most of the traffic. */
export const halfwayPercent = (limit: InstanceLimit): number => fairPercent(limit, largestUnproven);

/** A larger control only saves harm when metrics come late: the time to conviction is the same at any share. */
export const watchPercent = ({ delayMs }: Pace, limit: InstanceLimit): number =>
  fairPercent(limit, delayMs < 30_000 ? 90 : delayMs < 90_000 ? 66 : 50);

const gating = (assessments: readonly Assessment[]) => assessments.filter((assessment) => assessment.gate);

/** Steps are no closer than this. Looks come a tick apart: the one nearest to the time is as good. */
export const spacingMs = ({ delayMs, tickMs }: Pace): number => Math.max(60_000, delayMs + tickMs) - tickMs / 2;

/** From the beginning of a rollout to a certificate, with all the traffic one could wish for and nothing bad; null: never. */
export function provingMs(policy: Policy, pace: Pace): number | null {
  const plenty = 10_000;
  const start = startPercent(policy, plenty, pace, null);
  const known = { startPercent: start, requestsPerSecond: plenty, limit: null, suspectedBefore: false };
  let [percent, atMs] = [start, 0];
  while (percent < certificatePercent(null)) {
    atMs += spacingMs(pace);
    const next = nextPercent(policy, { ...known, percent, calmMs: atMs, fixForward: false }, [], pace);
    if (next === percent && !isSoaking(policy, atMs)) return null;
    if (next === percent) atMs = Math.max(atMs, soakMs(policy)) - spacingMs(pace);
    percent = next;
  }
  return atMs + pace.tickMs;
}
