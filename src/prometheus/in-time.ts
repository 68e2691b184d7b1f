/** What a revision is judged by waits neither for many questions in a row that only look, nor for their turns. */
import { setTimeout as wallSleep } from 'node:timers/promises';
import { PromqlFailure } from './promql.ts';

/** By the wall's clock: a little longer than one question may take. */
const patienceMs = 15_000;

/** Rejects with a PromqlFailure when it takes longer; what is answered later is there for the next look. */
export function inTime<T>(answer: Promise<T>, lengthMs: number = patienceMs): Promise<T> {
  const end = new AbortController();
  const late = wallSleep(lengthMs, undefined, { ref: false, signal: end.signal }).then(() => {
    const message = `It was not answered within ${lengthMs / 1000} s, and the look went on without it.`;
    throw new PromqlFailure('ProviderError', message, { isPassing: true });
  });
  return Promise.race([answer, late]).finally(() => end.abort());
}
