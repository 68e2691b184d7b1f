/** A native histogram: one series that holds all of its buckets. */
import { type Call, type Expr, unwrap } from '../ast.ts';
import { constantOf } from './grouping.ts';
import { type Context, type Leaf, leafOf, metricOf } from './leaf.ts';
import type { Counter } from './model.ts';
import { refuse } from './refusal.ts';
import type { Term } from './terms.ts';

/** histogram_count(…) of a native histogram, whose sum may stand outside or inside. */
export const isNative = ({ name, args }: Call): boolean => name === 'histogram_count' && args.length === 1;

export function nativeLeaf(expr: Call, context: Context): { terms: Term[]; per: Leaf['per'] } {
  const { histogram, per } = nativeOf(expr.args[0]!, context);
  return { terms: [{ factor: 1, counter: { ...histogram, upTo: null } }], per };
}

/** One native histogram: rate(…[5m]), or a sum of such that leaves one. */
export function nativeOf(given: Expr, context: Context): { readonly histogram: Counter; readonly per: Leaf['per'] } {
  const expr = unwrap(given);
  if (expr.kind !== 'Aggregation') {
    const { counter, per } = leafOf(expr, context, metricOf);
    if (counter.name.endsWith('_bucket')) {
      refuse(
        `${counter.name} has classic buckets, no native histogram`,
        expr.at,
        'divide the bucket le="…" by the metric that ends in _count',
      );
    }
    return { histogram: counter, per };
  }
  if (expr.op !== 'sum' || expr.args.length !== 1) {
    refuse(`${expr.op} of histograms is no histogram`, expr.at, 'write sum(rate(…[5m]))');
  }
  const found = nativeOf(expr.args[0]!, context);
  const { at } = expr.grouping;
  if (at !== null) for (const label of expr.grouping.labels) constantOf(label, [found.histogram], context, at);
  return found;
}
