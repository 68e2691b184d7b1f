/** Which of the two a pasted query is: a quantile of a histogram, or a ratio. */
import { type Expr, unwrap } from '../ast.ts';
import type { Context } from './leaf.ts';
import type { HistogramCounter, RatioCounters } from './model.ts';
import { readQuantile } from './quantile.ts';
import { readRatio } from './ratio.ts';
import { refusing } from './refusal.ts';
import { parsePasted } from './text.ts';

export type Pasted =
  | { readonly kind: 'Latency'; readonly histogram: HistogramCounter }
  | { readonly kind: 'Ratio'; readonly ratio: RatioCounters };

/** Throws QueryRefused with the position in `query`. */
export function readPasted(query: string, context: Context): Pasted {
  const isQuantile = refusing(() => holdsQuantile(parsePasted(query)));
  return isQuantile
    ? { kind: 'Latency', histogram: readQuantile(query, context) }
    : { kind: 'Ratio', ratio: readRatio(query, context) };
}

function holdsQuantile(given: Expr): boolean {
  const expr = unwrap(given);
  switch (expr.kind) {
    case 'Call':
      return expr.name === 'histogram_quantile' || expr.args.some(holdsQuantile);
    case 'Aggregation':
      return expr.args.some(holdsQuantile);
    case 'Binary':
      return holdsQuantile(expr.left) || holdsQuantile(expr.right);
    case 'Negation':
    case 'Subquery':
      return holdsQuantile(expr.inner);
    default:
      return false;
  }
}
