/** The PromQL that is asked, as text. Pure. */
import { labelText, oneOf, selectorText } from '../promql/counters/format.ts';
import type { Counter, LabelMatch } from '../promql/counters/model.ts';
import { type Measured, totals } from './measured.ts';

/** Tells the counters of one answer apart. */
export const partLabel = 'steadyrun_part';

export interface Counting {
  readonly measured: Measured;
  /** Each becomes the samples with its place in this list as `steadyrun_part`. */
  readonly parts: readonly Counter[];
  /** Buckets are kept apart by `le`. */
  readonly byBucket: boolean;
  /** Only this revision; null: every revision. */
  readonly revision: string | null;
  /** A positive whole number of milliseconds. */
  readonly windowMs: number;
  /** How far back the last value before a window is looked for. */
  readonly lookback: string;
  /** Revisions too young to have had an earlier life: their first signs count in full. */
  readonly young: readonly string[];
}

/**
 * What was counted in the window that ends at the time of evaluation, per part, revision and bucket.
 *
 * An app's counters are subtracted: the last value in the window less the last value before it. `rate` and `increase`
 * would guess at the edges: they extrapolate, whether a sample on the edge belongs to the window differs between
 * Prometheus 2, 3 and Google's, and a counter that is born with its first event shows them nothing. So each series meets
 * its own past, in one of five ways, of which the first that fits counts (`or` takes a later branch only for series that
 * no earlier one has):
 * 1. it went on: now minus then, where that is not negative;
 * 2. it fell, so its counter began anew: all that it shows now came after;
 * 3. it has no past, but its instance has: it was born with its first event, and all of it counts;
 * 4. nothing of its revision has a past, and the revision is too young to have had one: all of it counts.
 * 5. any other first sample is only a base, for what comes after it in the window: an instance that comes back after a
 *    long silence would bring its whole life along. That costs each further instance what it did before its first scrape,
 *    in every revision alike.
 *
 * Google's own metrics are stored as changes with the time they span, which its `increase` adds up without guessing, births
 * included; 3 and 4 are for sources that show them as plain counters, as the lab does.
 */
export function countingQuery(counting: Counting): string {
  const { measured, parts, byBucket } = counting;
  const kept = [labelText(measured.revisionLabel), ...(byBucket ? ['le'] : [])].join(', ');
  const sums = parts.map((part) => `sum by (${kept}) (${grown(counting, part)})`);
  if (sums.length === 1) return sums[0]!;
  return sums.map((sum, index) => `label_replace(${sum}, "${partLabel}", "${index}", "", "")`).join(' or ');
}

function grown({ measured, revision, windowMs, lookback, young }: Counting, part: Counter): string {
  const { revisionLabel, platform, deltas } = measured;
  const label = labelText(revisionLabel);
  const only: LabelMatch[] = revision === null ? [] : [oneOf(revisionLabel, [revision])];
  const window = duration(windowMs);
  const last = (counter: Counter, more: readonly LabelMatch[] = []) =>
    `last_over_time(${selectorText(counter, [...only, ...more])}[${window}])`;
  const before = (counter: Counter) => `last_over_time(${selectorText(counter, only)}[${lookback}] offset ${window})`;

  const [now, then] = [last(part), before(part)];
  const known = totals(measured).map(before).join(' or ');
  const kin = platform ? label : `instance, ${label}`;
  const branches = deltas
    ? [`increase(${selectorText(part, only)}[${window}])`, `((${now} unless ${then}) and on (${kin}) (${known}))`]
    : [`((${now} - ${then}) >= 0)`, `(${now} and ${then})`, `(${now} and on (${kin}) (${known}))`];
  if (young.length > 0) {
    branches.push(`(${last(part, [oneOf(revisionLabel, young.toSorted())])} unless on (${label}) (${known}))`);
  }
  if (!deltas) branches.push(`(${now} - min_over_time(${selectorText(part, only)}[${window}]))`);
  return branches.join(' or ');
}

/** The times of the newest and of the oldest living series' last samples, in seconds: one or two samples, or none. */
export function reachQuery(measured: Measured, intervalMs: number): string {
  const times = timesOf(measured);
  if (measured.platform) return `max(${times})`;
  const living = `${times} > scalar(max(${times})) - ${(2 * intervalMs) / 1000}`;
  return `max(${times}) or label_replace(min(${living}), "${partLabel}", "oldest", "", "")`;
}

const timesOf = (measured: Measured): string => {
  const each = totals(measured).map((counter) => `timestamp(${selectorText(counter)})`);
  return each.length === 1 ? each[0]! : `(${each.join(' or ')})`;
};

/** How many samples the busiest series has in five minutes, now or half an hour ago: right after an outage it has few. */
export function samplesQuery(measured: Measured): string {
  const most = (offset: string) =>
    `max(${totals(measured)
      .map((counter) => `count_over_time(${selectorText(counter)}[5m]${offset})`)
      .join(' or ')})`;
  const [now, then] = [most(''), most(' offset 30m')];
  return `${now} > ${then} or ${then} or ${now}`;
}

/** The boundaries that a histogram has, for each revision that shows any. */
export const boundariesQuery = (counter: Counter, revisionLabel: string): string =>
  `group by (le, ${labelText(revisionLabel)}) (last_over_time(${selectorText(counter)}[15m]))`;

/** Which revisions the series of an objective name; an empty name is a series without one. */
export const revisionsQuery = (measured: Measured): string =>
  totals(measured)
    .map((counter) => `count by (${labelText(measured.revisionLabel)}) (last_over_time(${selectorText(counter)}[15m]))`)
    .join(' or ');

/** Buckets are chosen by the texts that the source itself has for them. */
export const bucket = ({ name, matchers }: Counter, texts: readonly string[]): Counter => ({
  name,
  matchers: [...matchers, oneOf('le', texts)],
});

function duration(lengthMs: number): string {
  if (!Number.isInteger(lengthMs) || lengthMs <= 0)
    throw new RangeError(`A window of ${lengthMs} ms cannot be asked for.`);
  return lengthMs % 1000 === 0 ? `${lengthMs / 1000}s` : `${lengthMs}ms`;
}
