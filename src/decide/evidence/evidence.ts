/**
 * One objective's evidence against a candidate: two e-processes made of likelihood ratios, a tick at a time.
 *
 * A candidate is convicted only when both nulls (ratios.ts) fall, so that a shared outage never convicts a revision, and a
 * revision a little worse than its control but inside its SLO is never convicted. Both are e-values at every tick (Ville).
 * Evidence is kept as natural logarithms, one for each alternative; it is capped per tick, so that conviction takes
 * persistence, and divided by the dispersion of the service's own history: both only make it smaller.
 */

import type { Tally } from '../../facts/counts.ts';
import type { EventKind } from '../../policy/policy.ts';
import type { Evidence } from '../../status/evidence.ts';
import { logAddExp, mixture, weighed } from './logs.ts';
import { nullsOf } from './luck.ts';
import { certain, withEnvironment, withFailure } from './passing.ts';
import { type Counted, type Ratios, ratios, type Tick } from './ratios.ts';
import { finePart, type Terms, tickCap } from './terms.ts';

/** How far above the allowed fraction the control must be for the environment, not a revision, to be at fault. */
const environmentBadFactor = { Errors: 5, Latency: 3, Rate: 5 } as const;

const twoHoursMs = 7_200_000;

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
  const now = ratiosOf(evidence, tick, terms.kind);
  const lnNewStart = newStart(evidence.ticks, Math.max(1, twoHoursMs / terms.tickMs));
  const mirrored = processesAfter(evidence.mirrored, now.mirrored, cap, lnNewStart);
  const best = Math.max(...now.absolute);
  const next: Evidence = {
    ...seen,
    ticks: evidence.ticks + 1,
    absolute: processesAfter(evidence.absolute, now.absolute, cap, lnNewStart),
    relative: processesAfter(evidence.relative, now.relative, cap, lnNewStart),
    mirrored,
    // What small alternatives learn of an outage of both stays for hours, for a little chance of the other question to meet; and
    // two that fail do not fail alike. Whether they failed is known before the tick, or to leave it out would be to choose.
    fineAbsolute:
      evidence.environmentBad && !terms.inGuard
        ? (evidence.fineAbsolute ?? [])
        : processesAfter(evidence.fineAbsolute ?? [], now.fineAbsolute, cap, lnNewStart),
    fineRelative: evidence.environmentBad
      ? (evidence.fineRelative ?? [])
      : processesAfter(evidence.fineRelative ?? [], now.fineRelative, cap, lnNewStart),
    absoluteMeter: metered(evidence.absoluteMeter, now.absolute, cap),
    relativeMeter: metered(evidence.relativeMeter, now.relative, cap),
    ...(best <= 0 && { wasFine: true }),
    ...((!bad || clearlyBetter({ mirrored })) && { certified: certify(evidence, tick) }),
  };
  const isCertain = Math.min(best, Math.max(...now.relative)) >= certain;
  return withFailure(next, evidence, { isOver: bad || best <= 0, isCertain, terms });
}

/** What one tick says by itself. */
export function ratiosOf(evidence: Evidence, tick: Tick, kind: EventKind): Ratios {
  const { allowed, width } = nullsOf(evidence, tick);
  return ratios(tick, allowed, evidence.dispersion, kind, width);
}

/** How much speaks against the candidate lately, by the alternative that fits best. */
export const suspicionOf = ({ absoluteMeter, relativeMeter }: Evidence): number =>
  Math.min(Math.max(0, ...absoluteMeter), Math.max(0, ...relativeMeter));

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

/** Never below zero for long: what spoke for the candidate an hour ago does not count. */
function metered(meters: readonly number[], now: readonly number[], cap: number): number[] {
  const next: number[] = [];
  for (let i = 0; i < meters.length || i < now.length; i++) {
    next.push(Math.max(meters[i] ?? 0, 0) + Math.min(now[i] ?? 0, cap));
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

export const clearlyBetter = ({ mirrored }: Pick<Evidence, 'mirrored'>): boolean => mixture(mirrored) >= Math.log(20);

/** Evidence that has seen nothing. */
export const freshEvidence = (
  objective: string,
  dispersion: number,
  judgedAgainst: number,
  judgedUntil: string,
  known: Pick<Evidence, 'fingerprint' | 'largestUsualBurst' | 'wasFine' | 'luck'> = {},
): Evidence => ({
  objective,
  ...(known.fingerprint !== undefined && { fingerprint: known.fingerprint }),
  dispersion,
  judgedAgainst,
  ...((known.largestUsualBurst ?? 0) > 0 && { largestUsualBurst: known.largestUsualBurst }),
  ...(known.wasFine && { wasFine: true }),
  ...(known.luck && { luck: known.luck }),
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

const sum = (a: Tally, b: Tally): Tally => ({ ...a, bad: a.bad + b.bad, total: a.total + b.total });
