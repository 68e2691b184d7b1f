/** A vector selector: a metric name, matchers, or both. */
import type { SyntaxNode } from '@lezer/common';
import { invalid, unsupported } from '../error.ts';
import { METRIC_NAME } from '../labels.ts';
import type { Matcher, Selector } from './ast.ts';
import { parseString } from './literals.ts';
import { filterOf, matcher } from './matchers.ts';

export function selector(node: SyntaxNode, query: string): Selector {
  const text = (part: SyntaxNode): string => query.slice(part.from, part.to);
  const at = { from: node.from, to: node.to };
  const name = node.getChild('Identifier');
  const braces = node.getChild('LabelMatchers');
  const quoted = braces?.getChild('QuotedLabelName') ?? braces?.getChild('QuotedLabelMatcher') ?? null;
  if (quoted !== null) throw unsupported(`quoted name ${text(quoted)}`, { from: quoted.from, to: quoted.to });

  const written = (braces?.getChildren('UnquotedLabelMatcher') ?? []).map((part) => labelMatcher(part, text));
  if (name === null) return { kind: 'Selector', at, matchers: written, filter: filterOf(written, at), offsetMs: null };

  const second = written.find(({ label }) => label === METRIC_NAME);
  if (second !== undefined)
    throw invalid(`metric name must not be set twice: "${text(name)}" or "${second.value}"`, at);
  const matchers = [matcher(METRIC_NAME, '=', text(name), at), ...written];
  return { kind: 'Selector', at, matchers, filter: filterOf(matchers, at), offsetMs: null };
}

function labelMatcher(node: SyntaxNode, text: (part: SyntaxNode) => string): Matcher {
  const literal = node.getChild('StringLiteral')!;
  const value = parseString(text(literal));
  const at = { from: literal.from, to: literal.to };
  if (value === undefined) throw unsupported(`string ${text(literal)}`, at);
  return matcher(text(node.getChild('LabelName')!), text(node.getChild('MatchOp')!) as Matcher['op'], value, at);
}
