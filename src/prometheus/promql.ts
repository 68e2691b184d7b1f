/** What the metrics adapter needs from a PromQL engine: over HTTP in production, in process in the lab. */

import type { Labels, Vector } from '../counting/vector.ts';
import type { UnknownReason } from '../facts/answer.ts';
import type { MetricsSource } from '../policy/policy.ts';

/** Failures are thrown as PromqlFailure. Instants are epoch milliseconds. */
export interface PromqlClient {
  instant(source: MetricsSource, query: string, atMs: number): Promise<Vector>;
  /** Evaluates at startMs, startMs + stepMs, … up to endMs. */
  range(source: MetricsSource, query: string, startMs: number, endMs: number, stepMs: number): Promise<Matrix>;
}

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export type Matrix = readonly { readonly labels: Labels; readonly points: readonly Point[] }[];

type FailureReason = Extract<UnknownReason, 'ProviderError' | 'RateLimited' | 'Stale'>;

/** The answer could not be had, or cannot be trusted; the message is one sentence for people. */
export class PromqlFailure extends Error {
  readonly reason: FailureReason;
  /** The same question may well be answered a moment later. */
  readonly isPassing: boolean;
  /** The server understood the request and refuses the query itself. */
  readonly isRefusal: boolean;
  /** It was too much for the server, or for us, to be answered at once; a part of it may well be. */
  readonly isTooMuch: boolean;

  constructor(
    reason: FailureReason,
    message: string,
    options: { isPassing: boolean; isRefusal?: boolean; isTooMuch?: boolean; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.isPassing = options.isPassing;
    this.isRefusal = options.isRefusal ?? false;
    this.isTooMuch = options.isTooMuch ?? false;
  }
}
