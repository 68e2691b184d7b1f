/** The operators on numbers, as Go computes them. */
import type { ArithmeticOp, ComparisonOp } from '../../../promql/ast.ts';

/** A comparison without `bool` keeps or drops a sample; everything else computes a new value. */
export type Operation =
  | { readonly kind: 'Compute'; readonly compute: (left: number, right: number) => number }
  | { readonly kind: 'Filter'; readonly keeps: (left: number, right: number) => boolean };

const computing: Readonly<Record<ArithmeticOp, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': power,
};

const comparing: Readonly<Record<ComparisonOp, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

export function operationOf(op: ArithmeticOp | ComparisonOp, bool: boolean): Operation {
  if (!isComparison(op)) return { kind: 'Compute', compute: computing[op] };
  const keeps = comparing[op];
  return bool ? { kind: 'Compute', compute: (left, right) => (keeps(left, right) ? 1 : 0) } : { kind: 'Filter', keeps };
}

function isComparison(op: ArithmeticOp | ComparisonOp): op is ComparisonOp {
  return op in comparing;
}

/** One to any power is one, and so is minus one to an infinite power; JavaScript says NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}

const { POSITIVE_INFINITY: INFINITY, NEGATIVE_INFINITY: MINUS_INFINITY } = Number;

/** Of infinity and NaN the larger is infinity; JavaScript says NaN. */
export function larger(a: number, b: number): number {
  return a === INFINITY || b === INFINITY ? INFINITY : Math.max(a, b);
}

/** Of minus infinity and NaN the smaller is minus infinity. */
export function smaller(a: number, b: number): number {
  return a === MINUS_INFINITY || b === MINUS_INFINITY ? MINUS_INFINITY : Math.min(a, b);
}
