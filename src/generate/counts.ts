/**
 * What was counted in a window, as PromQL that needs no recorded series: how many events there were, how many of them bad, and
 * their share. Of all revisions together, since a promise is about the service. Pure.
 *
 * - No traffic is no sample; traffic without a bad event is 0, also where the counter of bad ones is born with the first.
 * - Sums are divided, never ratios averaged: a quiet hour weighs as little as it served.
 * - A histogram is asked at its boundary at or above the threshold. Which it has nobody knows here, so all at or above are
 *   asked for: buckets are cumulative, so that the least of them is the one. A revision that has none says nothing.
 */
import { type HistogramShape, type Measured, measuredBy, partsOf } from '../counting/measured.ts';
import { pathLabels, withoutPaths } from '../counting/paths.ts';
import type { Indicator, Policy } from '../policy/policy.ts';
import { boundaryOf, boundaryValue } from '../promql/counters/buckets.ts';
import { labelText, nativeText, selectorText } from '../promql/counters/format.ts';
import type { Counter, CounterSum, LabelMatch } from '../promql/counters/model.ts';
import { isGoogles } from '../promql/counters/names.ts';
import { isShared, type Promised } from './alerts.ts';
import { atLeastPattern, exactlyPattern } from './at-least.ts';

/** How much series grew over a window, as PromQL, series by series. */
export interface Growth {
  /** As PromQL reads it: 5m. */
  readonly window: string;
  readonly of: (series: string) => string;
}

/** What the readings in the window differ by, stretched to its ends: of an hour of readings a minute apart by 1/59. */
export const stretched = (window: string): Growth => ({ window, of: (series) => `increase(${series}[${window}])` });

/**
 * What is shown now less what was shown when the window began: to the event, however far apart the readings are. What began in
 * the window has no such past, and is stretched. Of counters that do not begin anew.
 */
export function subtracted(window: string): Growth {
  const { of } = stretched(window);
  return { window, of: (series) => `(${series} - ${series} offset ${window} >= 0 or ${of(series)})` };
}

export interface Counts {
  readonly bad: string;
  readonly total: string;
  /** Bad by total. */
  readonly share: string;
}

/** `window` as PromQL reads it: 5m. */
export const countsIn = (window: string, promise: Promised, policy: Policy): Counts =>
  countsBy(stretched(window), promise, policy);

export function countsBy(growth: Growth, promise: Promised, policy: Policy): Counts {
  const { shape, revisionLabel } = measuredOf(promise, policy);
  const { bad, total } =
    shape.kind === 'Ratio'
      ? { bad: sumText(shape.bad, growth, 'Bad'), total: sumText(shape.total, growth, 'Total') }
      : ofHistogram(shape, revisionLabel, growth);
  return { bad, total, share: `${bad} / (${total} > 0)` };
}

export function measuredOf(
  promise: Promised,
  { metrics, service, revisionLabel }: Policy,
): Pick<Measured, 'shape' | 'revisionLabel'> {
  if (!isShared(promise)) {
    const { shape, ...measured } = measuredBy(metrics, promise, service, revisionLabel);
    return { ...measured, shape: leavingOut(shape, promise.indicator) };
  }
  const { bad, total } = promise.counters;
  return { shape: { kind: 'Ratio', bad, total }, revisionLabel };
}

/** Which label has the path nobody knows here: what has one of them, by whatever name, is left out. */
function leavingOut(shape: Measured['shape'], indicator: Indicator): Measured['shape'] {
  const paths = indicator.kind === 'Latency' ? indicator.excludePaths : [];
  if (paths.length === 0) return shape;
  const left = (counter: Counter): Counter => withoutPaths(counter, pathLabels, paths);
  const of = (sum: CounterSum): CounterSum => sum.map(({ sign, counter }) => ({ sign, counter: left(counter) }));
  if (shape.kind === 'Histogram') return { ...shape, counter: left(shape.counter) };
  return { ...shape, bad: of(shape.bad), total: of(shape.total) };
}

/**
 * How often any of the counters began anew in this time; null: Google keeps one of them as changes, which it adds up itself, to
 * the event, and of which nobody knows what else it would say.
 */
export function restartsIn(window: string, promise: Promised, policy: Policy): string | null {
  const { shape } = measuredOf(promise, policy);
  const counters = shape.kind === 'Ratio' ? partsOf(shape) : [shape.counter];
  if (policy.metrics.type === 'GoogleManagedPrometheus' && counters.some(({ name }) => isGoogles(name))) return null;
  const each = new Set(counters.map((counter) => orZero(`sum(resets(${selectorText(counter)}[${window}]))`)));
  return [...each].join(' + ');
}

type Role = 'Bad' | 'Total';

/** `clamp_min(sum(increase(a[5m])) - (sum(increase(b[5m])) or vector(0)), 0)`. */
function sumText(sum: CounterSum, growth: Growth, role: Role): string {
  const terms = sum.map(({ sign, counter }) => ({
    sign,
    text: termText(counter, growth, sum.length === 1 && role === 'Total'),
  }));
  const text = terms
    .map(({ sign, text }, i) => `${i === 0 ? (sign > 0 ? '' : '-') : sign > 0 ? ' + ' : ' - '}${text}`)
    .join('');
  if (sum.some(({ sign }) => sign < 0)) return `clamp_min(${text}, 0)`;
  return sum.length === 1 ? text : `(${text})`;
}

/** A counter that was never born has counted nothing; a bucket is there from the beginning, or never. */
function termText(counter: Counter, growth: Growth, isAlone: boolean): string {
  const text = `sum(${grownBy(growth, counter)})`;
  return isAlone || !isBornLater(counter) ? text : orZero(text);
}

const zero = ' or vector(0))';

/** Of what says nothing, that it is nothing; once. */
export const orZero = (text: string): string => (text.endsWith(zero) ? text : `(${text}${zero}`);

export const isBornLater = (counter: Counter): boolean => counter.upTo === undefined && boundaryOf(counter) === null;

export const grownIn = (window: string, counter: Counter): string => grownBy(stretched(window), counter);

/** Series by series: of a native histogram what it holds, of a bucket however its boundary is spelt. */
function grownBy(growth: Growth, counter: Counter): string {
  // Two native histograms may have buckets of two widths, of which the difference is no histogram any more.
  if (counter.upTo !== undefined) return nativeText(counter.upTo, stretched(growth.window).of(selectorText(counter)));
  const boundary = boundaryOf(counter);
  const value = boundary === null ? Number.NaN : boundaryValue(boundary.value);
  if (!Number.isFinite(value)) return growth.of(selectorText(counter));
  const spelt: LabelMatch = { label: 'le', op: '=~', value: exactlyPattern(value) };
  const matchers = counter.matchers.map((one) => (one === boundary ? spelt : one));
  return growth.of(selectorText({ ...counter, matchers }));
}

function ofHistogram(shape: HistogramShape, revisionLabel: string, growth: Growth): Omit<Counts, 'share'> {
  const { all, good } = ofEachRevision(shape, revisionLabel, growth);
  return { bad: `sum(clamp_min(${all} - ${good}, 0))`, total: `sum(${all} and ${good})` };
}

/** Each revision by itself: two may have different boundaries. */
export function ofEachRevision(
  { counter, thresholdMs, unitMs }: HistogramShape,
  revisionLabel: string,
  growth: Growth,
) {
  const revision = labelText(revisionLabel);
  const threshold = thresholdMs / (unitMs ?? usualUnitMs);
  const atOrAbove: LabelMatch = { label: 'le', op: '=~', value: atLeastPattern(threshold) };
  return {
    all: `sum by (${revision}) (${growth.of(selectorText(counter, [{ label: 'le', op: '=', value: '+Inf' }]))})`,
    good: `min by (${revision}) (sum by (le, ${revision}) (${growth.of(selectorText(counter, [atOrAbove]))}))`,
  };
}

/** Of a name that tells nothing, as of a query that nobody has checked: Prometheus' own unit. */
const usualUnitMs = 1000;
