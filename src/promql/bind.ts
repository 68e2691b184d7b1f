/**
 * Operator precedence. The grammar's tree cannot be used for it: it reads `a - b offset 1m` as `(a - b) offset 1m` and
 * `-1 ^ 2` as `(-1) ^ 2`, where Prometheus reads `a - (b offset 1m)` and `-(1 ^ 2)`. So an expression is laid flat, from
 * left to right as it is written, and bound again.
 */

import type { BinaryOp, BinaryOperator, Expr } from './ast.ts';
import type { Span } from './error.ts';

export type Piece =
  | { readonly kind: 'Operand'; readonly expr: Expr }
  | { readonly kind: 'Sign'; readonly op: '-' | '+'; readonly at: Span }
  | { readonly kind: 'Infix'; readonly operator: BinaryOperator }
  /** A range, a subquery or an offset: binds to the operand before it, tighter than any operator. */
  | { readonly kind: 'Postfix'; readonly apply: (operand: Expr) => Expr };

const bindingOf: Readonly<Record<BinaryOp, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<=': 3,
  '<': 3,
  '>=': 3,
  '>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};
/** A sign binds as a multiplication does: only powers, and what stands behind an operand, bind tighter. */
const signBinding = bindingOf['*'];

/** `pieces` are those of one expression without syntax errors. */
export function bind(pieces: readonly Piece[]): Expr {
  let next = 0;

  function expression(leastBinding: number): Expr {
    let left = operand();
    for (let piece = pieces[next]; piece?.kind === 'Infix'; piece = pieces[next]) {
      const { operator } = piece;
      const binding = bindingOf[operator.op];
      if (binding < leastBinding) break;
      next++;
      const right = expression(operator.op === '^' ? binding : binding + 1);
      left = { kind: 'Binary', at: { from: left.at.from, to: right.at.to }, operator, left, right };
    }
    return left;
  }

  function operand(): Expr {
    const piece = pieces[next++];
    if (piece?.kind === 'Sign') {
      const inner = expression(signBinding + 1);
      return { kind: 'Negation', at: { from: piece.at.from, to: inner.at.to }, op: piece.op, inner };
    }
    if (piece?.kind !== 'Operand') throw new Error(`an operand was expected, not ${piece?.kind}`);
    let expr = piece.expr;
    for (let postfix = pieces[next]; postfix?.kind === 'Postfix'; postfix = pieces[next]) {
      expr = postfix.apply(expr);
      next++;
    }
    return expr;
  }

  return expression(0);
}
