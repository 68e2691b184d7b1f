/** Where a ratio is divided: what stands above and below, with guards that change nothing. */
import { type Aggregation, type Binary, type Call, type Expr, unwrap } from '../ast.ts';
import { type Leans, leaningOf, opposite } from './direction.ts';
import { fractionOf } from './fraction.ts';
import type { Context } from './leaf.ts';
import type { CounterSum } from './model.ts';
import { isAverage, refuseAverage, refuseUndivided } from './no-ratio.ts';
import { close, isAboveZero, numberOf, scaledBy, vectorOf } from './numbers.ts';
import { only, refuse } from './refusal.ts';
import { isNeverNegative, isShare } from './share.ts';
import { isRelabelling, isTrafficGuard, type Side, sameKind, sideOf } from './sum.ts';
import { magnitude, rest, signed } from './terms.ts';

export interface Split {
  readonly top: Side;
  readonly bottom: Side;
  /** What the quotient is multiplied by: 1, or 100 for percent. */
  readonly scale: number;
  /** The answer is the rest of the quotient: `1 - a / b`. */
  readonly isRest: boolean;
}

export function splitOf(given: Expr, context: Context): Split {
  const expr = unwrap(given);
  if (expr.kind === 'Binary') return splitBinary(expr, context);
  if (expr.kind === 'Aggregation' && holdsDivision(expr)) return splitAggregated(expr, context);
  if (expr.kind === 'Call') return splitCall(expr, context);
  return refuseUndivided(expr, context);
}

function splitCall(expr: Call, context: Context): Split {
  const { name, args, at } = expr;
  const [inner] = args;
  if (/^clamp(_min|_max)?$/.test(name) && holdsDivision(expr)) return clamped(name, args, expr, context);
  if (name === 'histogram_fraction') return { ...fractionOf(expr, context), scale: 1, isRest: false };
  // Neither changes which share it is.
  if (inner && holdsDivision(inner) && (isRelabelling(expr) || /^sort(?:_desc)?$/.test(name))) {
    return splitOf(inner, context);
  }
  if (inner && holdsDivision(inner) && name === 'round') return rounded(expr, inner, context);
  if (inner && holdsDivision(inner) && ['ceil', 'floor', 'abs', 'sgn'].includes(name)) {
    refuse(`${name} changes the ratio`, at, 'write what stands within it', only(inner.at, at));
  }
  if (name === 'histogram_quantile') {
    refuse('a quantile is no ratio', at, 'write it under latency: {threshold: 300ms, query: …}');
  }
  const last = args.at(-1);
  const sampled = last && unwrap(last);
  if (/_over_time$/.test(name) && sampled?.kind === 'Subquery' && holdsDivision(sampled)) {
    const hint = 'write what stands within it: each tick is counted, over whatever time';
    refuse(`${name} of ratios loses how many requests each stands for`, at, hint, only(sampled.inner.at, at));
  }
  return refuseUndivided(expr, context);
}

/** To a hundredth of the whole or less. */
function rounded({ args, at }: Call, inner: Expr, context: Context): Split {
  const split = splitOf(inner, context);
  const step = args[1] ? numberOf(args[1]) : 1;
  if (step !== null && step <= Math.abs(factorOf(split, at)) / 100) return split;
  return refuse('it is rounded so far that little is left', at, 'write what stands within it', only(inner.at, at));
}

/** Of one value an aggregation is that value. */
function splitAggregated(expr: Aggregation, context: Context): Split {
  const { op, args, at, grouping } = expr;
  const hint = 'divide the sums instead: sum(rate(bad[5m])) / sum(rate(total[5m]))';
  const refused = `${op} of ratios loses how many requests each stands for`;
  const inner = args[0]!;
  if (args.length > 1 || !['avg', 'sum', 'min', 'max'].includes(op) || isOfSeries(inner)) {
    refuse(refused, at, hint, args.length === 1 ? only(inner.at, at) : null);
  }
  if (grouping.labels.length > 0) refuse(refused, at, hint, only(inner.at, at));
  return splitOf(inner, context);
}

/** Whether a division is one for each series: neither of its sides is a sum. */
function isOfSeries(given: Expr): boolean {
  const expr = unwrap(given);
  if (expr.kind === 'Binary') return isOfSeries(expr.left) || isOfSeries(expr.right);
  return expr.kind === 'Call' && ['rate', 'increase', 'irate'].includes(expr.name);
}

function splitBinary(expr: Binary, context: Context): Split {
  const { operator, left, right, at } = expr;
  const scaled = scaledBy(expr);
  if (scaled && holdsDivision(scaled.inner)) {
    const split = splitOf(scaled.inner, context);
    return { ...split, scale: split.scale * scaled.factor };
  }
  if (operator.op === '/') return divided(expr, context);
  const whole = numberOf(left) ?? vectorOf(left);
  if (operator.op === '-' && whole !== null) {
    const split = splitOf(right, context);
    matching(split, whole, expr);
    return { ...split, isRest: !split.isRest };
  }
  if (operator.op === 'or') return orElse(expr, context);
  if (['>', '<', '>=', '<=', '==', '!='].includes(operator.op)) {
    if (operator.op === '>=' && isAboveZero(expr) && holdsDivision(left))
      return neverBelow(splitOf(left, context), expr);
    const hint = 'write the ratio alone: targetPercent says how much may be bad';
    const kept = numberOf(left) === null ? left : right;
    refuse('a comparison answers with a threshold already applied', operator.at, hint, only(kept.at, at));
  }
  if (operator.op === 'and' && holdsDivision(left)) {
    const split = splitOf(left, context);
    const all = split.bottom.terms.map(({ counter }) => counter);
    if (isTrafficGuard(expr, all, context)) return split;
  }
  if (operator.op === 'and' || operator.op === 'unless') {
    const hint = 'write the ratio alone: with too little traffic there is no verdict anyway';
    const edit = only((holdsDivision(left) ? left : right).at, at);
    refuse(`${operator.op} lets an answer through only at times`, operator.at, hint, edit);
  }
  if (!holdsDivision(expr)) return refuseUndivided(expr, context);
  return refuse(
    `${operator.op} of a ratio and something else is no ratio`,
    operator.at,
    'write one division of two sums',
  );
}

function divided(expr: Binary, context: Context): Split {
  const { left, right } = expr;
  if (isAverage(left, right, context)) refuseAverage(expr, context);
  const [top, bottom] = [sideOf(left, context, 'Top'), sideOf(right, context, 'Bottom')];
  sameKind(top, bottom, expr);
  return { top, bottom, scale: 1, isRest: false };
}

/** `A / B or vector(0)`: what stands where there is nothing is never taken for an answer, so only its meaning has to fit. */
function orElse(expr: Binary, context: Context): Split {
  const { operator, left, right, at } = expr;
  const otherwise = vectorOf(right);
  if (otherwise === null) {
    return holdsDivision(expr)
      ? refuse(
          'or of a ratio and something else is no ratio',
          operator.at,
          'write one division of two sums',
          isNumbersOnly(left) ? only(right.at, at) : null,
        )
      : refuseUndivided(expr, context);
  }
  const compared = unwrap(left);
  const guarded = compared.kind === 'Binary' && isAboveZero(compared) && holdsDivision(compared.left);
  const split = guarded ? neverBelow(splitOf(compared.left, context), compared) : splitOf(left, context);
  if (otherwise === 0) return split;
  const isWhole = close(otherwise, Math.abs(factorOf(split, at)));
  if (isWhole && answersWith(split, expr)?.to === 'Good') return split;
  const hint = 'leave it out: missing data is never taken for healthy, nor for failed';
  return refuse(`vector(${otherwise}) stands for an answer where there is none`, operator.at, hint, only(left.at, at));
}

const isNumbersOnly = (expr: Expr): boolean => numberOf(expr) !== null || vectorOf(expr) !== null;

/** A comparison with zero takes nothing away where nothing is less. */
function neverBelow(split: Split, expr: Expr): Split {
  const { top, total } = sumsOf(split, expr);
  if (isNeverNegative(top) && isNeverNegative(total)) return split;
  return refuse('this guard leaves out what is below zero', expr.at, 'take away only a part of what is counted');
}

/** `1 - good/total`, `100 - 100 * good/total`: what is taken away has to be on the same scale. */
function matching(split: Split, whole: number, { at }: Binary): void {
  const factor = factorOf(split, at);
  if (!close(factor, whole)) {
    refuse(`${whole} is not the whole of a ratio on a scale of 0 to ${factor}`, at, 'write 1 - good / total');
  }
}

/** Cut off where no ratio of the two can be, which changes nothing. */
function clamped(name: string, args: readonly Expr[], expr: Expr, context: Context): Split {
  const { at } = expr;
  const [ratio] = args;
  if (!ratio || args.length !== (name === 'clamp' ? 3 : 2)) {
    refuse(`${name} has the wrong number of arguments`, at, 'write the ratio alone');
  }
  const split = splitOf(ratio, context);
  const bounds = args
    .slice(1)
    .map((bound) => numberOf(bound) ?? refuse('the bound is no number', bound.at, 'write 0 or 1', only(ratio.at, at)));
  const least = name === 'clamp_max' ? null : bounds[0]!;
  const most = name === 'clamp_min' ? null : bounds.at(-1)!;
  const { answer, total } = sumsOf(split, expr);
  const alone = only(ratio.at, at);
  if (least !== null && !(least <= 0)) {
    refuse(`${name} raises a small ratio to ${least}`, at, 'write the ratio alone', alone);
  }
  if (least !== null && !(isNeverNegative(answer) && isNeverNegative(total))) {
    refuse('the ratio is cut off below, and may be less than that', at, 'write the ratio alone, without clamp', alone);
  }
  if (most !== null && !(most >= factorOf(split, at) && isShare(answer, total))) {
    refuse('the ratio is cut off, and may be larger than that', at, 'write the ratio alone, without clamp', alone);
  }
  return split;
}

/** What the query itself answers with; null: its form does not tell. */
export function answersWith(split: Split, expr: Expr): Leans | null {
  const { top, total } = sumsOf(split, expr);
  const leans = leaningOf(top, total);
  return leans && split.isRest ? { ...leans, to: opposite(leans.to) } : leans;
}

/** `top` over `total` is the quotient; `answer` what the query answers with. */
export function sumsOf(split: Split, expr: Expr): { top: CounterSum; answer: CounterSum; total: CounterSum } {
  const total = signed(split.bottom.terms, expr);
  const top = signed(split.top.terms, expr);
  return { top, answer: split.isRest ? rest(total, top) : top, total };
}

/** What the quotient of the plain counts is multiplied by in the end. */
export function factorOf({ top, bottom, scale }: Split, at: Expr['at']): number {
  return (scale * magnitude(top.terms, at)) / magnitude(bottom.terms, at);
}

/** Whether a division of counts stands within, so that a factor belongs to the ratio and not to one of its sides. */
function holdsDivision(given: Expr): boolean {
  const expr = unwrap(given);
  if (expr.kind === 'Binary') {
    return (
      (expr.operator.op === '/' && numberOf(expr.right) === null) ||
      holdsDivision(expr.left) ||
      holdsDivision(expr.right)
    );
  }
  if (expr.kind === 'Subquery' || expr.kind === 'Negation') return holdsDivision(expr.inner);
  if (expr.kind === 'Call' && expr.name === 'histogram_fraction') return true;
  return (expr.kind === 'Call' || expr.kind === 'Aggregation') && expr.args.some(holdsDivision);
}
