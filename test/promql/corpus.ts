/** What teams paste: queries of dashboards, rules and tickets, and what becomes of each. Data only. */
import { quantiles } from './corpus/quantiles.ts';
import { ratios } from './corpus/ratios.ts';
import { refusedRatios } from './corpus/refused-ratios.ts';
import { refusedTexts } from './corpus/refused-texts.ts';

export interface Rewritten {
  readonly becomes: 'Share' | 'Rate' | 'Latency';
  readonly query: string;
  /** The query answers in percent. */
  readonly percent?: true;
  /** For one revision (in quotes) and one window, where inserting text into every selector is not enough. */
  readonly byHand?: (revision: string, window: string) => string;
  /** Prometheus 2 does not read it. */
  readonly later?: true;
}

export interface Quantile extends Rewritten {
  readonly becomes: 'Latency';
  readonly percentile: number;
  readonly unitMs: number;
  readonly threshold: string;
  /** The bucket that holds what is fast enough, for one revision (in quotes): a selector written by hand. */
  readonly bucket: (revision: string) => string;
}

export interface Refused {
  readonly query: string;
  /** The text that the position points at; '' for the end. */
  readonly at: string;
  /** A part of the message. */
  readonly message: string;
}

export const rewrittenRatios: readonly Rewritten[] = ratios;
export const rewrittenQuantiles: readonly Quantile[] = quantiles;
export const refused: readonly Refused[] = [...refusedRatios, ...refusedTexts];
export const corpus: readonly (Rewritten | Refused)[] = [...ratios, ...quantiles, ...refused];
