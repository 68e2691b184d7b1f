/**
 * A candidate that took all of the traffic at once has nothing beside it. Its predecessor's previous 24 hours stand in, and
 * what comes of that is advice: a bad hour of the whole world cannot be told from a bad revision. Pure.
 *
 * Two e-processes, as with a control. Absolute: the bad fraction is what is allowed. Against yesterday: it is at most 1.2
 * times an upper bound of the predecessor's fraction over 24 hours. The second is valid if today's circumstances are
 * yesterday's, which nobody knows; so it is never called a control, and never convicts.
 */

import { absorb, freshEvidence } from '../decide/evidence/evidence.ts';
import { beginEvidence, termsOf } from '../decide/evidence/judge.ts';
import { clamp, mixture } from '../decide/evidence/logs.ts';
import { relativeNull } from '../decide/evidence/ratios.ts';
import { absoluteAlpha } from '../decide/evidence/terms.ts';
import { countText, isEven, oddsText, percentText } from '../decide/words.ts';
import type { Counts, History, Tally } from '../facts/counts.ts';
import type { Observation } from '../facts/observation.ts';
import { iso, ms } from '../facts/time.ts';
import { eventKind, type Objective, type Policy } from '../policy/policy.ts';
import type { Evidence } from '../status/evidence.ts';
import { type Line, shown } from './line.ts';

export interface Alone {
  /** Against what is allowed. */
  readonly absolute: Evidence;
  /** Against yesterday; null where there was none. */
  readonly yesterday: Evidence | null;
  /** The predecessor's counts over the previous 24 hours. */
  readonly before: Tally;
}

export interface Advice {
  /** Against: both fall. Doubtful: the odds are 20:1 or more. Incomparable: there was no yesterday. */
  readonly level: 'NoEvidence' | 'Incomparable' | 'Healthy' | 'Doubtful' | 'Against';
  readonly action: 'None' | 'Hold';
  readonly message: string;
}

const nothing: Tally = { bad: 0, total: 0 };
const doubtfulOdds = 20;

/** `recent` tempers the evidence as at the start of a rollout; `day` is the predecessor's previous 24 hours. */
export function beginAlone(
  policy: Policy,
  recent: ReadonlyMap<string, History>,
  day: ReadonlyMap<string, History>,
  fromMs: number,
): Alone[] {
  return beginEvidence(policy, (objective) => recent.get(objective) ?? null, fromMs).map((absolute, i) => {
    const objective = policy.objectives[i]!;
    const ticks = day.get(objective.name)?.ticks ?? [];
    const before = ticks.reduce((sum, { bad, total }) => ({ bad: sum.bad + bad, total: sum.total + total }), nothing);
    if (before.total === 0) return { absolute, yesterday: null, before };
    const allowed = relativeNull * upperBound(before, absolute.dispersion);
    const least = 1e-6;
    const bounded = eventKind(objective.indicator) === 'Rate' ? Math.max(least, allowed) : clamp(allowed, least, 0.9);
    return { absolute, yesterday: freshEvidence(objective.name, absolute.dispersion, bounded, iso(fromMs)), before };
  });
}

/** Of a Poisson count, as the certificate has it: K + sqrt(6K) + 3, on counts thinned by the dispersion. */
function upperBound({ bad, total }: Tally, phi: number): number {
  const thinned = bad / phi;
  return (thinned + Math.sqrt(6 * thinned) + 3) / (total / phi);
}

export function absorbAlone(
  policy: Policy,
  candidate: string,
  before: readonly Alone[],
  seen: Observation,
  warmUntilMs: number,
): Alone[] {
  return before.map((known, i) => {
    const objective = policy.objectives[i]!;
    const answer = seen.objectives[objective.name]?.counts;
    if (answer?.kind !== 'Known' || answer.value.toMs <= ms(known.absolute.judgedUntil)) return known;
    const reading = answer.value;
    const at = iso(reading.toMs);
    const warming = eventKind(objective.indicator) === 'Latency' && reading.fromMs < warmUntilMs;
    const taken = (evidence: Evidence): Evidence =>
      warming
        ? { ...evidence, judgedUntil: at }
        : absorb(evidence, tickOf(reading, candidate), termsOf(policy, objective, reading.tickMs), at);
    return { ...known, absolute: taken(known.absolute), yesterday: known.yesterday && taken(known.yesterday) };
  });
}

const tickOf = ({ byRevision, below }: Counts, candidate: string) => ({
  candidate: byRevision[candidate] ?? nothing,
  control: nothing,
  ...(below && { below: { candidate: below[candidate] ?? nothing, control: nothing } }),
});

/** ln of the odds; without a yesterday there are none. */
const lnOdds = ({ absolute, yesterday }: Alone): number =>
  yesterday ? Math.min(mixture(absolute.absolute), mixture(yesterday.absolute)) : 0;

export function advice(policy: Policy, candidate: string, control: string | null, all: readonly Alone[]): Advice {
  const gating = all.filter((_, i) => policy.objectives[i]!.gate);
  const needed = Math.log(Math.max(1, gating.length) / absoluteAlpha);
  const seen = gating.filter(({ absolute }) => absolute.candidate.total > 0);
  const worst = [...(seen.length > 0 ? seen : gating)].sort((a, b) => lnOdds(b) - lnOdds(a))[0];
  const told = (level: Advice['level'], action: Advice['action'], conclusion: string): Advice => ({
    level,
    action,
    message: `Advice only: ${[beside(candidate, control), ...(worst ? [evidenceText(worst, candidate, control)] : []), conclusion].join(' ')}`,
  });
  if (worst === undefined || seen.length === 0) return told('NoEvidence', 'None', 'There is nothing to judge yet.');
  if (seen.every(({ yesterday }) => yesterday === null)) {
    return told('Incomparable', 'None', 'There is nothing to compare it with, so nothing is said for or against it.');
  }
  if (lnOdds(worst) >= needed) {
    return told('Against', 'Hold', `It speaks against ${candidate}; nothing is moved, a person should look.`);
  }
  if (lnOdds(worst) >= Math.log(doubtfulOdds)) return told('Doubtful', 'None', `It casts doubt on ${candidate}.`);
  if (isEven(Math.exp(lnOdds(worst)))) return told('Healthy', 'None', `Nothing speaks against ${candidate}.`);
  return told('Healthy', 'None', `That is too little to doubt ${candidate}.`);
}

const beside = (candidate: string, control: string | null): string =>
  control === null
    ? `${candidate} served alone, and nothing served before it to compare it with.`
    : `${candidate} took all of the traffic at once, so nothing served beside it; it is compared with yesterday ` +
      `(the previous 24 h of ${control}), not with the same minute.`;

function evidenceText(alone: Alone, candidate: string, control: string | null): string {
  const { absolute, before } = alone;
  const fraction = ({ bad, total }: Tally) =>
    total > 0 ? `${percentText(bad / total)} of ${countText(total)} bad` : 'no requests';
  const past = control === null ? '' : `, ${fraction(before)} on ${control} in the 24 h before`;
  return (
    `${absolute.objective}: ${fraction(absolute.candidate)} on ${candidate}${past}, ` +
    `${percentText(absolute.judgedAgainst)} allowed (odds ${oddsText(Math.exp(lnOdds(alone)))}).`
  );
}

export const shownAlone = (policy: Policy, all: readonly Alone[]): Line['evidence'] =>
  Object.fromEntries(
    all.map((one, i) => [
      (policy.objectives[i] as Objective).name,
      shown(one.absolute.candidate, one.before, one.absolute.judgedAgainst, lnOdds(one)),
    ]),
  );
