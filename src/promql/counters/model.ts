/** What a pasted query counts, once it is understood: sums of counters, as plain data. */
import type { Matcher } from '../ast.ts';
import type { NamedUnit } from './names.ts';

export type LabelMatch = Pick<Matcher, 'label' | 'op' | 'value'>;

export const sameMatch = (a: LabelMatch, b: LabelMatch): boolean =>
  a.label === b.label && a.op === b.op && a.value === b.value;

/** The series of one metric that these matchers select; the metric's name is not among them. */
export interface Counter {
  readonly name: string;
  readonly matchers: readonly LabelMatch[];
  /** Of a native histogram: how many of its observations lie at or below this; null: all of them. */
  readonly upTo?: number | null;
}

/** Counters added (1) and taken away (-1). Never empty. */
export type CounterSum = readonly { readonly sign: 1 | -1; readonly counter: Counter }[];

/** How a query, or what is declared, was understood: which way is bad. */
export interface Reading {
  /** Bad: it counts bad events. Good: it is declared to count good ones. Turned: it proves to answer with the good share. */
  readonly direction: 'Bad' | 'Good' | 'Turned';
  /** Nothing: it is taken as it is written, and only the figures can tell. */
  readonly proof: 'Declared' | 'Form' | 'Nothing';
  /** The form allows no other reading: no figures are looked at. */
  readonly certain: boolean;
  /** What is declared speaks against its own matchers. */
  readonly doubtful?: true;
  /** One sentence for people. */
  readonly why: string;
}

/** A ratio of bad events to all events, taken apart. */
export interface RatioCounters {
  /**
   * Share: the bad are provably some of the total, so that each event is good or bad. Rate: they are not, and there may
   * be more of them than of the total, as a connection may be counted once and its ends many times.
   */
  readonly events: 'Share' | 'Rate';
  readonly bad: CounterSum;
  readonly total: CounterSum;
}

/** A ratio, and how it was understood to be one. */
export interface ReadRatio extends RatioCounters {
  readonly reading: Reading;
}

/** A histogram's quantile, taken apart. `counter` selects the cumulative buckets and says nothing of `le`. */
export interface HistogramCounter {
  readonly percentile: number;
  readonly counter: Counter;
  /** What one unit of the boundaries is in milliseconds, as far as the name tells; null: it does not. */
  readonly unit: NamedUnit | null;
  /** A native histogram: one series without buckets. */
  readonly native: boolean;
}
