/**
 * The likelihood ratios of one tick: how much likelier its counts are if the candidate is bad, for several ways of being bad.
 *
 * - absolute: the null is that the candidate's bad fraction is what is allowed;
 * - relative: the null is that the candidate's bad rate is at most 1.2 times the concurrent control's, for small risks 1.05
 *   times;
 * - mirrored: the relative one with the arms swapped.
 *
 * A relative ratio is A^k_c B^k_s with B = (null q + 1 - q) / (risk q + 1 - q), A = B risk / null, where q is the candidate's
 * share of the requests. With Poisson counts its expectation under the null is at most 1 whatever the common base rate does,
 * because it is conditioned on the split (Lindon & Malek, "Anytime-valid inference for multinomial count data", 2022, made
 * one-sided). The exponent of that expectation is proportional to (share - q): it stays below 1 for any q that is at least the
 * share of every moment. So a tick in which the split changed counts with the larger of its shares.
 */

import type { Tally } from '../../facts/counts.ts';
import type { EventKind } from '../../policy/policy.ts';

export const relativeNull = 1.2;
/** What is tested for a little more is tested against less. */
export const fineNull = 1.05;

/** Relative risks, and what they are tested against. */
interface Risks {
  readonly of: number;
  readonly against: readonly { readonly risk: number; readonly lnOf: number }[];
}
const risks = (of: number, ...against: number[]): Risks => ({
  of,
  against: against.map((risk) => ({ risk, lnOf: Math.log(risk / of) })),
});
const relativeRisks = risks(relativeNull, 2, 6, 30, 1000);
const fineRisks = risks(fineNull, 1.2, 1.5);

/** The same against a null that allows at least so much. */
function widened(usual: Risks, width: number): Risks {
  if (width <= usual.of) return usual;
  const by = width / usual.of;
  return { of: width, against: usual.against.map(({ risk, lnOf }) => ({ risk: risk * by, lnOf })) };
}

/** Multiples of the allowed fraction tested against it. A latency's tail cannot grow a hundredfold: its fraction is large. */
const absoluteMultiples = { Errors: [2, 8, 50, 600], Latency: [1.4, 2, 4, 10], Rate: [2, 8, 50, 600] } as const;
const fineMultiples = { Errors: [1.15, 1.4], Latency: [1.15], Rate: [1.15, 1.4] } as const;

export interface Counted {
  readonly candidate: Tally;
  readonly control: Tally;
}

export interface Tick extends Counted {
  /** The same requests by the boundary below a latency's threshold, where the threshold is none itself. */
  readonly below?: Counted;
  /** How many instances each arm had, where anybody knows. */
  readonly instances?: { readonly candidate?: number | undefined; readonly control?: number | undefined };
  /** The candidate's smallest and largest share (0..1) within the tick, where the split changed in it. */
  readonly shares?: { readonly least: number; readonly most: number };
}

/** ln of the ratios, uncapped, one for each alternative. */
export interface Ratios {
  readonly absolute: readonly number[];
  readonly relative: readonly number[];
  readonly mirrored: readonly number[];
  /** Of small excesses. */
  readonly fineAbsolute: readonly number[];
  readonly fineRelative: readonly number[];
}

/**
 * `dispersion` is the dispersion they are tempered by. The relative tests of a threshold between two boundaries use both: the
 * mixture of their e-values is one as well, and which of the two shows a regression is not known beforehand.
 */
export function ratios(tick: Tick, allowed: number, dispersion: number, kind: EventKind, width = 1): Ratios {
  const absoluteOf = (multiple: number): number =>
    (kind === 'Rate' ? ofRate : ofShare)(tick.candidate, allowed, multiple) / dispersion;
  const absolute = absoluteMultiples[kind].map(absoluteOf);
  const fineAbsolute = fineMultiples[kind].map(absoluteOf);
  const relative: number[] = [];
  const fineRelative: number[] = [];
  const mirrored: number[] = [];
  const { shares } = tick;
  const [ofLarge, ofFine] = [widened(relativeRisks, width), widened(fineRisks, width)];
  for (let counted: Counted | undefined = tick; counted; counted = counted === tick ? tick.below : undefined) {
    const { candidate, control } = counted;
    const all = candidate.total + control.total;
    const shareOf = ({ total }: Tally) => (all === 0 ? 0 : total / all);
    const share = Math.max(shareOf(candidate), shares?.most ?? 0);
    const otherShare = Math.max(shareOf(control), shares ? 1 - shares.least : 0);
    addRelative(relative, ofLarge, candidate.bad, control.bad, share, dispersion);
    addRelative(fineRelative, ofFine, candidate.bad, control.bad, share, dispersion);
    addRelative(mirrored, ofLarge, control.bad, candidate.bad, otherShare, dispersion);
  }
  return { absolute, relative, mirrored, fineAbsolute, fineRelative };
}

/** ln of P(counts | fraction = multiple x allowed) / P(counts | fraction = allowed), binomial. */
function ofShare({ bad, total }: Tally, allowed: number, multiple: number): number {
  const alternative = Math.min(multiple * allowed, Math.max(0.95, (1 + allowed) / 2));
  return bad * Math.log(alternative / allowed) + (total - bad) * Math.log((1 - alternative) / (1 - allowed));
}

/** The same of a Poisson rate, where there may be more bad events than those they are counted for. */
function ofRate({ bad, total }: Tally, allowed: number, multiple: number): number {
  return bad * Math.log(multiple) - total * (multiple - 1) * allowed;
}

/** ln of P(split of the bad | risk) / P(split of the bad | null), for each risk, of an arm that has the share q. */
function addRelative(
  into: number[],
  { of, against }: Risks,
  bad: number,
  otherBad: number,
  q: number,
  dispersion: number,
): void {
  const bothBad = bad + otherBad;
  const lnNull = bothBad === 0 ? 0 : Math.log(of * q + 1 - q);
  for (const { risk, lnOf } of against) {
    const ratio = bothBad === 0 ? 0 : bad * lnOf + bothBad * (lnNull - Math.log(risk * q + 1 - q));
    into.push(ratio / dispersion);
  }
}
