/** Trouble that a test has the API server make. */
import type { IncomingMessage } from 'node:http';
import { Failure } from './failure.ts';

/** A request as a fault hook sees it. */
export interface Question {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly userAgent: string;
}

/** What goes wrong with one request; undefined: nothing. */
export type Fault =
  /** An error answer, such as 429 with Retry-After, 500, 401 or 410. */
  | {
      readonly kind: 'Answer';
      readonly code: number;
      readonly reason: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** The connection is reset before an answer. */
  | { readonly kind: 'Reset' }
  /** Accepted and never answered. */
  | { readonly kind: 'Hang' }
  /** A watch that goes well for some lines, bookmarks included, and then ends or goes dead. */
  | { readonly kind: 'Watch'; readonly afterLines: number; readonly then: WatchEnd };

/**
 * CutMidLine: half a line, then the end. Reset: the connection is torn down. Silence: half-open, nothing comes any more.
 * Close: a clean end. Expired and Error: an ERROR event with 410 or 500, then a clean end. Garbage: a line that is no JSON.
 */
export type WatchEnd = 'CutMidLine' | 'Reset' | 'Silence' | 'Close' | 'Expired' | 'Error' | 'Garbage';

export type Faults = (question: Question) => Fault | undefined;

/** Plays the faults that come before an answer; true when there will be none. Throws Failure for an error answer. */
export function misbehaves(fault: Fault | undefined, request: IncomingMessage): boolean {
  switch (fault?.kind) {
    case 'Answer': {
      const { code, reason, message = `the lab was told to answer ${code}`, retryAfterSeconds } = fault;
      const headers = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) };
      throw new Failure(code, reason, message, {}, headers);
    }
    case 'Reset':
      request.socket.resetAndDestroy();
      return true;
    case 'Hang':
      return true;
    default:
      return false;
  }
}
