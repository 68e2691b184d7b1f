/** What a query may fail with. */

/** Offsets into the query's text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `Query`: the text cannot be understood or is not supported. `Execution`: the data does not allow an answer. */
export type PromqlErrorKind = 'Query' | 'Execution';

export class PromqlError extends Error {
  readonly kind: PromqlErrorKind;
  readonly position: Span | null;

  constructor(kind: PromqlErrorKind, message: string, position: Span | null) {
    super(message);
    this.kind = kind;
    this.position = position;
  }
}

export const unsupported = (what: string, position: Span): PromqlError =>
  new PromqlError('Query', `unsupported ${what}`, position);

export const invalid = (message: string, position: Span): PromqlError => new PromqlError('Query', message, position);

export const failed = (message: string, position: Span): PromqlError => new PromqlError('Execution', message, position);
