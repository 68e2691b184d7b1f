/** Time that never goes back. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';

/** A clock that no one can set back: for leases, back-off and time-outs, which stay on the wall's pace in the lab too. */
export const monotonicClock: Clock = {
  nowMs: () => performance.now(),
  sleep: async (lengthMs, signal) => {
    try {
      await wait(lengthMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
