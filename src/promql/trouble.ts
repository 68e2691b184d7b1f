/** The grammar repairs what it does not understand; nothing repaired is ever evaluated. */
import type { SyntaxNodeRef, Tree } from '@lezer/common';
import { invalid, type PromqlError } from './error.ts';

const LONGEST_QUOTE = 60;

export function firstSyntaxError(tree: Tree, query: string): PromqlError | null {
  let found: PromqlError | null = null;
  tree.iterate({
    enter(node) {
      if (found === null && node.type.isError) found = invalid(describe(node, query), { from: node.from, to: node.to });
      return found === null;
    },
  });
  return found;
}

function describe(error: SyntaxNodeRef, query: string): string {
  if (query.trim() === '') return 'no expression found in input';
  const rest = query.slice(error.from);
  if (rest.trim() === '') return 'unexpected end of input';
  const before = error.node.prevSibling;
  if (rest.startsWith('(') && before?.name === 'Identifier') {
    return `unknown function with name "${query.slice(before.from, before.to)}"`;
  }
  const text = query.slice(error.from, error.to) || /^\s*\S+/.exec(rest)?.[0].trim() || rest;
  return `unexpected ${JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text)}`;
}
