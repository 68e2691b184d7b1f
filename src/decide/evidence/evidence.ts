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
import { logAddExp, mixture } from './logs.ts';
import { type Counted, ratios, type Tick } from './ratios.ts';

/** How far above the allowed fraction the control must be for the environment, not a revision, to be at fault. */
const environmentBadFactor = { Errors: 5, Latency: 3, Rate: 5 } as const;

/** False conviction of a candidate inside its SLO. */
export const absoluteAlpha = 0.01;

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

/**
 * The most that one tick may say. From a fresh start n full ticks convict by a single alternative, and where all four agree,
 * which saves their ln 4, no fewer than four fifths of n do.
 */
export const tickCap = ({ gating, ticksToConvict }: Terms): number =>
  (Math.log(gating / absoluteAlpha) + Math.log(2) + Math.log(4)) / ticksToConvict;

/** Takes one tick in. A tick without candidate data changes nothing but the clock: no data is not evidence. */
export function absorb(evidence: Evidence, tick: Tick, terms: Terms, at: string): Evidence {
  const { candidate, control } = tick;
  const bad = environmentBad(evidence, control, terms);
  const seen: Evidence = {
    ...withEnvironment(evidence, bad),
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
    absoluteMeter: metered(evidence.absoluteMeter, now.absolute, cap),
    relativeMeter: metered(evidence.relativeMeter, now.relative, cap),
  };
  const counted = !bad || clearlyBetter(next);
  return counted ? { ...next, certified: certify(evidence, tick) } : next;
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

/** Never below zero for long and never far above conviction: what was suspicious an hour ago does not count. */
function metered(meters: readonly number[], now: readonly number[], cap: number): number[] {
  const next: number[] = [];
  for (let i = 0; i < meters.length || i < now.length; i++) {
    next.push(Math.min(Math.max(meters[i] ?? 0, 0) + Math.min(now[i] ?? 0, cap), 3 * cap));
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
  { fingerprint, largestUsualBurst = 0 }: Pick<Evidence, 'fingerprint' | 'largestUsualBurst'> = {},
): Evidence => ({
  objective,
  ...(fingerprint !== undefined && { fingerprint }),
  dispersion,
  judgedAgainst,
  ...(largestUsualBurst > 0 && { largestUsualBurst }),
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

/** Only a bad environment is written down. */
export function withEnvironment(evidence: Evidence, bad: boolean): Evidence {
  if (bad === (evidence.environmentBad ?? false)) return evidence;
  const { environmentBad: _, ...rest } = evidence;
  return bad ? { ...rest, environmentBad: true } : rest;
}

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
