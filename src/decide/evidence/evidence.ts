/**
 * One objective's evidence against a candidate: two e-processes made of likelihood ratios, a tick at a time.
 *
 * A candidate is convicted only when both nulls (ratios.ts) fall, so that a shared outage never convicts a revision, and a
 * revision a little worse than its control but inside its SLO is never convicted. Both are e-values at every tick (Ville).
 * Evidence is kept as natural logarithms, one for each alternative; it is capped per tick, so that conviction takes
 * persistence, and divided by the dispersion of the service's own history: both only make it smaller.
 */

import type { Tally } from '../../facts/counts.ts';
import { ms } from '../../facts/time.ts';
import type { EventKind } from '../../policy/policy.ts';
import type { Evidence } from '../../status/evidence.ts';
import { logAddExp, mixture, weighed } from './logs.ts';
import { type Counted, ratios, type Tick } from './ratios.ts';

/** How far above the allowed fraction the control must be for the environment, not a revision, to be at fault. */
const environmentBadFactor = { Errors: 5, Latency: 3, Rate: 5 } as const;

/** False conviction of a candidate inside its SLO. */
export const absoluteAlpha = 0.01;

/** False conviction of a candidate outside its SLO, but no worse than its control. */
export const relativeAlpha = 0.05;

const twoHoursMs = 7_200_000;

/** What judging one objective needs to know besides its evidence. */
export interface Terms {
  readonly kind: EventKind;
  /** The bad fraction that the SLO allows. */
  readonly sloAllows: number;
  /** How many objectives can convict; each spends its share of the error probabilities. */
  readonly gating: number;
  /** This many full ticks convict from a fresh start; less than four fifths of them never do. */
  readonly ticksToConvict: number;
  readonly tickMs: number;
}

/** What small excesses are worth of the whole: the large ones are to lose next to nothing by them. */
const finePart = 1 / 8;

/**
 * The most that one tick may say. From a fresh start n full ticks convict by a single one of the four large alternatives, and
 * where all four agree, which saves their ln 4, no fewer than four fifths of n do.
 */
export const tickCap = ({ gating, ticksToConvict }: Terms): number =>
  (Math.log(gating / absoluteAlpha) + Math.log(2) + Math.log(4) - Math.log1p(-finePart)) / ticksToConvict;

/** ln of the two e-values: the mixtures of all that may be the matter. */
export const lnAbsolute = (evidence: Evidence): number => withFine(evidence.absolute, evidence.fineAbsolute);
export const lnRelative = (evidence: Evidence): number => withFine(evidence.relative, evidence.fineRelative);

/** Of evidence that an earlier version wrote the small ones have not begun, and are worth nothing. */
const withFine = (large: readonly number[], fine: readonly number[] = []): number =>
  large.length === 0
    ? 0
    : weighed(mixture(large), fine.length === 0 ? Number.NEGATIVE_INFINITY : mixture(fine), finePart);

/** Takes one tick in. A tick without candidate data changes nothing but the clock: no data is not evidence. */
export function absorb(evidence: Evidence, tick: Tick, terms: Terms, at: string): Evidence {
  const { candidate, control } = tick;
  const bad = environmentBad(evidence, control, terms);
  const seen: Evidence = {
    ...withEnvironment(evidence, bad, terms.tickMs, at),
    candidate: sum(evidence.candidate, candidate),
    control: sum(evidence.control, control),
    judgedUntil: at,
  };
  if (candidate.total === 0) return seen;

  const cap = tickCap(terms);
  const now = ratios(tick, evidence.judgedAgainst, evidence.dispersion, terms.kind);
  const lnNewStart = newStart(evidence.ticks, Math.max(1, twoHoursMs / terms.tickMs));
  const next: Evidence = {
    ...seen,
    ticks: evidence.ticks + 1,
    absolute: processesAfter(evidence.absolute, now.absolute, cap, lnNewStart),
    relative: processesAfter(evidence.relative, now.relative, cap, lnNewStart),
    mirrored: processesAfter(evidence.mirrored, now.mirrored, cap, lnNewStart),
    fineAbsolute: processesAfter(evidence.fineAbsolute ?? [], now.fineAbsolute, cap, lnNewStart),
    // Two that fail do not fail alike. Whether they did is known before the tick, or to leave it out would be to choose.
    fineRelative: evidence.environmentBad
      ? (evidence.fineRelative ?? [])
      : processesAfter(evidence.fineRelative ?? [], now.fineRelative, cap, lnNewStart),
    absoluteMeter: metered(evidence.absoluteMeter, now.absolute, cap),
    relativeMeter: metered(evidence.relativeMeter, now.relative, cap),
    ...(Math.max(...now.absolute) <= 0 && { wasFine: true }),
  };
  const counted = !bad || clearlyBetter(next);
  const isOver = bad || Math.max(...now.absolute) <= 0;
  const isCertain = Math.min(Math.max(...now.absolute), Math.max(...now.relative)) >= certain;
  return withFailure(counted ? { ...next, certified: certify(evidence, tick) } : next, evidence, {
    isOver,
    isCertain,
    terms,
  });
}

/** How much speaks against the candidate lately, by the alternative that fits best. */
export const suspicionOf = ({ absoluteMeter, relativeMeter }: Evidence): number =>
  Math.min(Math.max(0, ...absoluteMeter), Math.max(0, ...relativeMeter));

/** ln of odds that one tick alone is certain by. */
export const certain = Math.log(1e6);

/**
 * What was certain, and passed before it had lasted, leaves the evidence three full ticks short of a conviction; but it takes
 * back no more than it may have brought.
 */
function withFailure(
  next: Evidence,
  { failingSince, judgedUntil }: Evidence,
  { isOver, isCertain, terms }: { isOver: boolean; isCertain: boolean; terms: Terms },
): Evidence {
  if (!isOver) return isCertain && failingSince === undefined ? { ...next, failingSince: next.judgedUntil } : next;
  if (failingSince === undefined) return next;
  const { failingSince: _, ...rest } = next;
  if (ms(judgedUntil) - ms(failingSince) >= apartMs) return rest;
  const cap = tickCap(terms);
  const ticks = 1 + Math.ceil((ms(judgedUntil) - ms(failingSince)) / terms.tickMs);
  const below = (logs: readonly number[], most: number): number[] =>
    logs.map((log) => Math.min(log, Math.max(most - 3 * cap, log - ticks * cap)));
  const [absolute, relative] = [absoluteAlpha, relativeAlpha].map((alpha) => Math.log(terms.gating / alpha));
  return forgetSuspicion({
    ...rest,
    absolute: below(rest.absolute, absolute!),
    relative: below(rest.relative, relative!),
    fineAbsolute: below(rest.fineAbsolute ?? [], absolute!),
    fineRelative: below(rest.fineRelative ?? [], relative!),
  });
}

/**
 * A fault may begin at any tick: besides the process that began first, which has the weight 1/2, a little weight starts one
 * anew at each tick. All weights together are at most 1, so that the mixture is still an e-process, however long it runs. An
 * alternative that a tick says nothing about stays in the mixture: to leave it out would be to choose the others. One that
 * comes later begins with a later start's weight.
 */
function processesAfter(
  processes: readonly number[],
  now: readonly number[],
  cap: number,
  lnNewStart: number,
): number[] {
  const next: number[] = [];
  for (let i = 0; i < processes.length || i < now.length; i++) {
    const known = processes[i];
    const begun =
      known === undefined ? (processes.length === 0 ? -Math.LN2 : lnNewStart) : logAddExp(known, lnNewStart);
    next.push(begun + Math.min(now[i] ?? 0, cap));
  }
  return next;
}

/**
 * ln of the weight of what starts at the tick after `ticks` others: 1/2 J / ((t + J) (t + J + 1)) with t = ticks - 1, about
 * 1/(2J) at first, a quarter of it after J ticks (two hours), and 1/2 over all time.
 */
function newStart(ticks: number, ticksInTwoHours: number): number {
  const at = Math.max(0, ticks - 1) + ticksInTwoHours;
  return Math.log(ticksInTwoHours / (2 * at * (at + 1)));
}

/** The odds of suspicion. */
export const suspicious = 20;
/** ln of what the alternative that fits best has to reach for that: it is one of several. */
export const suspected = Math.log(2 * suspicious);

/**
 * Never below zero for long and never far above suspicion, which is always within reach: what was suspicious an hour ago does
 * not count.
 */
function metered(meters: readonly number[], now: readonly number[], cap: number): number[] {
  const next: number[] = [];
  const ceiling = Math.max(3 * cap, suspected);
  for (let i = 0; i < meters.length || i < now.length; i++) {
    next.push(Math.min(Math.max(meters[i] ?? 0, 0) + Math.min(now[i] ?? 0, cap), ceiling));
  }
  return next;
}

function certify({ certified, judgedAgainst }: Evidence, { candidate, control }: Counted): Evidence['certified'] {
  const usual = control.total > 0 ? control.bad / control.total : judgedAgainst;
  return {
    ...certified,
    bad: certified.bad + candidate.bad,
    total: certified.total + candidate.total,
    expectedBad: certified.expectedBad + candidate.total * usual,
  };
}

/** The control itself is far outside what is allowed: whatever is wrong, it is not the candidate alone. */
export function environmentBad({ dispersion, judgedAgainst }: Evidence, control: Tally, { kind }: Terms): boolean {
  return control.bad >= 5 * dispersion && control.bad / control.total > environmentBadFactor[kind] * judgedAgainst;
}

export const clearlyBetter = ({ mirrored }: Evidence): boolean => mixture(mirrored) >= Math.log(20);

/** Evidence that has seen nothing. */
export const freshEvidence = (
  objective: string,
  dispersion: number,
  judgedAgainst: number,
  judgedUntil: string,
  known: Pick<Evidence, 'fingerprint' | 'largestUsualBurst' | 'wasFine'> = {},
): Evidence => ({
  objective,
  ...(known.fingerprint !== undefined && { fingerprint: known.fingerprint }),
  dispersion,
  judgedAgainst,
  ...((known.largestUsualBurst ?? 0) > 0 && { largestUsualBurst: known.largestUsualBurst }),
  ...(known.wasFine && { wasFine: true }),
  ticks: 0,
  absolute: [],
  relative: [],
  mirrored: [],
  absoluteMeter: [],
  relativeMeter: [],
  candidate: { bad: 0, total: 0 },
  control: { bad: 0, total: 0 },
  certified: { bad: 0, total: 0, expectedBad: 0 },
  judgedUntil,
});

/** A second strike counts only when this much later than the first: one fault seen in two ticks is one strike. */
const strikeApartMs = 120_000;

/**
 * An outage reaches the arms, and leaves them, up to a minute apart: what fails alone for no longer than this, and a tick, may
 * be the begin or the end of one.
 */
export const apartMs = 75_000;

/** A bad environment is written down; a strike just before it was its beginning, and is none. */
export function withEnvironment(evidence: Evidence, bad: boolean, tickMs: number, at: string): Evidence {
  if (!bad) {
    const { environmentBad: was, ...rest } = evidence;
    return was ? rest : evidence;
  }
  const { lastStrike, ...rest } = evidence;
  const isOlder = lastStrike !== undefined && ms(at) - ms(lastStrike) > apartMs + tickMs;
  return { ...rest, ...(isOlder && { lastStrike }), environmentBad: true, environmentBadAt: at };
}

/** Both were failing a moment ago. */
export const wasJustBad = ({ environmentBadAt, judgedUntil }: Evidence, tickMs: number): boolean =>
  environmentBadAt !== undefined && ms(judgedUntil) - ms(environmentBadAt) <= apartMs + tickMs;

/** Its failure, if there is one, has lasted for too long to be the edge of an outage, or a pause. */
export const isLasting = ({ failingSince, judgedUntil }: Evidence): boolean =>
  failingSince === undefined || ms(judgedUntil) - ms(failingSince) >= apartMs;

/** It has just struck, and had before. */
export const isSecondStrike = ({ lastStrike, judgedUntil }: Evidence, tickMs: number): boolean =>
  lastStrike !== undefined && ms(judgedUntil) - ms(lastStrike) >= strikeApartMs + tickMs;

/** The same evidence, in which this entry remembers that it has just struck. */
export const withStrike = (evidence: readonly Evidence[], entry: Evidence): Evidence[] =>
  evidence.map((other) => (other === entry ? { ...other, lastStrike: other.judgedUntil } : other));

/** Suspicion starts anew; what was proven stays proven. */
export const forgetSuspicion = (evidence: Evidence): Evidence => ({
  ...evidence,
  absoluteMeter: evidence.absoluteMeter.map(() => 0),
  relativeMeter: evidence.relativeMeter.map(() => 0),
});

const sum = (a: Tally, b: Tally): Tally => ({ ...a, bad: a.bad + b.bad, total: a.total + b.total });
