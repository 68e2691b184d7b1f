/**
 * One objective's evidence against a candidate: two e-processes made of likelihood ratios, a tick at a time.
 *
 * - absolute: the null is that the candidate's bad fraction is what is allowed;
 * - relative: the null is that the candidate's bad rate is at most 1.2 times the concurrent control's.
 *
 * A candidate is convicted only when both nulls fall, so that a shared outage never convicts a revision, and a revision a
 * little worse than its control but inside its SLO is never convicted. Both are e-values at every tick (Ville): under the
 * null, E[e] <= 1 whatever the common base rate does and however the traffic was split, because the relative ratio is
 * conditioned on the split (Lindon & Malek, "Anytime-valid inference for multinomial count data", 2022, made one-sided).
 * Evidence is kept as natural logarithms, one for each alternative; it is capped per tick, so that conviction takes
 * persistence, and divided by the dispersion of the service's own history.
 */
import type { EventKind } from '../../policy/policy.ts';
import type { Evidence } from '../../policy/status.ts';
import type { Tally } from '../observation.ts';

/** Relative risks tested against `relativeNull`. */
const relativeRisks = [2, 6, 30, 1000];
const relativeNull = 1.2;

/** Multiples of the allowed fraction tested against it. A latency's tail cannot grow a hundredfold: its fraction is large. */
const absoluteMultiples = { Errors: [2, 8, 50, 600], Latency: [1.4, 2, 4, 10], Rate: [2, 8, 50, 600] } as const;

/** How far above the allowed fraction the control must be for the environment, not a revision, to be at fault. */
const environmentBadFactor = { Errors: 5, Latency: 3, Rate: 5 } as const;

/** False conviction of a candidate inside its SLO, and of one outside but no worse than its control. */
const absoluteAlpha = 0.01;
const relativeAlpha = 0.05;

const certain = Math.log(1e6);

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

export interface Tick {
  readonly candidate: Tally;
  readonly control: Tally;
  /** The same requests by the boundary below a latency's threshold, where the threshold is none itself. */
  readonly below?: { readonly candidate: Tally; readonly control: Tally };
  readonly toMs: number;
}

/** The likelihood ratios of one tick, uncapped, one for each alternative. */
export interface Ratios {
  readonly absolute: readonly number[];
  readonly relative: readonly number[];
  readonly mirrored: readonly number[];
}

/**
 * The relative tests of a threshold between two boundaries use both: the mixture of their e-values is one as well, and which
 * of the two shows a regression is not known beforehand.
 */
export function ratios(tick: Tick, allowed: number, phi: number, kind: EventKind): Ratios {
  const pairs = tick.below ? [tick, tick.below] : [tick];
  const absolute = kind === 'Rate' ? absoluteRate : absoluteShare;
  return {
    absolute: absoluteMultiples[kind].map((multiple) => absolute(tick.candidate, allowed, multiple) / phi),
    relative: pairs.flatMap(({ candidate, control }) =>
      relativeRisks.map((risk) => relativeRatio(candidate, control, risk) / phi),
    ),
    mirrored: pairs.flatMap(({ candidate, control }) =>
      relativeRisks.map((risk) => relativeRatio(control, candidate, risk) / phi),
    ),
  };
}

/** ln of P(counts | fraction = multiple x allowed) / P(counts | fraction = allowed), binomial. */
function absoluteShare({ bad, total }: Tally, allowed: number, multiple: number): number {
  const alternative = Math.min(multiple * allowed, Math.max(0.95, (1 + allowed) / 2));
  return bad * Math.log(alternative / allowed) + (total - bad) * Math.log((1 - alternative) / (1 - allowed));
}

/** The same of a Poisson rate, where there may be more bad events than those they are counted for. */
function absoluteRate({ bad, total }: Tally, allowed: number, multiple: number): number {
  return bad * Math.log(multiple) - total * (multiple - 1) * allowed;
}

/** ln of P(split of the bad | risk) / P(split of the bad | 1.2), given how all requests were split. */
function relativeRatio(arm: Tally, other: Tally, risk: number): number {
  const all = arm.total + other.total;
  if (all === 0) return 0;
  const q = arm.total / all;
  const normaliser = Math.log((relativeNull * q + 1 - q) / (risk * q + 1 - q));
  return arm.bad * Math.log(risk / relativeNull) + (arm.bad + other.bad) * normaliser;
}

/**
 * The most that one tick may say. From a fresh start n full ticks convict by a single alternative, and where all four agree,
 * which saves their ln 4, no fewer than four fifths of n do.
 */
export const tickCap = ({ gating, ticksToConvict }: Terms): number =>
  (Math.log(gating / absoluteAlpha) + Math.log(2) + Math.log(4)) / ticksToConvict;

/** Takes one tick in. A tick without candidate data changes nothing but the clock: no data is not evidence. */
export function absorb(evidence: Evidence, tick: Tick, terms: Terms, at: string): Evidence {
  const seen: Evidence = {
    ...evidence,
    candidate: sum(evidence.candidate, tick.candidate),
    control: sum(evidence.control, tick.control),
    judgedUntil: at,
  };
  if (tick.candidate.total === 0) return seen;

  const cap = tickCap(terms);
  const now = ratios(tick, evidence.allowed, evidence.phi, terms.kind);
  const ticksInTwoHours = Math.max(1, 7_200_000 / terms.tickMs);
  const step = (processes: readonly number[], tickRatios: readonly number[]) =>
    upTo(processes, tickRatios).map(
      (i) => changePoint(processes[i], ticksInTwoHours) + Math.min(tickRatios[i] ?? 0, cap),
    );
  const meter = (meters: readonly number[], tickRatios: readonly number[]) =>
    upTo(meters, tickRatios).map((i) =>
      Math.min(Math.max(meters[i] ?? 0, 0) + Math.min(tickRatios[i] ?? 0, cap), 3 * cap),
    );

  const next: Evidence = {
    ...seen,
    absolute: step(evidence.absolute, now.absolute),
    relative: step(evidence.relative, now.relative),
    mirrored: step(evidence.mirrored, now.mirrored),
    absoluteMeter: meter(evidence.absoluteMeter, now.absolute),
    relativeMeter: meter(evidence.relativeMeter, now.relative),
  };
  const counted = !environmentBad(evidence, tick, terms) || clearlyBetter(next);
  return counted ? { ...next, certified: certify(evidence, tick) } : next;
}

/** An alternative that a tick says nothing about stays in the mixture: to leave it out would be to choose the others. */
const upTo = (known: readonly number[], now: readonly number[]): number[] =>
  Array.from({ length: Math.max(known.length, now.length) }, (_, i) => i);

/**
 * A fault may begin at any tick: besides the process that began first, a little weight starts one anew at each tick,
 * 1/2 on the first and 1/2 spread over the ticks of two hours. The mixture is still an e-process.
 */
const changePoint = (process: number | undefined, ticksInTwoHours: number): number =>
  process === undefined ? Math.log(0.5) : logAddExp(process, -Math.log(2 * ticksInTwoHours));

function certify(evidence: Evidence, { candidate, control }: Tick): Evidence['certified'] {
  const usual = control.total > 0 ? control.bad / control.total : evidence.allowed;
  return {
    bad: evidence.certified.bad + candidate.bad,
    total: evidence.certified.total + candidate.total,
    expectedBad: evidence.certified.expectedBad + candidate.total * usual,
  };
}

/** What an objective's evidence amounts to after a tick (or, with no new tick, as it stands). */
export interface Assessment {
  readonly objective: string;
  readonly gate: boolean;
  readonly kind: EventKind;
  /** ln of the two e-values; the smaller one decides. */
  readonly lnAbsolute: number;
  readonly lnRelative: number;
  readonly suspicionAbsolute: number;
  readonly suspicionRelative: number;
  /** Both nulls have fallen. */
  readonly convicts: boolean;
  /** This tick alone is total failure: certain by both tests, and at least a quarter of the requests bad. */
  readonly guards: boolean;
  /** The absolute half of `guards`, for when there is no control. */
  readonly guardsAlone: boolean;
  /** This tick alone is certain by both tests. */
  readonly strikes: boolean;
  readonly suspect: boolean;
  readonly doubtful: boolean;
  readonly environmentBad: boolean;
  /** The candidate is clearly better than its control. */
  readonly better: boolean;
  /** This tick's evidence, uncapped: the smaller of the two tests' best alternatives, and the absolute one alone. */
  readonly tickPower: number;
  readonly tickAbsolute: number;
  /** The candidate's share of this tick's requests, 0..1. */
  readonly tickShare: number;
  /** Upper 95 % bound of the candidate's bad fraction, and the fraction it is compared with. */
  readonly upperBound: number;
  readonly base: number;
  readonly certified: boolean;
}

export function assess(evidence: Evidence, tick: Tick | null, terms: Terms, gate: boolean): Assessment {
  const now = tick && tick.candidate.total > 0 ? ratios(tick, evidence.allowed, evidence.phi, terms.kind) : null;
  const tickAbsolute = now ? Math.max(...now.absolute) : 0;
  const tickPower = now ? Math.min(tickAbsolute, Math.max(...now.relative)) : 0;
  const lowerBound = terms.kind === 'Rate' ? rateLowerBound : shareLowerBound;
  const largeShareBad = tick !== null && lowerBound(tick.candidate) >= 0.25;
  const lnAbsolute = mixture(evidence.absolute);
  const lnRelative = mixture(evidence.relative);
  const suspicionAbsolute = evidence.absoluteMeter.length > 0 ? mixture(evidence.absoluteMeter) : 0;
  const suspicionRelative = evidence.relativeMeter.length > 0 ? mixture(evidence.relativeMeter) : 0;
  const suspicion = Math.min(suspicionAbsolute, suspicionRelative);
  const bad = tick !== null && environmentBad(evidence, tick, terms);
  const requests = tick ? tick.candidate.total + tick.control.total : 0;
  const { upperBound, base } = certificate(evidence, terms);
  return {
    objective: evidence.objective,
    gate,
    kind: terms.kind,
    lnAbsolute,
    lnRelative,
    suspicionAbsolute,
    suspicionRelative,
    convicts:
      lnAbsolute >= Math.log(terms.gating / absoluteAlpha) && lnRelative >= Math.log(terms.gating / relativeAlpha),
    guards: tickPower >= certain && largeShareBad,
    guardsAlone: tickAbsolute >= certain && largeShareBad,
    strikes: tickPower >= certain && terms.kind !== 'Latency' && !bad,
    suspect: suspicion >= Math.log(20),
    doubtful: suspicion >= Math.log(5),
    environmentBad: bad,
    better: clearlyBetter(evidence),
    tickPower,
    tickAbsolute,
    tickShare: tick && requests > 0 ? tick.candidate.total / requests : 0,
    upperBound,
    base,
    certified: upperBound <= (terms.kind === 'Latency' ? 1.2 : 2) * base,
  };
}

/** The control itself is far outside what is allowed: whatever is wrong, it is not the candidate alone. */
function environmentBad(evidence: Evidence, { control }: Tick, { kind }: Terms): boolean {
  const many = control.bad >= 5 * evidence.phi;
  return many && control.bad / control.total > environmentBadFactor[kind] * evidence.allowed;
}

const clearlyBetter = (evidence: Evidence): boolean => mixture(evidence.mirrored) >= Math.log(20);

/**
 * The printed bound that paces a ramp and justifies a promotion; it never convicts. A pointwise 95 % upper bound for a
 * Poisson count K: K + sqrt(6K) + 3 (at K = 0 the rule of three), on counts thinned by the dispersion.
 */
function certificate(
  { certified, phi, allowed }: Evidence,
  { sloAllows }: Terms,
): { upperBound: number; base: number } {
  if (certified.total === 0) return { upperBound: 1, base: allowed };
  const bad = certified.bad / phi;
  const upperBound = Math.min(1, (bad + Math.sqrt(6 * bad) + 3) / (certified.total / phi));
  const base = clamp(certified.expectedBad / certified.total, allowed, Math.max(allowed, 3 * sloAllows));
  return { upperBound, base };
}

/** Evidence that has seen nothing. */
export const freshEvidence = (objective: string, phi: number, allowed: number, judgedUntil: string): Evidence => ({
  objective,
  phi,
  allowed,
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

/** Suspicion starts anew; what was proven stays proven. */
export const forgetSuspicion = (evidence: Evidence): Evidence => ({
  ...evidence,
  absoluteMeter: evidence.absoluteMeter.map(() => 0),
  relativeMeter: evidence.relativeMeter.map(() => 0),
});

/** How much likelier the data is if the candidate is bad. */
export const odds = ({ lnAbsolute, lnRelative }: Pick<Assessment, 'lnAbsolute' | 'lnRelative'>): number =>
  Math.exp(Math.min(lnAbsolute, lnRelative));

/** ln of the average of the alternatives' e-values; no evidence is worth 1. */
function mixture(logs: readonly number[]): number {
  if (logs.length === 0) return 0;
  return logs.reduce(logAddExp) - Math.log(logs.length);
}

function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** Lower end of the Wilson score interval for bad/total at z = 2. */
function shareLowerBound({ bad, total }: Tally): number {
  if (total === 0) return 0;
  const z = 2;
  const p = bad / total;
  const centre = p + (z * z) / (2 * total);
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  return Math.max(0, (centre - spread) / (1 + (z * z) / total));
}

/** Lower end of an interval for the rate of a Poisson count at z = 2: the square root has a standard deviation of 1/2. */
const rateLowerBound = ({ bad, total }: Tally): number =>
  total === 0 ? 0 : Math.max(0, Math.sqrt(bad) - 1) ** 2 / total;

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

const sum = (a: Tally, b: Tally): Tally => ({ bad: a.bad + b.bad, total: a.total + b.total });
