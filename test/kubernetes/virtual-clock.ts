import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so; sleepers wake in the order of their due times. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(lengthMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#nowMs + lengthMs, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** Lets time pass, giving everyone who wakes the chance to act at the instant of waking. */
  async advance(lengthMs: number): Promise<void> {
    const untilMs = this.#nowMs + lengthMs;
    await settle();
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.dueMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  /** How long until the next sleeper wakes; undefined: nobody sleeps. */
  nextInMs(): number | undefined {
    const next = this.#earliest();
    return next === undefined ? undefined : next.dueMs - this.#nowMs;
  }

  #earliest(): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers)
      if (earliest === undefined || sleeper.dueMs < earliest.dueMs) earliest = sleeper;
    return earliest;
  }
}

/** Lets promises that are already settled run their course. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Waits for real I/O on this machine to bring something about. */
export async function until(what: () => boolean, description = what.toString()): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!what()) {
    if (performance.now() > deadlineMs) throw new Error(`never happened: ${description}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
