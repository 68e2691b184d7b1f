/** The grammar repairs what it does not understand; nothing repaired is ever evaluated. */
import type { SyntaxNodeRef, Tree } from '@lezer/common';
import { invalid, type PromqlError } from './error.ts';

const longestQuote = 60;

export function firstSyntaxError(tree: Tree, query: string): PromqlError | null {
  let found: PromqlError | null = null;
  tree.iterate({
    enter(node) {
      if (found === null && node.type.isError) found = describe(node, query);
      return found === null;
    },
  });
  return found;
}

function describe(error: SyntaxNodeRef, query: string): PromqlError {
  const end = { from: query.length, to: query.length };
  if (query.trim() === '') return invalid('no expression found in input', end);
  const rest = query.slice(error.from);
  if (rest.trim() === '') return invalid('unexpected end of input', end);
  const before = error.node.prevSibling;
  if (rest.startsWith('(') && before?.name === 'Identifier') {
    return invalid(`unknown function with name "${query.slice(before.from, before.to)}"`, before);
  }
  // Where something is missing, the place of the error has no length: what stands there instead is named.
  const from = error.from + rest.length - rest.trimStart().length;
  const text = query.slice(from, error.to) || (/^(?:\w+|.)/u.exec(query.slice(from))?.[0] ?? '');
  const shown = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
  return invalid(`unexpected ${JSON.stringify(shown)}`, { from, to: from + text.length });
}
