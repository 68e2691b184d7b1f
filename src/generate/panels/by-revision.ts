/**
 * The same shares as the alerts look at, for each revision by itself: a canary beside the stable one. A revision without
 * traffic is not shown, one without a bad event is shown at 0. Pure.
 */
import type { HistogramShape, RatioShape } from '../../counting/measured.ts';
import type { Objective, Policy } from '../../policy/policy.ts';
import { boundaryOf, boundaryValue } from '../../promql/counters/buckets.ts';
import { labelText, nativeText, selectorText } from '../../promql/counters/format.ts';
import type { Counter, CounterSum, LabelMatch } from '../../promql/counters/model.ts';
import { atLeastPattern, exactlyPattern } from '../at-least.ts';
import { measuredOf } from '../counts.ts';

export interface ByRevision {
  readonly share: string;
  readonly label: string;
}

export function shareByRevision(window: string, objective: Objective, policy: Policy): ByRevision {
  const { shape, revisionLabel } = measuredOf(objective, policy);
  const share =
    shape.kind === 'Ratio' ? ofRatio(shape, revisionLabel, window) : ofHistogram(shape, revisionLabel, window);
  return { share, label: revisionLabel };
}

function ofRatio({ bad, total }: RatioShape, label: string, window: string): string {
  const base = `sum by (${labelText(label)}) (${counted(total[0]!.counter, window)})`;
  const [badText, totalText] = [sumText(bad, base, label, window), sumText(total, base, label, window)];
  return `clamp_min(${badText}, 0) / (${totalText} > 0)`;
}

/** A counter that was never born has counted nothing, where the revision has any of the total's first. */
function sumText(sum: CounterSum, base: string, label: string, window: string): string {
  const terms = sum.map(({ sign, counter }, i) => {
    const own = `sum by (${labelText(label)}) (${counted(counter, window)})`;
    const text = own === base || boundaryOf(counter) !== null ? own : `(${own} or ${base} * 0)`;
    return `${i === 0 ? (sign > 0 ? '' : '-') : sign > 0 ? ' + ' : ' - '}${text}`;
  });
  return terms.length === 1 ? terms[0]! : `(${terms.join('')})`;
}

function counted(counter: Counter, window: string): string {
  const boundary = boundaryOf(counter);
  const value = boundary === null ? Number.NaN : boundaryValue(boundary.value);
  const matchers = counter.matchers.map(
    (one): LabelMatch =>
      one === boundary && Number.isFinite(value) ? { label: 'le', op: '=~', value: exactlyPattern(value) } : one,
  );
  const increase = `increase(${selectorText({ ...counter, matchers })}[${window}])`;
  return counter.upTo === undefined ? increase : nativeText(counter.upTo, increase);
}

function ofHistogram({ counter, thresholdMs, unitMs }: HistogramShape, label: string, window: string): string {
  const revision = labelText(label);
  const threshold = thresholdMs / (unitMs ?? 1000);
  const buckets = (le: LabelMatch) => `increase(${selectorText(counter, [le])}[${window}])`;
  const all = `sum by (${revision}) (${buckets({ label: 'le', op: '=', value: '+Inf' })})`;
  const atOrAbove = buckets({ label: 'le', op: '=~', value: atLeastPattern(threshold) });
  const good = `min by (${revision}) (sum by (le, ${revision}) (${atOrAbove}))`;
  return `clamp_min(${all} - ${good}, 0) / (${all} > 0)`;
}
