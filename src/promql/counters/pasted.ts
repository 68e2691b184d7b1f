/** Which of the two a pasted query is: a quantile of a histogram, or a ratio. */
import type { Context } from './leaf.ts';
import type { HistogramCounter, ReadRatio } from './model.ts';
import { holdsQuantile, quantileOf } from './quantile.ts';
import { ratioIn } from './ratio.ts';
import { refusing } from './refusal.ts';
import { parsePasted } from './text.ts';

export type Pasted =
  | { readonly kind: 'Latency'; readonly histogram: HistogramCounter }
  | { readonly kind: 'Ratio'; readonly ratio: ReadRatio };

/** Throws QueryRefused with the position in `query`. */
export const readPasted = (query: string, context: Context): Pasted =>
  refusing(query, (text) => {
    const expr = parsePasted(text);
    return holdsQuantile(expr)
      ? { kind: 'Latency', histogram: quantileOf(expr, context) }
      : { kind: 'Ratio', ratio: ratioIn(expr, context) };
  });
