/** One stream of watched changes, bounded and seen to stall. */
import type { Clock } from '../../ports/clock.ts';
import { Unavailable } from '../../ports/errors.ts';
import { Expired } from '../http/errors.ts';
import type { WatchLine } from './listwatch.ts';

/** Servers send a bookmark about every minute, without promising to: only one that has done so is missed. */
const silenceMs = 120_000;
/** How much later than asked for a server may end a stream. */
const graceMs = 30_000;

export interface StreamOptions {
  readonly clock: Clock;
  /** What the server was asked for. */
  readonly lengthMs: number;
  readonly stop: AbortSignal;
}

/**
 * Reads a watch to its end. Ended: by the server, cleanly. Stalled: it went silent, or would not end, and was given up.
 * Throws Expired or Unavailable for an ERROR event and for a stream that breaks off.
 */
export async function readStream(
  open: (signal: AbortSignal) => Promise<AsyncIterable<WatchLine>>,
  take: (line: WatchLine) => void,
  { clock, lengthMs, stop }: StreamOptions,
): Promise<'Ended' | 'Stalled'> {
  const over = new AbortController();
  const stalled = new Error('the watch went silent');
  const deadlineMs = clock.nowMs() + lengthMs + graceMs;
  let heardMs = clock.nowMs();
  let sawBookmark = false;
  const giveUpAt = async (dueMs: () => number): Promise<void> => {
    for (let leftMs = dueMs() - clock.nowMs(); leftMs > 0; leftMs = dueMs() - clock.nowMs()) {
      await clock.sleep(leftMs, over.signal);
    }
    over.abort(stalled);
  };
  const watchdog = (dueMs: () => number): void => void giveUpAt(dueMs).catch(() => undefined);

  watchdog(() => deadlineMs);
  try {
    for await (const line of await open(AbortSignal.any([stop, over.signal]))) {
      heardMs = clock.nowMs();
      if (line.type === 'ERROR') throw errorEvent(line);
      if (line.type === 'BOOKMARK' && !sawBookmark) watchdog(() => heardMs + silenceMs);
      sawBookmark ||= line.type === 'BOOKMARK';
      take(line);
    }
    return 'Ended';
  } catch (error) {
    if (over.signal.reason === stalled) return 'Stalled';
    throw error;
  } finally {
    over.abort();
  }
}

/** What the server says in the stream instead of by the answer's code. */
function errorEvent({ object }: WatchLine): Error {
  const { code, message } = object as unknown as { readonly code?: number; readonly message?: string };
  const text = `the watch ended with ${code}: ${message}`;
  return code === 410 ? new Expired(text) : new Unavailable(text);
}
