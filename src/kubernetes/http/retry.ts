/** Calls that are tried again where that is worthwhile. */
import pRetry from 'p-retry';
import { Unavailable } from '../../ports/errors.ts';
import { Throttled, typedError } from './errors.ts';

/** The longest that a server's Retry-After is waited for inside a call; the caller's own back-off takes over from there. */
const longestWaitMs = 10_000;

export interface Patience {
  readonly retries: number;
  readonly firstDelayMs: number;
  /** A pause keeps no process alive: nobody waits for the answer. */
  readonly inBackground?: boolean;
}

export const once: Patience = { retries: 0, firstDelayMs: 0 };
export const patient: Patience = { retries: 3, firstDelayMs: 250 };
/** Some three minutes. */
export const lasting: Patience = { retries: 6, firstDelayMs: 500, inBackground: true };

/**
 * Calls the API server, again where a passing failure (429, 5xx, no connection) makes that worthwhile.
 * Throws Conflict, Refused (NotFound), Expired or Unavailable (Throttled), and nothing else.
 */
export function persistently<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  return pRetry(
    async () => {
      try {
        return await call();
      } catch (error) {
        throw typedError(error);
      }
    },
    {
      retries: patience.retries,
      minTimeout: patience.firstDelayMs,
      factor: 3,
      randomize: true,
      unref: patience.inBackground ?? false,
      onFailedAttempt: ({ error, retriesLeft }) => (retriesLeft > 0 ? asLongAsAsked(error) : undefined),
      shouldRetry: ({ error }) => error instanceof Unavailable && !asksForTooLong(error),
    },
  );
}

const asksForTooLong = (error: Error): boolean => error instanceof Throttled && error.retryAfterMs > longestWaitMs;

async function asLongAsAsked(error: Error): Promise<void> {
  if (error instanceof Throttled && !asksForTooLong(error)) {
    await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs));
  }
}
