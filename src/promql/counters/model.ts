/** What a pasted query counts, once it is understood: sums of counters, as plain data. */
import type { Matcher } from '../ast.ts';

export type LabelMatch = Pick<Matcher, 'label' | 'op' | 'value'>;

/** The series of one metric that these matchers select; the metric's name is not among them. */
export interface Counter {
  readonly name: string;
  readonly matchers: readonly LabelMatch[];
}

/** Counters added (1) and taken away (-1). Never empty. */
export type CounterSum = readonly { readonly sign: 1 | -1; readonly counter: Counter }[];

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

/** A histogram's quantile, taken apart. `counter` selects the cumulative buckets and says nothing of `le`. */
export interface HistogramCounter {
  readonly percentile: number;
  readonly counter: Counter;
  /** What one unit of the boundaries is in milliseconds. */
  readonly unitMs: number;
}
