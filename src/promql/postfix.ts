/** What stands behind an operand: `[5m]`, `[1h:1m]`, `offset 5m`, each only where Prometheus allows it. */
import type { SyntaxNode } from '@lezer/common';
import type { Expr } from './ast.ts';
import { invalid, type Span, unsupported } from './error.ts';
import { parseDurationMs } from './literals.ts';

export function range(operand: Expr, rangeMs: number, to: number): Expr {
  const at = { from: operand.at.from, to };
  if (operand.kind !== 'Selector') throw invalid('ranges only allowed for vector selectors', at);
  if (operand.offsetMs !== null) throw invalid('no offset modifiers allowed before range', at);
  return { kind: 'Range', at, selector: operand, rangeMs: positive(rangeMs, at), offsetMs: null, bare: at };
}

export function subquery(operand: Expr, rangeMs: number, stepMs: number | null, to: number): Expr {
  const at = { from: operand.at.from, to };
  const step = stepMs === null ? null : positive(stepMs, at);
  return { kind: 'Subquery', at, inner: operand, rangeMs: positive(rangeMs, at), stepMs: step, offsetMs: null };
}

export function offset(operand: Expr, offsetMs: number, to: number): Expr {
  const at = { from: operand.at.from, to };
  if (operand.kind !== 'Selector' && operand.kind !== 'Range' && operand.kind !== 'Subquery') {
    throw invalid(
      'offset modifier must be preceded by an instant vector selector, a range vector selector or a subquery',
      at,
    );
  }
  if (operand.offsetMs !== null) throw invalid('offset may not be set multiple times', at);
  return { ...operand, at, offsetMs };
}

/** A literal duration, in an offset also a negative one. */
export function durationMs(node: SyntaxNode, query: string): number {
  const text = query.slice(node.from, node.to);
  const negative = node.name === 'OffsetDurationExpr' && text.startsWith('-');
  const parsedMs = parseDurationMs(negative ? text.slice(1).trimStart() : text);
  if (parsedMs === undefined) throw unsupported(`duration ${text}`, node);
  return negative ? -parsedMs : parsedMs;
}

function positive(lengthMs: number, at: Span): number {
  if (lengthMs > 0) return lengthMs;
  throw invalid('duration must be greater than 0', at);
}
