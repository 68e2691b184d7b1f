/** A vector selector: a metric name, matchers, or both. */
import type { SyntaxNode } from '@lezer/common';
import { type Matcher, metricName, type Selector } from './ast.ts';
import { invalid, type Span, unsupported } from './error.ts';
import { parseString } from './literals.ts';

export function selector(node: SyntaxNode, query: string): Selector {
  const at = span(node);
  const name = node.getChild('Identifier');
  const braces = node.getChild('LabelMatchers');
  const parts = [
    ...(braces?.getChildren('UnquotedLabelMatcher') ?? []),
    ...(braces?.getChildren('QuotedLabelMatcher') ?? []),
  ].sort((a, b) => a.from - b.from);
  const quotedName = braces?.getChildren('QuotedLabelName') ?? [];
  const quoted = quotedName[0] ?? parts.find((part) => part.name === 'QuotedLabelMatcher');
  const named = [
    ...(name ? [nameMatcher(text(name, query), name)] : []),
    ...quotedName.map((part) => nameMatcher(stringAt(part.getChild('StringLiteral') ?? part, query), part)),
  ];
  const matchers = [...named, ...parts.map((part) => labelMatcher(part, query))];
  const [first, second] = matchers.filter(({ label }) => label === metricName);
  if (named.length > 0 && second !== undefined)
    throw invalid(`metric name must not be set twice: "${first!.value}" or "${second.value}"`, at);
  return { kind: 'Selector', at, matchers, quoted: quoted ? span(quoted) : null, offsetMs: null };
}

/** The text that a string literal means. */
export function stringAt(literal: SyntaxNode, query: string): string {
  const value = parseString(text(literal, query));
  if (value === undefined) throw unsupported(`string ${text(literal, query)}`, span(literal));
  return value;
}

const nameMatcher = (value: string, node: SyntaxNode): Matcher => ({
  label: metricName,
  op: '=',
  value,
  at: span(node),
});

function labelMatcher(node: SyntaxNode, query: string): Matcher {
  const literal = node.getChild('StringLiteral')!;
  const label = node.getChild('LabelName');
  const quoted = node.getChild('QuotedLabelName');
  return {
    label: label ? text(label, query) : stringAt(quoted?.getChild('StringLiteral') ?? quoted!, query),
    op: text(node.getChild('MatchOp')!, query) as Matcher['op'],
    value: stringAt(literal, query),
    at: span(literal),
  };
}

const text = ({ from, to }: SyntaxNode, query: string): string => query.slice(from, to);
const span = ({ from, to }: SyntaxNode): Span => ({ from, to });
