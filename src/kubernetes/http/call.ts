/** One request to the API server, as data. */

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of the body; a patch has several. */
  readonly contentType?: string;
  /** From the call to the end of the answer. */
  readonly timeoutMs?: number;
}

/** What came of a call: null, or why nothing did. */
export type OnAnswer = (call: Call, error: Error | null) => void;
