/** A query that cannot be taken apart into counters: where, why, and what to write instead. */
import { PromqlError, type Span } from '../error.ts';

export class QueryRefused extends Error {
  readonly position: Span;
  readonly hint: string;

  /** `message` is a clause without a full stop, `hint` begins in lower case: "write …". */
  constructor(message: string, position: Span, hint: string) {
    super(message);
    this.position = position;
    this.hint = hint;
  }
}

export function refuse(message: string, position: Span, hint: string): never {
  throw new QueryRefused(message, position, hint);
}

/** "1:23", as Prometheus counts: lines and columns from 1. */
export function placeText(query: string, { from }: Span): string {
  const lines = query.slice(0, from).split('\n');
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}

/** What the language itself refuses becomes a refusal like the others. */
export function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    throw new QueryRefused(error.message, error.position ?? { from: 0, to: 0 }, adviceFor(error.message));
  }
}

function adviceFor(message: string): string {
  if (message.includes('modifier @')) return 'remove the @ modifier: the operator chooses the time';
  if (message.includes('modifier group_'))
    return 'divide one sum by another: sum(…) / sum(…), without a group modifier';
  if (message.includes('modifier fill')) return 'remove fill: a missing count is zero';
  if (message.includes('duration')) return 'write the window as a plain duration such as 5m';
  return 'write PromQL that Prometheus 2 accepts, such as sum(rate(bad[5m])) / sum(rate(total[5m]))';
}
