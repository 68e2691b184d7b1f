/** A query that cannot be taken apart into counters: where, why, and what to write instead. */
import { PromqlError, type Span } from '../error.ts';

/** A change of the query's text: what stands at `at` becomes what `text` makes of the pieces of the query. */
export interface Edit {
  readonly at: Span;
  readonly text: (piece: (of: Span) => string) => string;
}

export class QueryRefused extends Error {
  readonly position: Span;
  readonly hint: string;
  /** What would make the query one that can be counted by, as far as this refusal goes. */
  readonly edit: Edit | null;

  /** `message` is a clause without a full stop, `hint` begins in lower case: "write …". */
  constructor(message: string, position: Span, hint: string, edit: Edit | null = null) {
    super(message);
    this.position = position;
    this.hint = hint;
    this.edit = edit;
  }
}

export function refuse(message: string, position: Span, hint: string, edit: Edit | null = null): never {
  throw new QueryRefused(message, position, hint, edit);
}

/** "1:23", as Prometheus counts: lines and columns from 1. */
export function placeText(query: string, { from }: Span): string {
  const lines = query.slice(0, from).split('\n');
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}

/** So many edits in a row make a query what can be counted by; more are no advice. */
const mostEdits = 12;

/**
 * `read` of the query. What the language itself refuses becomes a refusal like the others, and where edits make the query
 * one that is read, the hint is that query as it should be pasted.
 */
export function refusing<T>(query: string, read: (query: string) => T): T {
  try {
    return plainly(query, read);
  } catch (error) {
    if (!(error instanceof QueryRefused) || error.edit === null) throw error;
    const edited = mended(query, error.edit, read);
    throw edited === null ? error : new QueryRefused(error.message, error.position, `write ${edited}`);
  }
}

function plainly<T>(query: string, read: (query: string) => T): T {
  try {
    return read(query);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const at = error.position ?? { from: 0, to: 0 };
    const [group] = /^group_(?:left|right)\s*(?:\([^()]*\))?/.exec(query.slice(at.from)) ?? [];
    const edit = group === undefined ? null : without({ from: at.from, to: at.from + group.length });
    throw new QueryRefused(error.message, at, adviceFor(error.message), edit);
  }
}

/** The query with this edit and those that it needs besides; null where they do not lead to one that is read. */
function mended(query: string, first: Edit, read: (query: string) => unknown): string | null {
  let text = query;
  let edit: Edit | null = first;
  for (let edits = 0; edit !== null && edits < mostEdits; edits++) {
    text = applied(text, edit);
    try {
      plainly(text, read);
      return onOneLine(text);
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
      edit = error.edit;
    }
  }
  return null;
}

const applied = (query: string, { at, text }: Edit): string =>
  query.slice(0, at.from) + text(({ from, to }) => query.slice(from, to)) + query.slice(at.to);

/** Strings stay what they are; remarks go. */
const onOneLine = (query: string): string =>
  query
    .replace(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|#[^\n]*|\s+/g, (_, string?: string) => string ?? ' ')
    .replace(/ +/g, (blanks, at: number, whole: string) => (isQuotedAt(whole, at) ? blanks : ' '))
    // What a grouping leaves behind.
    .replace(/\bsum \(/g, (text, at: number, whole: string) => (isQuotedAt(whole, at) ? text : 'sum('))
    .trim();

const isQuotedAt = (text: string, at: number): boolean =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g)].some(
    ({ 0: string, index }) => index < at && at < index + string.length,
  );

function adviceFor(message: string): string {
  if (message.includes('modifier @')) return 'remove the @ modifier: the operator chooses the time';
  if (message.includes('modifier group_'))
    return 'divide one sum by another: sum(…) / sum(…), without a group modifier';
  if (message.includes('modifier fill')) return 'remove fill: no count is made up here';
  if (message.includes('duration')) return 'write the window as a plain duration such as 5m';
  return 'write PromQL that Prometheus 2 accepts, such as sum(rate(bad[5m])) / sum(rate(total[5m]))';
}

/** Only this part is left of the query. */
export const only = (kept: Span, whole: Span): Edit => ({ at: whole, text: (piece) => piece(kept) });

/** This part is put into a call. */
export const wrapped = (at: Span, before: string, after: string): Edit => ({
  at,
  text: (piece) => `${before}${piece(at)}${after}`,
});

export const without = (at: Span): Edit => ({ at, text: () => '' });
