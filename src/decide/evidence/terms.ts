/** On what terms an objective is judged, and how much one tick may say. */
import type { EventKind, Policy } from '../../policy/policy.ts';

/** False conviction of a candidate inside its SLO. */
export const absoluteAlpha = 0.01;

/** False conviction of a candidate outside its SLO, but no worse than its control. */
export const relativeAlpha = 0.05;

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
  /** Of a promoted revision: there small excesses also tell whether a fire goes on that both may have. */
  readonly inGuard?: boolean;
}

/** How many objectives can convict; where none gates, as if one did. */
export const gatingOf = ({ objectives }: Pick<Policy, 'objectives'>): number =>
  Math.max(1, objectives.filter(({ gate }) => gate).length);

/** What small excesses are worth of the whole: the large ones are to lose next to nothing by them. */
export const finePart = 1 / 8;

/**
 * The most that one tick may say. From a fresh start n full ticks convict by a single one of the four large alternatives, and
 * where all four agree, which saves their ln 4, no fewer than four fifths of n do.
 */
export const tickCap = ({ gating, ticksToConvict }: Terms): number =>
  (Math.log(gating / absoluteAlpha) + Math.log(2) + Math.log(4) - Math.log1p(-finePart)) / ticksToConvict;
