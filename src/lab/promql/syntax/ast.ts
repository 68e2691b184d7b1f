/** A parsed query: the supported subset of PromQL, with everything that is text already understood. */
import type { SeriesFilter } from '../../store.ts';
import type { Span } from '../error.ts';

export type Expr = NumberLiteral | Paren | Selector | Range | Subquery | Negation | Binary | Aggregation | Call;

export interface NumberLiteral {
  readonly kind: 'Number';
  readonly at: Span;
  readonly value: number;
}

export interface Paren {
  readonly kind: 'Paren';
  readonly at: Span;
  readonly inner: Expr;
}

export interface Selector {
  readonly kind: 'Selector';
  readonly at: Span;
  readonly filter: SeriesFilter;
  readonly matchers: readonly Matcher[];
  /** null: none was given. */
  readonly offsetMs: number | null;
}

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
  matches(value: string): boolean;
}

export interface Range {
  readonly kind: 'Range';
  readonly at: Span;
  readonly selector: Selector;
  readonly rangeMs: number;
  readonly offsetMs: number | null;
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

export const ARITHMETIC = ['+', '-', '*', '/', '%', '^'] as const;
export const COMPARISONS = ['==', '!=', '<=', '<', '>=', '>'] as const;
export const SET_OPERATORS = ['and', 'or', 'unless'] as const;
export type ArithmeticOp = (typeof ARITHMETIC)[number];
export type ComparisonOp = (typeof COMPARISONS)[number];
export type SetOp = (typeof SET_OPERATORS)[number];
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
  readonly grouping: { readonly kind: 'by' | 'without'; readonly labels: readonly string[] };
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
