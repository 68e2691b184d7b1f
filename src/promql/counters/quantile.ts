/** A pasted quantile of a histogram, taken apart into its buckets. */
import { type Aggregation, type Binary, type Expr, partsOf, unwrap } from '../ast.ts';
import { type Context, leafOf, metricOf, runRevisionLabel } from './leaf.ts';
import type { Counter, HistogramCounter } from './model.ts';
import { isRunMetric, noTimeByName, unitByName } from './names.ts';
import { close, isAboveZero, numberOf, scaledBy, vectorOf } from './numbers.ts';
import { type Edit, only, refuse, refusing, wrapped } from './refusal.ts';
import { isRelabelling, isTrafficGuard } from './sum.ts';
import { parsePasted } from './text.ts';

const shape = 'histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))';

/** Throws QueryRefused with the position in `query`. */
export const readQuantile = (query: string, context: Context): HistogramCounter =>
  refusing(query, (text) => quantileOf(parsePasted(text), context));

export function quantileOf(given: Expr, context: Context): HistogramCounter {
  const expr = unwrap(given);
  if (expr.kind === 'Binary') {
    // Only what is shown: seconds as milliseconds, or a number where nothing is.
    const scaled = scaledBy(expr);
    if (scaled && isUnitChange(scaled.factor)) return quantileOf(scaled.inner, context);
    if (expr.operator.op === 'or' && vectorOf(expr.right) !== null) return quantileOf(expr.left, context);
    if (isAboveZero(expr)) return quantileOf(expr.left, context);
    if (expr.operator.op === 'and' && holdsQuantile(expr.left)) {
      const quantile = quantileOf(expr.left, context);
      if (isTrafficGuard(expr, [allOf(quantile)], context)) return quantile;
    }
    refuseMore(expr, scaled?.inner ?? null);
  }
  if (expr.kind === 'Aggregation') return quantileWithin(expr, context);
  if (expr.kind === 'Call') {
    const { name, args, at } = expr;
    const [inner] = args;
    if (inner && (['round', 'ceil', 'floor'].includes(name) || isRelabelling(expr))) return quantileOf(inner, context);
    const sampled = inner && unwrap(inner);
    if (/_over_time$/.test(name) && sampled?.kind === 'Subquery') {
      const hint = `write what stands within it: ${shape}`;
      refuse(`${name} of quantiles is no quantile of a histogram`, at, hint, only(sampled.inner.at, at));
    }
  }
  if (expr.kind !== 'Call' || expr.name !== 'histogram_quantile' || expr.args.length !== 2) {
    refuse('this is no quantile of a histogram', expr.at, `write ${shape}`);
  }
  const [quantile, buckets] = expr.args as [Expr, Expr];
  const q = numberOf(quantile);
  if (q === null || !(q > 0.01 && q < 1)) {
    const percent =
      q !== null && q > 1 && q < 100
        ? { at: quantile.at, text: () => String(Number((q / 100).toPrecision(12))) }
        : null;
    refuse('the quantile has to be a number above 0.01 and below 1', quantile.at, 'write 0.95', percent);
  }
  const { counter, native } = histogramIn(buckets, context);
  const otherwise = noTimeByName(native ? `${counter.name}_bucket` : counter.name);
  if (otherwise) {
    const hint = 'latency is for durations: name a histogram of how long requests take';
    refuse(`${counter.name} measures ${otherwise}`, buckets.at, hint);
  }
  return { percentile: Number((100 * q).toPrecision(12)), counter, unit: unitByName(counter.name), native };
}

/** 1000, a million, and back: seconds shown as milliseconds. */
function isUnitChange(factor: number): boolean {
  const thousands = Math.log10(Math.abs(factor)) / 3;
  return close(thousands, Math.round(thousands));
}

const allOf = ({ counter, native }: HistogramCounter): Counter =>
  native
    ? { ...counter, upTo: null }
    : { ...counter, matchers: [...counter.matchers, { label: 'le', op: '=', value: '+Inf' }] };

/** What stands besides a quantile: a threshold or a condition goes; anything else makes another number of it. */
function refuseMore({ operator, left, right, at }: Binary, scaled: Expr | null): never {
  const kept = scaled ?? [left, right].find(holdsQuantile) ?? left;
  const isBeside = scaled !== null || operator.op === 'and' || operator.op === 'unless' || /[<>=]/.test(operator.op);
  const isAlone = holdsQuantile(left) !== holdsQuantile(right);
  const hint = `write ${shape} alone: threshold says what is too slow`;
  refuse(
    `${operator.op} does more than ask for a quantile`,
    operator.at,
    hint,
    isBeside && isAlone ? only(kept.at, at) : null,
  );
}

export function holdsQuantile(given: Expr): boolean {
  const expr = unwrap(given);
  return (expr.kind === 'Call' && expr.name === 'histogram_quantile') || partsOf(expr).some(holdsQuantile);
}

/** The largest of one quantile is that quantile. */
function quantileWithin(expr: Aggregation, context: Context): HistogramCounter {
  const { op, args, at, grouping } = expr;
  const [inner] = args;
  if (args.length === 1 && ['max', 'min', 'avg', 'sum'].includes(op) && grouping.labels.length === 0) {
    return quantileOf(inner!, context);
  }
  const hint = `sum the buckets, then take the quantile: ${shape}`;
  return refuse(`${op} of quantiles is no quantile`, at, hint, args.length === 1 ? only(inner!.at, at) : null);
}

interface Histogram {
  readonly counter: Counter;
  readonly native: boolean;
}

function histogramIn(given: Expr, context: Context): Histogram {
  const expr = unwrap(given);
  if (expr.kind !== 'Aggregation') {
    const { counter } = leafOf(expr, context, metricOf);
    const edit = counter.name.endsWith('_bucket')
      ? wrapped(expr.at, 'sum by (le) (', ')')
      : wrapped(expr.at, 'sum(', ')');
    refuse('this has a quantile for each series', expr.at, `sum them: ${shape}`, edit);
  }
  const { inner, counter } = summed(expr, context);
  const native = !counter.name.endsWith('_bucket');
  for (const one of sumsFrom(expr)) keepsOneHistogram(one, counter, native, one === expr, context);
  if (native && expr.grouping.labels.includes('le')) {
    refuse(`${counter.name} is not the buckets of a histogram`, inner.at, 'name the metric that ends in _bucket');
  }
  if (counter.matchers.some(({ label }) => label === 'le')) {
    refuse('the query already chooses buckets by le', inner.at, 'remove the matcher on le: the threshold chooses them');
  }
  return { counter, native };
}

/** The sums around the buckets, from the outermost in. */
function sumsFrom(expr: Aggregation): Aggregation[] {
  const inner = expr.args[0] && unwrap(expr.args[0]);
  return inner?.kind === 'Aggregation' ? [expr, ...sumsFrom(inner)] : [expr];
}

function summed(expr: Aggregation, context: Context): { inner: Expr; counter: Counter } {
  const { op, args, at } = expr;
  const toSum: Edit = { at: { from: at.from, to: at.from + op.length }, text: () => 'sum' };
  if (op !== 'sum') refuse(`${op} of buckets is no histogram`, at, `write ${shape}`, op === 'avg' ? toSum : null);
  const inner = args[0] && unwrap(args[0]);
  if (!inner || args.length > 1) refuse('sum takes one argument', at, `write ${shape}`);
  return inner.kind === 'Aggregation'
    ? summed(inner, context)
    : { inner, counter: leafOf(inner, context, metricOf).counter };
}

/** None of the sums may lose `le`, and the last has to leave one histogram. */
function keepsOneHistogram(
  { grouping, at }: Aggregation,
  counter: Counter,
  native: boolean,
  isLast: boolean,
  { revisionLabel }: Context,
): void {
  const { kind, labels } = grouping;
  const regrouped: Edit =
    grouping.at === null
      ? {
          at: { from: at.from, to: at.from + 'sum'.length },
          text: (piece) => `${piece({ from: at.from, to: at.from + 3 })} by (le) `,
        }
      : { at: grouping.at, text: () => (native ? '' : 'by (le)') };
  if (!native && labels.includes('le') !== (kind === 'by')) {
    refuse('the buckets are summed over le', at, `group by le: ${shape}`, regrouped);
  }
  if (!isLast) return;
  if (kind === 'without') refuse('sum without (…) has a quantile for each label left', at, `write ${shape}`, regrouped);
  const ownLabel = isRunMetric(counter.name) ? runRevisionLabel : revisionLabel;
  const others = labels.filter((label) => label !== 'le' && label !== ownLabel && !isFixed(counter, label));
  if (others.length > 0) refuse(`by (${others.join(', ')}) makes a quantile for each`, at, `write ${shape}`, regrouped);
}

const isFixed = ({ matchers }: Counter, label: string): boolean =>
  matchers.some((one) => one.label === label && one.op === '=');
