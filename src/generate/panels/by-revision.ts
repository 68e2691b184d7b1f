/**
 * The same shares as the alerts look at, for each revision by itself: a canary beside the stable one. A revision without
 * traffic is not shown, one without a bad event is shown at 0. Pure.
 */
import type { RatioShape } from '../../counting/measured.ts';
import type { Objective, Policy } from '../../policy/policy.ts';
import { labelText } from '../../promql/counters/format.ts';
import type { Counter, CounterSum } from '../../promql/counters/model.ts';
import { grownIn, isBornLater, measuredOf, ofEachRevision, stretched } from '../counts.ts';

export interface ByRevision {
  readonly share: string;
  readonly label: string;
}

export function shareByRevision(window: string, objective: Objective, policy: Policy): ByRevision {
  const { shape, revisionLabel: label } = measuredOf(objective, policy);
  if (shape.kind === 'Ratio') return { share: ofRatio(shape, label, window), label };
  const { all, good } = ofEachRevision(shape, label, stretched(window));
  return { share: `clamp_min(${all} - ${good}, 0) / (${all} > 0)`, label };
}

function ofRatio({ bad, total }: RatioShape, label: string, window: string): string {
  const of = (counter: Counter) => `sum by (${labelText(label)}) (${grownIn(window, counter)})`;
  const base = of(total[0]!.counter);
  return `clamp_min(${sumText(bad, of, base)}, 0) / (${sumText(total, of, base)} > 0)`;
}

/** A counter that was never born has counted nothing, where the revision has any of the total's first. */
function sumText(sum: CounterSum, of: (counter: Counter) => string, base: string): string {
  const terms = sum.map(({ sign, counter }, i) => {
    const own = of(counter);
    const text = own === base || !isBornLater(counter) ? own : `(${own} or ${base} * 0)`;
    return `${i === 0 ? (sign > 0 ? '' : '-') : sign > 0 ? ' + ' : ' - '}${text}`;
  });
  return terms.length === 1 ? terms[0]! : `(${terms.join('')})`;
}
