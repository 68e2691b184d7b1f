/** The door for pasted text: bounded, its window variables filled in, parsed. */
import type { Expr } from '../ast.ts';
import { parse } from '../parse.ts';
import { blankQuoted, withoutPlaceholders } from './placeholders.ts';
import { refuse } from './refusal.ts';

/** Far above what people write. Beyond some thousand steps the grammar gives up and blames the first character. */
const most = { characters: 8192, nesting: 1000, operators: 250 };

/** Throws PromqlError and QueryRefused with the position in `query`. */
export function parsePasted(query: string): Expr {
  rejectTooLarge(query);
  return parse(withoutPlaceholders(query));
}

function rejectTooLarge(query: string): void {
  if (query.length > most.characters) {
    const at = { from: most.characters, to: query.length };
    refuse(`the query has ${query.length} characters`, at, `write one of at most ${most.characters}`);
  }
  let depth = 0;
  let operators = 0;
  for (const { 0: text, index } of blankQuoted(query).matchAll(/[()[\]{}]|[-+*/%^<>]|==|\b(?:and|or|unless)\b/gi)) {
    const at = { from: index, to: index + text.length };
    if (/[([{]/.test(text)) depth++;
    else if (/[)\]}]/.test(text)) depth--;
    else operators++;
    if (depth > most.nesting)
      refuse(`brackets within more than ${most.nesting} others`, at, 'remove the needless ones');
    if (operators > most.operators) {
      refuse(
        `the query has more than ${most.operators} operators`,
        at,
        'select what is added with one matcher: =~"a|b"',
      );
    }
  }
}
