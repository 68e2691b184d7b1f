/**
 * What was counted in a window, as PromQL that needs no recorded series: how many events there were, how many of them bad, and
 * their share. Of all revisions together, since a promise is about the service. Pure.
 *
 * - No traffic is no sample; traffic without a bad event is 0, also where the counter of bad ones is born with the first.
 * - Sums are divided, never ratios averaged: a quiet hour weighs as little as it served.
 * - A histogram is asked at its boundary at or above the threshold. Which it has nobody knows here, so all at or above are
 *   asked for: buckets are cumulative, so that the least of them is the one. A revision that has none says nothing.
 */
import { type HistogramShape, type Measured, measuredBy } from '../counting/measured.ts';
import { pathLabels, withoutPaths } from '../counting/paths.ts';
import type { Indicator, Policy } from '../policy/policy.ts';
import { boundaryOf, boundaryValue } from '../promql/counters/buckets.ts';
import { labelText, nativeText, selectorText } from '../promql/counters/format.ts';
import type { Counter, CounterSum, LabelMatch } from '../promql/counters/model.ts';
import { isShared, type Promised } from './alerts.ts';
import { atLeastPattern, exactlyPattern } from './at-least.ts';

export interface Counts {
  readonly bad: string;
  readonly total: string;
  /** Bad by total. */
  readonly share: string;
}

/** `window` as PromQL reads it: 5m. */
export function countsIn(window: string, promise: Promised, policy: Policy): Counts {
  const { shape, revisionLabel } = measuredOf(promise, policy);
  const { bad, total } =
    shape.kind === 'Ratio'
      ? { bad: sumText(shape.bad, window, 'Bad'), total: sumText(shape.total, window, 'Total') }
      : ofHistogram(shape, revisionLabel, window);
  return { bad, total, share: `${bad} / (${total} > 0)` };
}

function measuredOf(
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

type Role = 'Bad' | 'Total';

/** `clamp_min(sum(increase(a[5m])) - (sum(increase(b[5m])) or vector(0)), 0)`. */
function sumText(sum: CounterSum, window: string, role: Role): string {
  const terms = sum.map(({ sign, counter }) => ({
    sign,
    text: termText(counter, window, sum.length === 1 && role === 'Total'),
  }));
  const text = terms
    .map(({ sign, text }, i) => `${i === 0 ? (sign > 0 ? '' : '-') : sign > 0 ? ' + ' : ' - '}${text}`)
    .join('');
  if (sum.some(({ sign }) => sign < 0)) return `clamp_min(${text}, 0)`;
  return sum.length === 1 ? text : `(${text})`;
}

/** A counter that was never born has counted nothing; a bucket is there from the beginning, or never. */
function termText(counter: Counter, window: string, isAlone: boolean): string {
  if (counter.upTo !== undefined) return `sum(${nativeText(counter.upTo, increase(counter, window))})`;
  const boundary = boundaryOf(counter);
  if (boundary === null) {
    const text = `sum(${increase(counter, window)})`;
    return isAlone ? text : `(${text} or vector(0))`;
  }
  const value = boundaryValue(boundary.value);
  const spelt: LabelMatch = Number.isFinite(value) ? { label: 'le', op: '=~', value: exactlyPattern(value) } : boundary;
  const matchers = counter.matchers.map((one) => (one === boundary ? spelt : one));
  return `sum(${increase({ ...counter, matchers }, window)})`;
}

const increase = (counter: Counter, window: string, more: readonly LabelMatch[] = []): string =>
  `increase(${selectorText(counter, more)}[${window}])`;

/** Each revision by itself: two may have different boundaries. */
function ofHistogram(shape: HistogramShape, revisionLabel: string, window: string): Omit<Counts, 'share'> {
  const { counter, thresholdMs, unitMs } = shape;
  const revision = labelText(revisionLabel);
  const threshold = thresholdMs / (unitMs ?? usualUnitMs);
  const atOrAbove: LabelMatch = { label: 'le', op: '=~', value: atLeastPattern(threshold) };
  const all = `sum by (${revision}) (${increase(counter, window, [{ label: 'le', op: '=', value: '+Inf' }])})`;
  const good = `min by (${revision}) (sum by (le, ${revision}) (${increase(counter, window, [atOrAbove])}))`;
  return { bad: `sum(clamp_min(${all} - ${good}, 0))`, total: `sum(${all} and ${good})` };
}

/** Of a name that tells nothing, as of a query that nobody has checked: Prometheus' own unit. */
const usualUnitMs = 1000;
