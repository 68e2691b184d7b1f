/** A pasted quantile of a histogram, taken apart into its buckets. */
import { type Aggregation, type Expr, unwrap } from '../ast.ts';
import { type Context, isPlatform, leafOf } from './leaf.ts';
import type { HistogramCounter } from './model.ts';
import { refuse, refusing } from './refusal.ts';
import { isZeroVector, numberOf, scaledBy } from './sum.ts';
import { parsePasted } from './text.ts';

const shape = 'histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))';

/** Throws QueryRefused with the position in `query`. */
export function readQuantile(query: string, context: Context): HistogramCounter {
  return refusing(() => quantileOf(parsePasted(query), context));
}

function quantileOf(given: Expr, context: Context): HistogramCounter {
  const expr = unwrap(given);
  if (expr.kind === 'Binary') {
    // Only what is shown: seconds as milliseconds, or zero where nothing is.
    const scaled = scaledBy(expr);
    if (scaled) return quantileOf(scaled.inner, context);
    if (expr.operator.op === 'or' && isZeroVector(expr.right)) return quantileOf(expr.left, context);
    const hint = `write ${shape} alone: threshold says what is too slow`;
    refuse(`${expr.operator.op} does more than ask for a quantile`, expr.operator.at, hint);
  }
  if (expr.kind === 'Aggregation') {
    const hint = `sum the buckets, then take the quantile: ${shape}`;
    refuse(`${expr.op} of quantiles is no quantile`, expr.at, hint);
  }
  if (expr.kind !== 'Call' || expr.name !== 'histogram_quantile' || expr.args.length !== 2) {
    refuse('this is no quantile of a histogram', expr.at, `write ${shape}`);
  }
  const [quantile, buckets] = expr.args as [Expr, Expr];
  const q = numberOf(quantile);
  if (q === null || !(q > 0.01 && q < 1)) {
    refuse('the quantile has to be a number above 0.01 and below 1', quantile.at, 'write 0.95');
  }
  const counter = bucketsOf(buckets, context);
  return { percentile: Number((100 * q).toPrecision(12)), counter, unitMs: unitMsOf(counter.name) };
}

function bucketsOf(given: Expr, context: Context): HistogramCounter['counter'] {
  const expr = unwrap(given);
  if (expr.kind !== 'Aggregation') {
    leafOf(expr, context);
    refuse('this has a quantile for each series', expr.at, `sum them: ${shape}`);
  }
  const { inner, counter } = summedBuckets(expr, context);
  const { grouping, at } = expr;
  const others = grouping.labels.filter(
    (label) => label !== 'le' && label !== context.revisionLabel && !isFixed(counter, label),
  );
  if (grouping.kind === 'without') refuse('sum without (…) has a quantile for each label left', at, `write ${shape}`);
  if (others.length > 0) refuse(`by (${others.join(', ')}) makes a quantile for each`, at, `write ${shape}`);
  if (!counter.name.endsWith('_bucket')) {
    refuse(`${counter.name} is not the buckets of a histogram`, inner.at, 'name the metric that ends in _bucket');
  }
  if (counter.matchers.some(({ label }) => label === 'le')) {
    refuse('the query already chooses buckets by le', inner.at, 'remove the matcher on le: the threshold chooses them');
  }
  return counter;
}

/** The buckets within any number of sums, none of which may lose `le`. */
function summedBuckets(expr: Aggregation, context: Context): { inner: Expr; counter: HistogramCounter['counter'] } {
  const { op, grouping, args, at } = expr;
  if (op !== 'sum') refuse(`${op} of buckets is no histogram`, at, `write ${shape}`);
  const inner = args[0] && unwrap(args[0]);
  if (!inner || args.length > 1) refuse('sum takes one argument', at, `write ${shape}`);
  const found =
    inner.kind === 'Aggregation' ? summedBuckets(inner, context) : { inner, counter: leafOf(inner, context).counter };
  if (grouping.labels.includes('le') !== (grouping.kind === 'by')) {
    const hint = `group by le, or, for a native histogram, export classic buckets: ${shape}`;
    refuse('the buckets are summed over le', at, hint);
  }
  return found;
}

const isFixed = ({ matchers }: HistogramCounter['counter'], label: string): boolean =>
  matchers.some((one) => one.label === label && one.op === '=');

/** Prometheus' base unit is the second; Google's own latencies, and what says so in its name, come in others. */
function unitMsOf(name: string): number {
  if (isPlatform(name) || /_(ms|millis|milliseconds)(_|$)/.test(name)) return 1;
  if (/_(us|micros|microseconds)(_|$)/.test(name)) return 0.001;
  if (/_(ns|nanos|nanoseconds)(_|$)/.test(name)) return 1e-6;
  return 1000;
}
