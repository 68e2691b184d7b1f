/** A pasted ratio of bad to total, split at its division. */
import { type Binary, type Expr, unwrap } from '../ast.ts';
import { type Context, counterOf } from './leaf.ts';
import type { CounterSum, RatioCounters } from './model.ts';
import { refuse, refusing } from './refusal.ts';
import { isNeverNegative, isShare } from './share.ts';
import { isZeroVector, numberOf, type Side, sameKind, scaledBy, sideOf, type Term } from './sum.ts';
import { parsePasted } from './text.ts';

/** Throws QueryRefused with the position in `query`. */
export function readRatio(query: string, context: Context): RatioCounters {
  return refusing(() => {
    const expr = parsePasted(query);
    return countersOf(splitOf(expr, context), expr);
  });
}

/** One of the two counters given apart: a selector, or a sum as it stands on one side of a division. */
export function readCounter(query: string, context: Context): CounterSum {
  return refusing(() => {
    const expr = parsePasted(query);
    const bare = unwrap(expr);
    if (bare.kind === 'Selector') return [{ sign: 1, counter: counterOf(bare, context) }];
    return signed(sideOf(expr, context).terms, expr);
  });
}

/** The two counters given apart, as one. */
export const ratioOf = (bad: CounterSum, total: CounterSum): RatioCounters => ({
  events: isShare(bad, total) ? 'Share' : 'Rate',
  bad,
  total,
});

interface Split {
  readonly top: Side;
  readonly bottom: Side;
  /** What the quotient is multiplied by: 1, or 100 for percent. */
  readonly scale: number;
  /** The quotient is what is good; bad is the rest. */
  readonly isGood: boolean;
}

function splitOf(given: Expr, context: Context): Split {
  const expr = unwrap(given);
  if (expr.kind === 'Binary') return splitBinary(expr, context);
  if (expr.kind === 'Call' && /^clamp(_min|_max)?$/.test(expr.name))
    return clamped(expr.name, expr.args, expr, context);
  if (expr.kind === 'Call' && expr.name === 'histogram_quantile') {
    const hint = 'write it under latency: {threshold: 300ms, query: …}';
    refuse('a quantile is no ratio', expr.at, hint);
  }
  if (expr.kind === 'Aggregation' && holdsDivision(expr)) {
    const hint = 'divide the sums instead: sum(rate(bad[5m])) / sum(rate(total[5m]))';
    refuse(`${expr.op} of ratios loses how many requests each stands for`, expr.at, hint);
  }
  return refuseUndivided(expr);
}

const refuseUndivided = ({ at }: Expr): never =>
  refuse('there is no division', at, 'write sum(rate(bad[5m])) / sum(rate(total[5m])), or ratio: {bad, total}');

function splitBinary(expr: Binary, context: Context): Split {
  const { operator, left, right } = expr;
  const scaled = scaledBy(expr);
  if (scaled && holdsDivision(scaled.inner)) {
    const split = splitOf(scaled.inner, context);
    return { ...split, scale: split.scale * scaled.factor };
  }
  if (operator.op === '/') {
    const [top, bottom] = [sideOf(left, context), sideOf(right, context)];
    sameKind(top, bottom, expr);
    return { top, bottom, scale: 1, isGood: false };
  }
  const whole = numberOf(left);
  if (operator.op === '-' && whole !== null) {
    const split = splitOf(right, context);
    if (split.isGood) refuse('the complement of a complement', expr.at, 'write the ratio of bad to total');
    return { ...split, isGood: true, scale: matching(split, whole, expr) };
  }
  if (operator.op === 'or' && isZeroVector(right)) return splitOf(left, context);
  if (['>', '<', '>=', '<=', '==', '!='].includes(operator.op)) {
    const hint = 'write the ratio alone: targetPercent says how much may be bad';
    refuse('a comparison answers with a threshold already applied', operator.at, hint);
  }
  if (operator.op === 'and' || operator.op === 'unless') {
    const hint = 'write the ratio alone: with too little traffic there is no verdict anyway';
    refuse(`${operator.op} lets an answer through only at times`, operator.at, hint);
  }
  if (!holdsDivision(expr)) return refuseUndivided(expr);
  return refuse(
    `${operator.op} of a ratio and something else is no ratio`,
    operator.at,
    'write one division of two sums',
  );
}

/** `1 - good/total`, `100 - 100 * good/total`: what is taken away has to be on the same scale. */
function matching(split: Split, whole: number, { at }: Binary): number {
  const factor = factorOf(split, at);
  if (!close(factor, whole)) {
    refuse(`${whole} is not the whole of a ratio on a scale of 0 to ${factor}`, at, 'write 1 - good / total');
  }
  return split.scale;
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
    .map((bound) => numberOf(bound) ?? refuse('the bound is no number', bound.at, 'write 0 or 1'));
  const least = name === 'clamp_max' ? null : bounds[0]!;
  const most = name === 'clamp_min' ? null : bounds.at(-1)!;
  const { bad, total } = sumsOf(split, expr);
  if (least !== null && !(least <= 0)) refuse(`${name} raises a small ratio to ${least}`, at, 'write the ratio alone');
  if (least !== null && !(isNeverNegative(bad) && isNeverNegative(total))) {
    refuse('the ratio is cut off below, and may be less than that', at, 'write the ratio alone, without clamp');
  }
  if (most !== null && !(most >= factorOf(split, at) && isShare(bad, total))) {
    refuse('the ratio is cut off, and may be larger than that', at, 'write the ratio alone, without clamp');
  }
  return split;
}

function countersOf(split: Split, expr: Expr): RatioCounters {
  const factor = factorOf(split, expr.at);
  if (!close(factor, 1) && !close(factor, 100)) {
    refuse(`the ratio is multiplied by ${factor}`, expr.at, 'write the plain ratio, or 100 times it');
  }
  const { bad, total } = sumsOf(split, expr);
  return ratioOf(bad, total);
}

function sumsOf(split: Split, expr: Expr): Pick<RatioCounters, 'bad' | 'total'> {
  const total = signed(split.bottom.terms, expr);
  const top = signed(split.top.terms, expr);
  return { bad: split.isGood ? rest(total, top) : top, total };
}

/** What a part leaves of the whole. What stands in both is left out, unless nothing would be left. */
function rest(whole: CounterSum, part: CounterSum): CounterSum {
  const left = [...whole];
  const taken = part.filter((one) => {
    const same = left.findIndex((other) => JSON.stringify(other) === JSON.stringify(one));
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
  const all = [...left, ...negated(taken)];
  return all.some(({ sign }) => sign > 0) ? all : [...whole, ...negated(part)];
}

const negated = (sum: CounterSum): CounterSum => sum.map(({ sign, counter }) => ({ sign: sign > 0 ? -1 : 1, counter }));

/** What the quotient of the plain counts is multiplied by in the end. */
function factorOf({ top, bottom, scale }: Split, at: Expr['at']): number {
  return (scale * magnitude(top.terms, at)) / magnitude(bottom.terms, at);
}

/** All counters of a sum have to be multiplied by the same number: a weighted sum counts no events. */
function magnitude(terms: readonly Term[], at: Expr['at']): number {
  const [first] = terms;
  const size = Math.abs(first!.factor);
  if (size === 0 || !Number.isFinite(size)) refuse(`a count times ${size} counts nothing`, at, 'remove the factor');
  if (!terms.every(({ factor }) => close(Math.abs(factor), size))) {
    refuse('the counters of a sum are weighted differently', at, 'add them as they are');
  }
  return size;
}

function signed(terms: readonly Term[], { at }: Expr): CounterSum {
  magnitude(terms, at);
  if (!terms.some(({ factor }) => factor > 0)) refuse('a negative count', at, 'write a count of events');
  return terms.map(({ factor, counter }) => ({ sign: factor > 0 ? 1 : -1, counter }));
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
  return (expr.kind === 'Call' || expr.kind === 'Aggregation') && expr.args.some(holdsDivision);
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b);
