/**
 * Queries are pasted from dashboards and rule templates, where the window is a variable. The window is replaced anyway,
 * so within brackets any is as good as another; everywhere else a variable's value is not known here.
 */
import { refuse } from './refusal.ts';

/** The ways in which templates write a variable, in whatever place. */
const anywhere = [
  String.raw`\$\{\w[^}]*\}`,
  String.raw`\$\(\w+\)`,
  String.raw`\[\[\w+(?::\w+)?\]\]`,
  String.raw`%\(\w+\)s`,
  '<%[^%]*%>',
  '<<[^<>]*>>',
  String.raw`#\{\w+\}`,
];

/** The names that people leave for a window. */
const windowNames = String.raw`[A-Z_]{3,}|\w*(?:window|interval|range|lookback|period|duration)\w*`;
const window = new RegExp(
  String.raw`(?<=[\w}:]\s*)\[\s*(?:(?:${anywhere.join('|')})[smhdw]?|\$\w+|\{\{[^{}]*\}\}|\{\w+\}|<[A-Za-z][\w .-]*>|\d{2,}|${windowNames})\s*\]`,
  'gi',
);

const variable = new RegExp(
  [
    ...anywhere,
    String.raw`\$\w+`,
    String.raw`\{\{[^{}"]*\}\}`,
    String.raw`<[A-Za-z][\w .-]*>`,
    String.raw`\[[A-Z][A-Z_]{2,}\]`,
  ].join('|'),
);

/** Within a string `$` is also the end of a regular expression, `<id>` and `{{id}}` a part of a path, and a class stands in brackets. */
const quotedVariable = new RegExp(
  [
    ...anywhere.map((text) => (text.startsWith(String.raw`\[\[`) ? String.raw`${text}(?!\w)` : text)),
    String.raw`(?<![/\\])\$(?!(?:metadata|batch|Default|external|SYS|pageview)\b)[A-Za-z_]\w*`,
    String.raw`(?<!/)\{\{[^{}]*\}\}`,
    String.raw`\{\{\s*-?[.$ ][^{}]*\}\}`,
    String.raw`(?<!/)<(?!(?:nil|none|null|error|unknown|empty|invalid|unset)>)[A-Za-z][\w .-]*>`,
    String.raw`\[(?:your|my)[-_ ]\w+\]`,
    String.raw`\bYOUR_\w+`,
    '%[A-Z_]{3,}%',
    '__[A-Z]+(?:_[A-Z]+)*__',
  ].join('|'),
);
/** A word in brackets: as a class of characters nobody writes a letter twice, nor a line between. */
const bracketed = /\[([A-Z][A-Z_]{2,})\]/g;

/** The query with a plain window for each variable one, every other character where it was. */
export function withoutPlaceholders(query: string): string {
  const plain = restored(
    blankQuoted(query, '\u0000').replace(window, (text) => `[5m${' '.repeat(Math.max(0, text.length - 4))}]`),
    query,
  );
  const found = variable.exec(blankQuoted(plain)) ?? variableInString(query);
  if (found) {
    const at = { from: found.index, to: found.index + found[0].length };
    refuse(`${found[0]} is a variable of a dashboard or template`, at, 'write its value: nothing fills it in here');
  }
  return plain;
}

/** Strings and comments. */
const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*/gs;

/** What is between quotes, or said in a comment, is no part of the language. */
export const blankQuoted = (query: string, blank = ' '): string =>
  query.replace(quoted, (text) => blank.repeat(text.length));

/** `blanked` with the strings and comments of `query`, whose places are the same in both, and hold \0 there. */
function restored(blanked: string, query: string): string {
  let text = '';
  for (const { 0: string, index } of query.matchAll(quoted)) {
    // A string within a window went with it.
    if (blanked[index] === '\u0000') text += blanked.slice(text.length, index) + string;
  }
  return text + blanked.slice(text.length);
}

function variableInString(query: string): { readonly 0: string; readonly index: number } | null {
  for (const { 0: text, index } of query.matchAll(quoted)) {
    if (text.startsWith('#')) continue;
    const found = quotedVariable.exec(text) ?? wordInBrackets(text, /[=!]~\s*$/.test(query.slice(0, index)));
    if (found) return { 0: found[0], index: index + found.index };
  }
  return null;
}

function wordInBrackets(text: string, isPattern: boolean): { readonly 0: string; readonly index: number } | null {
  for (const found of text.matchAll(bracketed)) {
    const word = found[1]!;
    const isClass =
      isPattern && !word.includes('_') && new Set(word).size === word.length && found[0].length < text.length - 2;
    if (!isClass) return found;
  }
  return null;
}
