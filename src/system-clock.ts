/** The wall's time. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './ports/clock.ts';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (lengthMs, signal) => wait(lengthMs, undefined, signal === undefined ? {} : { signal }),
};
