/** A parsed query, with everything that is text already understood. Plain data: what a matcher matches is told where it is asked. */
import type { Span } from './error.ts';

export type Expr =
  | NumberLiteral
  | StringLiteral
  | Paren
  | Selector
  | Range
  | Subquery
  | Negation
  | Binary
  | Aggregation
  | Call;

export interface NumberLiteral {
  readonly kind: 'Number';
  readonly at: Span;
  readonly value: number;
}

export interface StringLiteral {
  readonly kind: 'String';
  readonly at: Span;
  readonly value: string;
}

export interface Paren {
  readonly kind: 'Paren';
  readonly at: Span;
  readonly inner: Expr;
}

export interface Selector {
  readonly kind: 'Selector';
  readonly at: Span;
  /** The metric's name, where it is given, is the matcher `__name__="…"`, and the first. */
  readonly matchers: readonly Matcher[];
  /** A name in quotes within the braces, which Prometheus knows from version 3 on, and Google Managed Prometheus. */
  readonly quoted: Span | null;
  /** null: none was given. */
  readonly offsetMs: number | null;
}

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
  readonly at: Span;
}

/** The label that holds a metric's name. */
export const metricName = '__name__';

export interface Range {
  readonly kind: 'Range';
  readonly at: Span;
  readonly selector: Selector;
  readonly rangeMs: number;
  readonly offsetMs: number | null;
  /** Without an offset. */
  readonly bare: Span;
}

export interface Subquery {
  readonly kind: 'Subquery';
  readonly at: Span;
  readonly inner: Expr;
  readonly rangeMs: number;
  readonly stepMs: number | null;
  readonly offsetMs: number | null;
}

/** Unary minus; a plus also forbids what a minus forbids, and changes nothing. */
export interface Negation {
  readonly kind: 'Negation';
  readonly at: Span;
  readonly op: '-' | '+';
  readonly inner: Expr;
}

export const arithmetic = ['+', '-', '*', '/', '%', '^'] as const;
export const comparisons = ['==', '!=', '<=', '<', '>=', '>'] as const;
export const setOperators = ['and', 'or', 'unless'] as const;
export type ArithmeticOp = (typeof arithmetic)[number];
export type ComparisonOp = (typeof comparisons)[number];
export type SetOp = (typeof setOperators)[number];
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

export interface Matching {
  readonly kind: 'on' | 'ignoring';
  readonly labels: readonly string[];
}

export interface BinaryOperator {
  readonly op: BinaryOp;
  readonly at: Span;
  /** `bool`: a comparison answers 0 or 1 instead of filtering. */
  readonly bool: boolean;
  /** null: on all labels. */
  readonly matching: Matching | null;
}

export interface Binary {
  readonly kind: 'Binary';
  readonly at: Span;
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
}

export interface Aggregation {
  readonly kind: 'Aggregation';
  readonly at: Span;
  readonly op: string;
  /** `at` null: none is written, which is as `by ()`. */
  readonly grouping: { readonly kind: 'by' | 'without'; readonly labels: readonly string[]; readonly at: Span | null };
  readonly args: readonly Expr[];
}

export interface Call {
  readonly kind: 'Call';
  readonly at: Span;
  readonly name: string;
  readonly args: readonly Expr[];
}

/** What stands inside any number of parentheses. */
export function unwrap(expr: Expr): Expr {
  return expr.kind === 'Paren' ? unwrap(expr.inner) : expr;
}

/** What an expression is made of. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'Paren':
    case 'Subquery':
    case 'Negation':
      return [expr.inner];
    case 'Binary':
      return [expr.left, expr.right];
    case 'Aggregation':
    case 'Call':
      return expr.args;
    case 'Range':
      return [expr.selector];
    default:
      return [];
  }
}

/** Every selector within. */
export const selectorsIn = (expr: Expr): readonly Selector[] =>
  expr.kind === 'Selector' ? [expr] : partsOf(expr).flatMap(selectorsIn);
