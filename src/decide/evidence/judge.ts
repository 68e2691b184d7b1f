/**
 * Readings become evidence: each objective's counts since they were last judged are one tick, in the order of data time.
 */

import { type Answer, type Unknown, unknown } from '../../facts/answer.ts';
import type { Counts, History, Tally } from '../../facts/counts.ts';
import { iso, ms } from '../../facts/time.ts';
import { eventKind, type Objective, type Policy } from '../../policy/policy.ts';
import type { Evidence } from '../../status/evidence.ts';
import { type InstanceLimit, isShortOfInstances } from '../capacity.ts';
import { type Assessment, assess } from './assess.ts';
import { baseline } from './baseline.ts';
import { absorb, freshEvidence } from './evidence.ts';
import { fingerprint } from './fingerprint.ts';
import { clamp } from './logs.ts';
import { luckOf } from './luck.ts';
import { withEnvironment } from './passing.ts';
import { ticksToConvict } from './profiles.ts';
import type { Tick } from './ratios.ts';
import { gatingOf, type Terms } from './terms.ts';
import { heldBack } from './young.ts';

export interface Arms {
  readonly candidate: string;
  readonly control: string;
  /** Latency seen before this is an arm warming up, and is left out. */
  readonly warmUntilMs: number;
  /** The candidate's instances have all been started so lately that its latency may be their youth. */
  readonly youngUntilMs?: number;
  /** The candidate's shares, oldest first, each from `atMs` on. */
  readonly shares: readonly { readonly atMs: number; readonly percent: number }[];
  readonly limit: InstanceLimit;
  /** A control that should have shown so many requests and shows none at all makes a tick unknown. */
  readonly silentFrom?: number;
  /** The candidate is promoted already. */
  readonly inGuard?: boolean;
}

export interface Judged {
  readonly evidence: readonly Evidence[];
  readonly assessments: readonly Assessment[];
  /** Requests of both arms in the newest tick, by the objective that saw most; null when there was no new tick. */
  readonly newest: {
    readonly candidate: number;
    readonly control: number;
    /** Every gating objective had its tick in this look. */
    readonly isWhole: boolean;
  } | null;
  /** The objectives that this tick's split itself makes worse, and so were not judged by it. */
  readonly notAttributable: readonly string[];
  /** A gating objective that could not be read. */
  readonly unknown: Unknown | null;
}

const nothing: Tally = { bad: 0, total: 0 };

/** A control with most of the traffic, of which there is no series at all, is no control. */
function withControl(
  answer: Answer<Counts> | null,
  { candidate, control, shares, silentFrom }: Arms,
): Answer<Counts> | null {
  if (silentFrom === undefined || answer?.kind !== 'Known' || answer.value.byRevision[control]) return answer;
  const percent = shares.at(-1)?.percent ?? 100;
  const seen = answer.value.byRevision[candidate]?.total ?? 0;
  const expected = percent > 0 ? (seen * (100 - percent)) / percent : 0;
  if (expected < silentFrom) return answer;
  const message = `${control} shows no sample, while ${candidate} shows ${Math.round(seen)} requests: there is nothing to compare with.`;
  return unknown('InsufficientSamples', message, answer.value.toMs);
}

/** Evidence that goes on behind what can never be told; the same where there is no such time. */
export function withoutUntold(
  before: readonly Evidence[],
  countsOf: (objective: string) => Answer<Counts> | null,
): readonly Evidence[] {
  const after = before.map((old) => {
    const answer = countsOf(old.objective);
    const untilMs = answer?.kind === 'Unknown' ? (answer.untilMs ?? 0) : 0;
    return untilMs > ms(old.judgedUntil) ? passedOver(old, untilMs) : old;
  });
  return after.every((one, i) => one === before[i]) ? before : after;
}

/** What cannot be told of this time is not made up for by one long tick. */
const passedOver = (old: Evidence, untilMs: number): Evidence => ({ ...old, judgedUntil: iso(untilMs) });

export function judge(
  policy: Policy,
  arms: Arms,
  before: readonly Evidence[],
  countsOf: (objective: string) => Answer<Counts> | null,
  tickOf: (objective: string) => number,
): Judged {
  const judged = policy.objectives.map((objective) => {
    const known = before.find((entry) => entry.objective === objective.name);
    const old =
      known && isOf(known, objective) ? withinTarget(known, objective) : newEvidence(objective, known, before);
    const answer = withControl(countsOf(objective.name), arms);
    const reading = answer?.kind === 'Known' ? answer.value : null;
    const tickMs = reading ? reading.tickMs : tickOf(objective.name);
    const terms: Terms = { ...termsOf(policy, objective, tickMs), inGuard: arms.inGuard === true };
    if (reading === null || reading.toMs <= ms(old.judgedUntil)) {
      const untold = answer?.kind === 'Unknown' ? answer : null;
      const evidence = untold?.untilMs && untold.untilMs > ms(old.judgedUntil) ? passedOver(old, untold.untilMs) : old;
      const assessment = assess(old, null, terms, objective.gate);
      return { evidence, assessment, tick: null, short: false, unknown: untold, isRead: false };
    }
    const { fromMs, toMs } = reading;
    const isLatency = eventKind(objective.indicator) === 'Latency';
    const warming = isLatency && fromMs < arms.warmUntilMs;
    const short = isLatency && wasShort(arms, fromMs, toMs);
    const shares = sharesIn(arms.shares, fromMs, toMs);
    const tick: Tick = {
      ...armsOf(reading.byRevision, arms),
      ...(reading.below && { below: armsOf(reading.below, arms) }),
      ...(shares && { shares }),
      ...(isLatency && reading.instances && { instances: instancesOf(reading.instances, arms) }),
    };
    const leftOut = warming || short;
    const judged = leftOut
      ? { ...withEnvironment(old, false, tickMs, iso(toMs)), judgedUntil: iso(toMs) }
      : absorb(old, tick, terms, iso(toMs));
    const isYoung = isLatency && fromMs < (arms.youngUntilMs ?? 0);
    const evidence = isYoung ? heldBack(judged, terms) : judged;
    const assessment = assess(evidence, leftOut ? null : tick, terms, objective.gate);
    return { evidence, assessment, tick: warming ? null : tick, short, unknown: null, isRead: true };
  });

  const gates = judged.some(({ assessment }) => assessment.gate);
  const ticks = judged.flatMap(({ tick, assessment }) => (tick && (assessment.gate || !gates) ? [tick] : []));
  return {
    evidence: judged.map(({ evidence }) => evidence),
    assessments: judged.map(({ assessment }) => assessment),
    newest:
      ticks.length === 0
        ? null
        : {
            candidate: Math.max(...ticks.map(({ candidate }) => candidate.total)),
            control: Math.max(...ticks.map(({ control }) => control.total)),
            isWhole: judged.every(({ isRead, assessment }) => isRead || !assessment.gate),
          },
    notAttributable: policy.objectives.flatMap(({ name }, i) => (judged[i]!.short ? [name] : [])),
    unknown: judged.find(({ unknown, assessment }) => unknown && assessment.gate)?.unknown ?? null,
  };
}

const instancesOf = (
  byRevision: Readonly<Record<string, number>>,
  { candidate, control }: Arms,
): NonNullable<Tick['instances']> => ({
  candidate: byRevision[candidate],
  control: byRevision[control],
});

/**
 * The candidate's smallest and largest share within a tick, or null where there was but one. What was counted at a moment of
 * change belongs to either side, since the sample before it is the base.
 */
export function sharesIn(shares: Arms['shares'], fromMs: number, toMs: number): Tick['shares'] | null {
  const percents = percentsIn(shares, fromMs, toMs);
  if (percents.length === 1) return null;
  return { least: Math.min(...percents) / 100, most: Math.max(...percents) / 100 };
}

/** The share that the tick began with, and those it was changed to within it. */
function percentsIn(shares: Arms['shares'], fromMs: number, toMs: number): number[] {
  const percents = [0];
  for (const { atMs, percent } of shares) {
    if (atMs < fromMs) percents[0] = percent;
    else if (atMs < toMs) percents.push(percent);
  }
  return percents;
}

/** The split itself made the candidate slow: that is nobody's regression. */
const wasShort = ({ shares, limit }: Arms, fromMs: number, toMs: number): boolean =>
  limit !== null && percentsIn(shares, fromMs, toMs).some((percent) => isShortOfInstances(limit, percent));

const armsOf = (byRevision: Readonly<Record<string, Tally>>, { candidate, control }: Arms) => ({
  candidate: byRevision[candidate] ?? nothing,
  control: byRevision[control] ?? nothing,
});

/** Evidence for every objective at the beginning of a rollout, tempered by the stable's own past. */
export function beginEvidence(
  policy: Policy,
  historyOf: (objective: string) => History | null,
  fromMs: number,
): Evidence[] {
  return policy.objectives.map((objective) => {
    const past = historyOf(objective.name);
    const known = baseline(past?.ticks ?? [], objective.allowedBadFraction, eventKind(objective.indicator));
    const { dispersion, judgedAgainst, largestUsualBurst, usual } = known;
    const isLatency = eventKind(objective.indicator) === 'Latency';
    const luck = isLatency && past ? luckOf(past, usual, dispersion) : null;
    return freshEvidence(objective.name, dispersion, judgedAgainst, iso(fromMs), {
      fingerprint: fingerprint(objective),
      largestUsualBurst,
      ...(luck && { luck }),
    });
  });
}

/** The same services, judged from `fromMs` on: what was learnt of its habits stays. */
export const beginAnew = (evidence: readonly Evidence[], fromMs: number): Evidence[] =>
  evidence.map((known) => freshEvidence(known.objective, known.dispersion, known.judgedAgainst, iso(fromMs), known));

export function termsOf(policy: Policy, objective: Objective, tickMs: number): Terms {
  return {
    kind: eventKind(objective.indicator),
    sloAllows: objective.allowedBadFraction,
    gating: gatingOf(policy),
    ticksToConvict: ticksToConvict(policy, tickMs),
    tickMs,
  };
}

/** A target edited in mid-rollout counts from the next tick on. */
function withinTarget(evidence: Evidence, { allowedBadFraction }: Objective): Evidence {
  const judgedAgainst = clamp(evidence.judgedAgainst, allowedBadFraction, 3 * allowedBadFraction);
  return judgedAgainst === evidence.judgedAgainst ? evidence : { ...evidence, judgedAgainst };
}

const isOf = ({ fingerprint: was }: Evidence, objective: Objective): boolean =>
  was === undefined || was === fingerprint(objective);

/** An objective that came, or measures something else, with an edit of the policy in mid-rollout begins with nothing learnt. */
function newEvidence(objective: Objective, known: Evidence | undefined, before: readonly Evidence[]): Evidence {
  const { dispersion, judgedAgainst } = baseline([], objective.allowedBadFraction, eventKind(objective.indicator));
  const judgedUntil = (known ?? before[0])?.judgedUntil ?? iso(0);
  return freshEvidence(objective.name, dispersion, judgedAgainst, judgedUntil, { fingerprint: fingerprint(objective) });
}
