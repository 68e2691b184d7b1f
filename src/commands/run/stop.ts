/** How the operator is told to end, and that it does. */
import type { Logger } from 'pino';

/** Every command that runs long ends within 2 s. */
const longestEndMs = 1_800;

/** Aborts at the first signal; a second one ends the process at once. */
export function stopOnSignals(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      stop.abort(new Error('the operator is stopping'));
      // Whoever starts next goes on from the status, wherever this one was cut short.
      setTimeout(() => {
        log.warn('not everything came to its end in time');
        process.exit(0);
      }, longestEndMs).unref();
    });
  }
  return stop.signal;
}
