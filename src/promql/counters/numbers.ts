/** Expressions of numbers alone, and what they do to what stands beside them. */
import { type Binary, type Expr, unwrap } from '../ast.ts';

/** The value of an expression of numbers alone. */
export function numberOf(given: Expr): number | null {
  const expr = unwrap(given);
  if (expr.kind === 'Number') return expr.value;
  if (expr.kind === 'Negation') {
    const inner = numberOf(expr.inner);
    return inner === null ? null : expr.op === '-' ? -inner : inner;
  }
  if (expr.kind !== 'Binary') return null;
  const [a, b] = [numberOf(expr.left), numberOf(expr.right)];
  if (a === null || b === null) return null;
  const value = { '+': a + b, '-': a - b, '*': a * b, '/': a / b } as Readonly<Record<string, number>>;
  return value[expr.operator.op] ?? null;
}

/** vector(0) and what comes to the same. */
export const isZeroVector = (given: Expr): boolean => vectorOf(given) === 0;

/** The number that a vector is made of. */
export function vectorOf(given: Expr): number | null {
  const expr = unwrap(given);
  const isVector = expr.kind === 'Call' && expr.name === 'vector' && expr.args.length === 1;
  return isVector ? numberOf(expr.args[0]!) : null;
}

/** `100 * x`, `x * 100`, `x / 2`: the number, and what it scales. */
export function scaledBy({ operator, left, right }: Binary): { inner: Expr; factor: number } | null {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (operator.op === '*' && a !== null) return { inner: right, factor: a };
  if (operator.op === '*' && b !== null) return { inner: left, factor: b };
  if (operator.op === '/' && b !== null) return { inner: left, factor: 1 / b };
  return null;
}

/** A comparison that takes away nothing but zeros, of what is never negative. */
export const isAboveZero = ({ operator, right }: Binary): boolean =>
  ['>', '>=', '!='].includes(operator.op) && !operator.bool && numberOf(right) === 0;

/** A guard against a division by zero that changes no count anybody would look at. */
export const isTiny = (bound: number | null, most: number): boolean => bound !== null && bound >= 0 && bound <= most;

export const close = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= 1e-9 * Math.abs(b);
