/**
 * Queries are pasted from dashboards and rule templates, where the window is a variable. The window is replaced anyway,
 * so within brackets any is as good as another; everywhere else a variable's value is not known here.
 */
import { refuse } from './refusal.ts';

const window = /\[\s*(?:\$\w+|\$\{\w+(?::\w+)?\}|\[\[\w+(?::\w+)?\]\]|\{\{-?\s*[.$]?\w+\s*-?\}\})\s*\]/g;
const variable = /\$\{\w[^}]*\}|\$\w+|\[\[\w+(?::\w+)?\]\]|\{\{[^{}"]*\}\}/;

/** The query with a plain window for each variable one, every other character where it was. */
export function withoutPlaceholders(query: string): string {
  const plain = blankQuoted(query).replace(window, (text) => `[5m${' '.repeat(text.length - 4)}]`);
  const found = variable.exec(plain) ?? variableInString(query);
  if (found) {
    const at = { from: found.index, to: found.index + found[0].length };
    refuse(`${found[0]} is a variable of a dashboard or template`, at, 'write its value: nothing fills it in here');
  }
  return restored(plain, query);
}

/** Strings and comments. */
const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*/gs;

/** What is between quotes, or said in a comment, is no part of the language. */
export const blankQuoted = (query: string): string => query.replace(quoted, (text) => ' '.repeat(text.length));

/** `blanked` with the strings and comments of `query`, whose places are the same in both. */
function restored(blanked: string, query: string): string {
  let text = '';
  for (const { 0: string, index } of query.matchAll(quoted)) text += blanked.slice(text.length, index) + string;
  return text + blanked.slice(text.length);
}

/** Within a string `$` is also the end of a regular expression, so only what cannot be one is a variable. */
function variableInString(query: string): RegExpExecArray | null {
  for (const string of query.matchAll(quoted)) {
    const found = string[0].startsWith('#')
      ? null
      : /\$\{\w+(?::\w+)?\}|\$[A-Za-z_]\w*|\[\[\w+(?::\w+)?\]\](?!\w)|\{\{-?\s*[.$][^{}]*\}\}/.exec(string[0]);
    if (found) {
      found.index += string.index;
      return found;
    }
  }
  return null;
}
