/** The PromQL that is asked, as text. Pure. */
import { labelText, nativeText, oneOf, selectorText } from '../promql/counters/format.ts';
import type { Counter, LabelMatch } from '../promql/counters/model.ts';
import { unbornProbe } from './absence.ts';
import { minuteMs } from './changes.ts';
import { type Measured, partsOf, totals } from './measured.ts';
import type { Sample } from './vector.ts';

/** Tells the counters of one answer apart. */
export const partLabel = 'steadyrun_part';

export interface Counting {
  readonly measured: Measured;
  /** Each becomes the samples with its place in this list as `steadyrun_part`. */
  readonly parts: readonly Counter[];
  /** Buckets are kept apart by `le`. */
  readonly byBucket: boolean;
  /** And by the instance that counted them. */
  readonly byInstance?: boolean;
  /** How many instances have any of these series comes with the answer. */
  readonly instancesOf?: Counter;
  /** Only this revision; null: every revision. */
  readonly revision: string | null;
  /** A positive whole number of milliseconds. */
  readonly windowMs: number;
  /** How far back the last value before a window is looked for. */
  readonly lookback: string;
  /** Revisions too young to have had an earlier life: their first signs count in full. */
  readonly young: readonly string[];
  /** Series that have to go on through the window; whether they do comes with the answer. */
  readonly checks?: readonly Counter[];
  /** What had a sample so recently goes on. */
  readonly recentMs?: number;
}

/** The ends of a window, by which a check's place in its list is told in `steadyrun_part`: s0, e0, … */
const endLetters = { Start: 's', End: 'e' } as const;
export type WindowEnd = keyof typeof endLetters;

/** The place of the check that a sample is of; null: of none at this end. */
export const checkPlace = (part: string, end: WindowEnd): number | null =>
  part.startsWith(endLetters[end]) ? Number(part.slice(1)) : null;

export const isCheck = ({ labels }: Sample): boolean => /^[se]/.test(labels[partLabel] ?? '');

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
 * Google's own metrics are stored as changes with the time they span, which its `increase` adds up, births included.
 */
export function countingQuery(counting: Counting): string {
  const { measured, parts, byBucket, byInstance } = counting;
  const kept = [
    labelText(measured.revisionLabel),
    ...(byBucket ? ['le'] : []),
    ...(byInstance ? [instanceLabel] : []),
  ].join(', ');
  const sums = parts.map((part) => `sum by (${kept}) (${grown(counting, part)})`);
  const checks = [...checksOf(counting), ...instancesText(counting)];
  if (sums.length === 1) return [sums[0]!, ...checks].join(' or ');
  const told = sums.map((sum, index) => `label_replace(${sum}, "${partLabel}", "${index}", "", "")`);
  return [...told, ...checks].join(' or ');
}

/** The label by which Prometheus and Google tell what was scraped apart. */
export const instanceLabel = 'instance';

const instancesPart = 'instances';

function instancesText({ measured, windowMs, instancesOf }: Counting): string[] {
  if (instancesOf === undefined) return [];
  const label = labelText(measured.revisionLabel);
  const text = selectorText(instancesOf, [{ label: instanceLabel, op: '!=', value: '' }]);
  const each = `count by (${label}, ${instanceLabel}) (last_over_time(${text}[${duration(windowMs)}]))`;
  return [`label_replace(count by (${label}) (${each}), "${partLabel}", "${instancesPart}", "", "")`];
}

export const isInstances = ({ labels }: Sample): boolean => labels[partLabel] === instancesPart;

/** How many series each check has of a revision, just before the window and at its end. */
function checksOf({ measured, revision, windowMs, lookback, checks = [], recentMs = windowMs }: Counting): string[] {
  const label = labelText(measured.revisionLabel);
  const only: LabelMatch[] = revision === null ? [] : [oneOf(measured.revisionLabel, [revision])];
  return checks.flatMap((check, place) => {
    const text = selectorText(check, only);
    const ends = { Start: `[${lookback}] offset ${duration(windowMs)}`, End: `[${duration(recentMs)}]` } as const;
    return (['Start', 'End'] as const).map(
      (end) =>
        `label_replace(count by (${label}) (last_over_time(${text}${ends[end]})), "${partLabel}", "${endLetters[end]}${place}", "", "")`,
    );
  });
}

/** The texts that rules are made of. */
export interface Shows {
  /** The series of a counter. */
  series(of: Counter, more?: readonly LabelMatch[]): string;
  /** How long the window is, and how far before it is looked. */
  readonly length: string;
  readonly lookback: string;
  /** The last value in the window, and the last before it: of a native histogram what it has counted. */
  last(of: Counter): string;
  before(of: Counter): string;
}

/** What series grew by, in branches of which the first that has a value counts. */
export interface Rules {
  /** A value for each series that has a past. */
  withPast(part: Counter, shows: Shows): readonly string[];
  /** For a series whose first sample in the window is only a base. */
  sinceFirst(part: Counter, shows: Shows): string;
}

/** What one counter has counted in the window, series by series. */
export function grown(
  { measured, revision, windowMs, lookback, young }: Omit<Counting, 'parts' | 'byBucket'>,
  part: Counter,
  rules: Rules = subtracting,
): string {
  const { revisionLabel, platform, deltas } = measured;
  const label = labelText(revisionLabel);
  const only: LabelMatch[] = revision === null ? [] : [oneOf(revisionLabel, [revision])];
  if (deltas) return addedIn(part, only, windowMs);
  const length = duration(windowMs);
  const series: Shows['series'] = (counter, more = []) => selectorText(counter, [...only, ...more]);
  const last = (counter: Counter, more: readonly LabelMatch[] = []) =>
    countedIn(counter, `last_over_time(${series(counter, more)}[${length}])`);
  const before = (counter: Counter) =>
    countedIn(counter, `last_over_time(${series(counter)}[${lookback}] offset ${length})`);
  const shows: Shows = { series, length, lookback, last, before };

  const known = totals(measured).map(before).join(' or ');
  const kin = platform ? label : `instance, ${label}`;
  const branches = [...rules.withPast(part, shows), `(${last(part)} and on (${kin}) (${known}))`];
  if (young.length > 0) {
    branches.push(`(${last(part, [oneOf(revisionLabel, young.toSorted())])} unless on (${label}) (${known}))`);
  }
  branches.push(`(${rules.sinceFirst(part, shows)})`);
  return branches.join(' or ');
}

/** Of changes, what came in so many whole minutes. */
function addedIn(part: Counter, only: readonly LabelMatch[], windowMs: number): string {
  if (!Number.isInteger(windowMs / minuteMs) || windowMs <= 0)
    throw new RangeError(`Changes are asked for by the whole minute, not in ${windowMs} ms.`);
  return `increase(${selectorText(part, only)}[${windowMs / minuteMs}m])`;
}

/** The rules of a short window: 1, 2 and 5 above. */
export const subtracting: Rules = {
  /** A part of a native histogram begins anew when all of it does: its own figures are not exact enough to tell. */
  withPast(part, { last, before }) {
    const [now, then] = [last(part), before(part)];
    if (part.upTo == null) return [`((${now} - ${then}) >= 0)`, `(${now} and ${then})`];
    const all: Counter = { ...part, upTo: null };
    return [`((${now} - ${then}) and (${last(all)} - ${before(all)} >= 0))`, `(${now} and ${before(all)})`];
  },
  /** The least that was counted in the window is what was counted first. */
  sinceFirst(part, { last, series, length }) {
    const values =
      part.upTo === undefined ? `${series(part)}[${length}]` : `(${countedIn(part, series(part))})[${length}:5s]`;
    return `${last(part)} - min_over_time(${values})`;
  },
};

/** Of a native histogram, what it has counted; of any other series its value. */
export function countedIn({ upTo }: Counter, text: string): string {
  return upTo === undefined ? text : `(${nativeText(upTo, text)})`;
}

/**
 * The times of the newest and of the oldest living series' last samples, in seconds, and of the newest of each other metric:
 * one that comes later is waited for.
 */
export function reachQuery(measured: Measured, intervalMs: number): string {
  const times = timesOf(measured);
  if (measured.platform) return `max(${times})`;
  const living = `${times} > scalar(max(${times})) - ${(2 * intervalMs) / 1000}`;
  const others = otherMetrics(measured).map((counter, i) => otherText(`max(timestamp(${selectorText(counter)}))`, i));
  return [`max(${times})`, `label_replace(min(${living}), "${partLabel}", "oldest", "", "")`, ...others].join(' or ');
}

/** In which minutes there is any change of the totals, and of each other metric: one that comes later is waited for. */
export function minutesQuery(measured: Measured): string {
  const sum = (counter: Counter) => `sum(${addedIn(counter, [], minuteMs)})`;
  const others = otherMetrics(measured).map((counter, i) => otherText(sum(counter), i));
  return [...totals(measured).map(sum), ...others].join(' or ');
}

const otherText = (text: string, place: number): string =>
  `label_replace(${text}, "${partLabel}", "other${place}", "", "")`;

export const isOther = ({ labels }: Pick<Sample, 'labels'>): boolean => labels[partLabel]?.startsWith('other') === true;

/** A counter of each metric that no total is of, narrowed no more than its labels have to be there. */
function otherMetrics(measured: Measured): readonly Counter[] {
  const { shape } = measured;
  if (shape.kind !== 'Ratio') return [];
  const known = new Set(totals(measured).map(({ name }) => name));
  return partsOf(shape)
    .filter(({ name }) => !known.has(name))
    .map((part) => unbornProbe(part, shape) ?? part);
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

type Shown = Pick<Measured, 'revisionLabel' | 'deltas'>;

/** What was there in the last quarter of an hour. */
const shown = (counter: Counter, { deltas }: Shown): string =>
  deltas ? addedIn(counter, [], 15 * minuteMs) : `last_over_time(${selectorText(counter)}[15m])`;

/** The boundaries that a histogram has, for each revision that shows any. */
export const boundariesQuery = (counter: Counter, measured: Shown): string =>
  `group by (le, ${labelText(measured.revisionLabel)}) (${shown(counter, measured)})`;

/** Which revisions the series of an objective name; an empty name is a series without one. */
export const revisionsQuery = (measured: Measured): string =>
  totals(measured)
    .map((counter) => existsQuery(counter, measured))
    .join(' or ');

/** Which revisions have any of these series. */
export const existsQuery = (probe: Counter, measured: Shown): string =>
  `count by (${labelText(measured.revisionLabel)}) (${shown(probe, measured)})`;

/** The values that a label of these series has. */
export const valuesQuery = (probe: Counter, label: string, measured: Shown): string =>
  `group by (${labelText(label)}) (${shown(probe, measured)})`;

/** Which of these labels the series have, each as its part, beside a part of them all. */
export function labelsQuery(measured: Measured, labels: readonly string[]): string {
  const counted = (part: string, more: readonly LabelMatch[]) => {
    const each = totals(measured).map(({ name, matchers }) =>
      shown({ name, matchers: [...matchers, ...more] }, measured),
    );
    return `label_replace(count(${each.join(' or ')}), "${partLabel}", "${part}", "", "")`;
  };
  return [counted('all', []), ...labels.map((label) => counted(label, [{ label, op: '!=', value: '' }]))].join(' or ');
}

/** How many requests Cloud Run itself has counted in the last half hour, asked of Google. */
export const servedQuery = (requests: Counter): string => `sum(${addedIn(requests, [], 30 * minuteMs)})`;

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
