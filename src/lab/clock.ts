/** The world's two clocks: one that is pushed, for tests and rehearsals, and one that runs with the wall's, faster. */
import { setTimeout as wallSleep } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/** How many times the event loop is let go round after a sleeper woke: enough for promise chains and in-process fakes. */
const settlingRounds = 4;

/** Stands still until it is pushed. Work that a sleeper's waking starts is finished before time moves on. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #sleepers: Sleeper[] = [];
  /** Work outside of this process. Its failures are the business of whoever began it. */
  readonly #outside = new Set<Promise<unknown>>();
  readonly #onMove: (nowMs: number) => void;

  /** `onMove` is told each new time before anyone wakes to it: the world moves along. */
  constructor(startMs: number, onMove: (nowMs: number) => void = () => {}) {
    this.#nowMs = startMs;
    this.#onMove = onMove;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(lengthMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (lengthMs <= 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { dueMs: this.#nowMs + lengthMs, wake: resolve };
    this.#add(sleeper);
    const abort = () => {
      this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
      reject(signal!.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Time stands still until this has ended, however long it really takes: an answer of a real server. */
  standFor<T>(work: Promise<T>): Promise<T> {
    this.#outside.add(work);
    return work.finally(() => this.#outside.delete(work));
  }

  advance(lengthMs: number): Promise<void> {
    return this.runUntil(this.#nowMs + lengthMs);
  }

  /** Wakes everyone who is due until then, in order, one after the other. */
  async runUntil(ms: number): Promise<void> {
    await this.#settled();
    for (let next = this.#sleepers[0]; next !== undefined && next.dueMs <= ms; next = this.#sleepers[0]) {
      this.#sleepers.shift();
      this.#moveTo(next.dueMs);
      next.wake();
      await this.#settled();
    }
    this.#moveTo(ms);
    await this.#settled();
  }

  /** Behind everyone who is due at the same time. */
  #add(sleeper: Sleeper): void {
    const later = this.#sleepers.findIndex((other) => other.dueMs > sleeper.dueMs);
    this.#sleepers.splice(later === -1 ? this.#sleepers.length : later, 0, sleeper);
  }

  async #settled(): Promise<void> {
    await rounds();
    while (this.#outside.size > 0) {
      await Promise.allSettled(this.#outside);
      await rounds();
    }
  }

  #moveTo(ms: number): void {
    if (ms <= this.#nowMs) return;
    this.#nowMs = ms;
    this.#onMove(ms);
  }
}

async function rounds(): Promise<void> {
  for (let round = 0; round < settlingRounds; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs `speed` times as fast as the wall's clock. */
export class PacedClock implements Clock {
  readonly speed: number;
  readonly #startMs: number;
  readonly #wallStartMs: number;

  /** It was `startMs` when the wall's clock said `wallStartMs`. */
  constructor(startMs: number, speed: number, wallStartMs = Date.now()) {
    this.speed = speed;
    this.#startMs = startMs;
    this.#wallStartMs = wallStartMs;
  }

  nowMs(): number {
    return Math.floor(this.#startMs + (Date.now() - this.#wallStartMs) * this.speed);
  }

  async sleep(lengthMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const dueMs = this.nowMs() + lengthMs;
    try {
      // A timer may ring a moment before its time by the clock.
      for (let leftMs = lengthMs; leftMs > 0; leftMs = dueMs - this.nowMs()) {
        await wallSleep(leftMs / this.speed, undefined, signal === undefined ? {} : { signal });
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }
}
