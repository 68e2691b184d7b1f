/** histogram_fraction(0, 0.3, …) of a native histogram, or of classic buckets. */
import { type Call, type Expr, selectorsIn, unwrap } from '../ast.ts';
import { type Context, leafOf, metricOf } from './leaf.ts';
import { nativeOf } from './native.ts';
import { numberOf } from './numbers.ts';
import { refuse } from './refusal.ts';
import type { Side } from './sum.ts';
import type { Term } from './terms.ts';

/** histogram_fraction(0, 0.3, …): the share of a histogram up to a value. */
export function fractionOf({ args, at }: Call, context: Context): { readonly top: Side; readonly bottom: Side } {
  const [lower, upper, of] = args;
  const shape = 'write histogram_fraction(0, 0.3, sum(rate(…[5m])))';
  if (!lower || !upper || !of || args.length !== 3)
    refuse('histogram_fraction takes two bounds and a histogram', at, shape);
  const [from, to] = [numberOf(lower), numberOf(upper)];
  if (from === null || !(from <= 0)) refuse('the lower bound has to be 0', lower.at, 'write 0');
  if (to === null || !(to > 0 && Number.isFinite(to)))
    refuse('the upper bound has to be a number above 0', upper.at, 'write 0.3');
  const { histogram, per } = histogramOf(of, context);
  const side = (counter: Term['counter']): Side => ({ terms: [{ factor: 1, counter }], per, labels: new Map() });
  const bucket = (le: string): Side =>
    side({ name: histogram.name, matchers: [...histogram.matchers, { label: 'le', op: '=', value: le }] });
  const [top, bottom] = histogram.name.endsWith('_bucket')
    ? [bucket(String(to)), bucket('+Inf')]
    : [side({ ...histogram, upTo: to }), side({ ...histogram, upTo: null })];
  return { top, bottom };
}

/** A native histogram, or classic buckets that were summed by le. */
function histogramOf(given: Expr, context: Context): ReturnType<typeof nativeOf> {
  const expr = unwrap(given);
  const [selector] = selectorsIn(expr);
  if (!selector || !metricOf(selector, context).name.endsWith('_bucket')) return nativeOf(expr, context);
  const hint = 'write histogram_fraction(0, 0.3, sum by (le) (rate(…_bucket[5m])))';
  if (
    expr.kind !== 'Aggregation' ||
    expr.op !== 'sum' ||
    expr.grouping.labels.join() !== 'le' ||
    expr.grouping.kind !== 'by'
  ) {
    refuse('the buckets have to be summed by le', expr.at, hint);
  }
  return bucketsOf(expr.args[0]!, context);
}

function bucketsOf(given: Expr, context: Context): ReturnType<typeof nativeOf> {
  const expr = unwrap(given);
  if (expr.kind === 'Aggregation') return bucketsOf(expr.args[0]!, context);
  const { counter, per } = leafOf(expr, context);
  return { histogram: counter, per };
}
