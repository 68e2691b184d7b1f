/** What an objective's evidence says after a tick: convicted, suspect, certified, or none of these. */

import type { Tally } from '../../facts/counts.ts';
import type { EventKind } from '../../policy/policy.ts';
import type { Evidence } from '../../status/evidence.ts';
import {
  clearlyBetter,
  lnAbsolute as lnAbsoluteOf,
  lnRelative as lnRelativeOf,
  ratiosOf,
  suspected,
  suspicionOf,
  suspicious,
} from './evidence.ts';
import { clamp, mixture } from './logs.ts';
import { certain, failedBefore, isLasting, wasJustBad } from './passing.ts';
import type { Tick } from './ratios.ts';
import { absoluteAlpha, relativeAlpha, type Terms } from './terms.ts';

/** As long as the looks at a promoted revision are apart. */
const longTickMs = 60_000;

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
  /** Both nulls have fallen, and not by what passes. */
  readonly convicts: boolean;
  /**
   * This tick alone is total failure, of a candidate that never was fine: certain by both tests, and a large part of
   * the requests bad.
   */
  readonly totalFailure: boolean;
  /** The absolute half of `guards`, for when there is no control. */
  readonly totalFailureAlone: boolean;
  /** This tick alone is certain by both tests. */
  readonly strikes: boolean;
  readonly suspect: boolean;
  readonly doubtful: boolean;
  /** By the SLO alone, for when there is no control, or a small one. */
  readonly burns: boolean;
  readonly environmentBad: boolean;
  /** The candidate is clearly better than its control. */
  readonly better: boolean;
  /** This tick's evidence, uncapped: the smaller of the two tests' best alternatives, and the absolute one alone. */
  readonly tickPower: number;
  readonly tick: Tick | null;
  readonly tickAbsolute: number;
  /** The candidate's share of this tick's requests, 0..1. */
  readonly tickShare: number;
  /** Upper 95 % bound of the candidate's bad fraction, and the fraction it is compared with. */
  readonly upperBound: number;
  readonly base: number;
  readonly certified: boolean;
}

/** So large a part of a tick's requests is bad, by a lower bound: bursts of less pass. */
const largePart = 0.25;
/**
 * Of errors also so much, where an earlier tick was certain, and none since was fine. What is slow is often only new, what disconnects is counted
 * against connections, and a first tick may be an instance that starts.
 */
const largePartAgain = 0.15;

export function assess(evidence: Evidence, tick: Tick | null, terms: Terms, gate: boolean): Assessment {
  const now = tick && tick.candidate.total > 0 ? ratiosOf(evidence, tick, terms.kind) : null;
  const tickAbsolute = now ? Math.max(...now.absolute) : 0;
  const tickPower = now ? Math.min(tickAbsolute, Math.max(...now.relative)) : 0;
  const lowerBound = terms.kind === 'Rate' ? rateLowerBound : shareLowerBound;
  const unheard = tick !== null && tick.candidate.bad > (evidence.largestUsualBurst ?? 0);
  const badPart = unheard ? lowerBound(tick.candidate) : 0;
  const again = terms.kind === 'Errors' && failedBefore(evidence);
  const lnAbsolute = lnAbsoluteOf(evidence);
  const lnRelative = lnRelativeOf(evidence);
  const suspicionAbsolute = evidence.absoluteMeter.length > 0 ? mixture(evidence.absoluteMeter) : 0;
  const suspicionRelative = evidence.relativeMeter.length > 0 ? mixture(evidence.relativeMeter) : 0;
  const bad = evidence.environmentBad ?? false;
  const wasFine = evidence.wasFine ?? false;
  const requests = tick ? tick.candidate.total + tick.control.total : 0;
  const { upperBound, base, isWorse } = certificate(evidence, terms);
  return {
    objective: evidence.objective,
    gate,
    kind: terms.kind,
    lnAbsolute,
    lnRelative,
    suspicionAbsolute,
    suspicionRelative,
    convicts:
      lnAbsolute >= Math.log(terms.gating / absoluteAlpha) &&
      lnRelative >= Math.log(terms.gating / relativeAlpha) &&
      (!wasFine || isLasting(evidence)),
    totalFailure: tickPower >= certain && badPart >= (again ? largePartAgain : largePart) && !wasFine,
    totalFailureAlone: tickAbsolute >= certain && badPart >= largePart,
    strikes: unheard && tickPower >= certain && terms.kind !== 'Latency' && !bad && !wasJustBad(evidence, terms.tickMs),
    suspect: suspicionOf(evidence) >= suspected,
    doubtful: Math.min(suspicionAbsolute, suspicionRelative) >= Math.log(5),
    burns: burns(lnAbsolute, suspicionAbsolute, terms),
    environmentBad: bad,
    better: clearlyBetter(evidence),
    tickPower,
    tick,
    tickAbsolute,
    tickShare: tick && requests > 0 ? tick.candidate.total / requests : 0,
    upperBound,
    base,
    certified: evidence.certified.total > 0 && upperBound <= certifiedUpTo(terms.kind) * base && !isWorse,
  };
}

/** So many times what is compared with may the bound be: few requests cannot bring it to the thing itself. */
export const certifiedUpTo = (kind: EventKind): number => (kind === 'Latency' ? 1.2 : 2);

/**
 * The meter is no measure of this: bursts that the SLO allows take it to these odds, too. By the e-process a revision inside its SLO is said to burn, by any objective, with a probability of at most
 * 1 / 20 for as long as it is watched (Ville). But what starts anew takes some ticks longer, and long ticks cannot be cut
 * short by looking sooner: there three of them always were enough for the meter, whose mean time to a false alarm at the very
 * edge of the SLO is days (test/decide/burning.test.ts).
 */
const burns = (lnAbsolute: number, suspicionAbsolute: number, { gating, tickMs }: Terms): boolean =>
  lnAbsolute >= Math.log(gating * suspicious) || (tickMs >= longTickMs && suspicionAbsolute >= Math.log(suspicious));

/** z of a one-sided 95 % bound. */
const z95 = 1.645;

/**
 * The printed bound that paces a ramp and justifies a promotion; it never convicts. A pointwise 95 % upper bound for a
 * Poisson count K: K + sqrt(6K) + 3 (at K = 0 the rule of three), on counts thinned by the dispersion. `isWorse`: the lower
 * one, (sqrt(K) - z/2)^2, lies above what is allowed and above what the control would have had.
 */
function certificate(
  { certified, dispersion, judgedAgainst }: Evidence,
  { sloAllows }: Terms,
): { upperBound: number; base: number; isWorse: boolean } {
  if (certified.total === 0) return { upperBound: 1, base: judgedAgainst, isWorse: false };
  const bad = certified.bad / dispersion;
  const total = certified.total / dispersion;
  const upperBound = Math.min(1, (bad + Math.sqrt(6 * bad) + 3) / total);
  const lowerBound = Math.max(0, Math.sqrt(bad) - z95 / 2) ** 2 / total;
  const usual = certified.expectedBad / certified.total;
  const base = clamp(usual, judgedAgainst, Math.max(judgedAgainst, 3 * sloAllows));
  return { upperBound, base, isWorse: lowerBound > Math.max(judgedAgainst, usual) };
}

/** How much likelier the data is if the candidate is bad. */
export const odds = ({ lnAbsolute, lnRelative }: Pick<Assessment, 'lnAbsolute' | 'lnRelative'>): number =>
  Math.exp(Math.min(lnAbsolute, lnRelative));

/** The objective that speaks most against the candidate. */
export const leading = (assessments: readonly Assessment[]): Assessment | undefined =>
  [...assessments].sort((a, b) => odds(b) - odds(a))[0];

export const evidenceOf = (holder: { readonly evidence: readonly Evidence[] }, { objective }: Assessment): Evidence =>
  holder.evidence.find((entry) => entry.objective === objective)!;

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
