/** How a call is made: in bounded time, told to whoever counts, with all retrying in this one place. */
import type { CallOptions } from 'google-gax';
import pRetry from 'p-retry';
import { type Code, codeOf, isPassing, meaning, type Question } from './errors.ts';

export type OnCall = (method: string, code: Code, seconds: number) => void;

export interface Pace {
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly readRetries: number;
  readonly firstRetryMs: number;
}

const unhurried: Pace = { readTimeoutMs: 10_000, writeTimeoutMs: 15_000, readRetries: 2, firstRetryMs: 500 };

export interface CallerOptions {
  readonly onCall: OnCall;
  readonly signal: AbortSignal;
  readonly pace?: Pace;
}

type Call<T> = (options: CallOptions) => Promise<T>;

export class Caller {
  readonly #onCall: OnCall;
  readonly #signal: AbortSignal;
  readonly #pace: Pace;

  constructor(options: CallerOptions) {
    this.#onCall = options.onCall;
    this.#signal = options.signal;
    this.#pace = options.pace ?? unhurried;
  }

  /** Resolves to null where Google says that there is no such thing. Tries again what may pass. */
  async read<T>(question: Question, call: Call<T>): Promise<T | null> {
    try {
      return await pRetry(() => this.#once(question.method, this.#pace.readTimeoutMs, call), {
        retries: this.#pace.readRetries,
        minTimeout: this.#pace.firstRetryMs,
        randomize: true,
        maxRetryTime: 2 * this.#pace.readTimeoutMs,
        signal: this.#signal,
        shouldRetry: ({ error }) => isPassing(error),
      });
    } catch (error) {
      if (codeOf(error) === 'NOT_FOUND') return null;
      throw meaning(error, question, 'Read');
    }
  }

  /** Sent once: whether a write may be sent again is for the caller to say, who checks the lease and reads first. */
  async write<T>(question: Question, call: Call<T>): Promise<T> {
    try {
      return await this.#once(question.method, this.#pace.writeTimeoutMs, call);
    } catch (error) {
      throw meaning(error, question, 'Write');
    }
  }

  async #once<T>(method: string, timeoutMs: number, call: Call<T>): Promise<T> {
    const startedMs = performance.now();
    const told = (code: Code) => this.#onCall(method, code, (performance.now() - startedMs) / 1000);
    try {
      // `retry: null` turns off the library's own retrying, which would hide the first error behind a time-out.
      const answer = await call({ timeout: timeoutMs, retry: null });
      told('OK');
      return answer;
    } catch (error) {
      told(codeOf(error));
      throw error;
    }
  }
}
