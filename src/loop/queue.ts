/** A work queue with client-go's promises. */
import type { Clock } from '../ports/clock.ts';
import { Fifo } from './fifo.ts';
import { Timers } from './timers.ts';

/** Numbers for metrics, under the meanings of client-go's workqueue metrics. */
export interface QueueState {
  /** Ready to be taken. */
  readonly depth: number;
  readonly processing: number;
  /** Waiting for their time. */
  readonly delayed: number;
  readonly adds: number;
  readonly retries: number;
  readonly longestRunningMs: number;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** The first retry's delay; every further one doubles it. */
  readonly retryBaseMs?: number;
  readonly retryCapMs?: number;
}

/**
 * A work queue with client-go's promises: a key is handled by one worker at a time; adding a key that is already waiting
 * does nothing; adding one that is being processed runs it once more when it is done. Every key that is taken must be
 * given back with `done`, and `forget` says that its retries start afresh.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #retryBaseMs: number;
  readonly #retryCapMs: number;
  /** Ready keys in order. A key here is also dirty, and never in processing. */
  readonly #fifo = new Fifo<string>();
  /** Keys that need processing, whether they wait in the fifo or for their present run to end. */
  readonly #dirty = new Set<string>();
  /** Keys in a worker's hands, and since when. */
  readonly #processing = new Map<string, number>();
  readonly #timers = new Timers();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #drained = Promise.withResolvers<void>();
  #alarm: { readonly atMs: number; readonly cancel: AbortController } | undefined;
  #closed = false;
  #adds = 0;
  #retries = 0;

  constructor(options: QueueOptions) {
    this.#clock = options.clock;
    this.#retryBaseMs = options.retryBaseMs ?? 5;
    this.#retryCapMs = options.retryCapMs ?? 5 * 60_000;
  }

  add(key: string): void {
    if (this.#closed || this.#dirty.has(key)) return;
    this.#adds++;
    this.#dirty.add(key);
    if (this.#processing.has(key)) return;
    this.#fifo.push(key);
    this.#handOut();
  }

  /** Adds the key after a delay; of several delays of one key the earliest due time counts. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#clock.nowMs() + delayMs;
    if (this.#closed) return;
    this.#timers.set(key, dueMs);
    this.#setAlarm();
  }

  /** Adds the key after its own exponential delay. */
  addRateLimited(key: string): void {
    if (this.#closed) return;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#retries++;
    this.addAfter(key, Math.min(this.#retryCapMs, this.#retryBaseMs * 2 ** failures));
  }

  /** The key went well, or will not be tried again: its delays start from the beginning. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, first in first out; undefined once the queue is shut down and empty. */
  take(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#handOut();
    });
  }

  /** Gives back a key that was taken; it is ready again at once if it was added meanwhile. */
  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    if (this.#dirty.has(key)) this.#fifo.push(key);
    this.#handOut();
  }

  /** Accepts nothing more and drops what waits for its time. Resolves when everything taken or ready is done. */
  shutdown(): Promise<void> {
    this.#closed = true;
    this.#timers.clear();
    this.#alarm?.cancel.abort();
    this.#handOut();
    return this.#drained.promise;
  }

  state(): QueueState {
    const nowMs = this.#clock.nowMs();
    return {
      depth: this.#fifo.size,
      processing: this.#processing.size,
      delayed: this.#timers.size,
      adds: this.#adds,
      retries: this.#retries,
      longestRunningMs: Math.max(0, ...Array.from(this.#processing.values(), (sinceMs) => nowMs - sinceMs)),
    };
  }

  #handOut(): void {
    while (this.#fifo.size > 0) {
      const taker = this.#takers.shift();
      if (taker === undefined) return;
      const key = this.#fifo.shift()!;
      this.#dirty.delete(key);
      this.#processing.set(key, this.#clock.nowMs());
      taker(key);
    }
    if (!this.#closed) return;
    // A key that runs again is dirty without being ready: workers wait for it rather than leave it behind.
    if (this.#dirty.size > 0) return;
    for (const taker of this.#takers.splice(0)) taker(undefined);
    if (this.#processing.size === 0) this.#drained.resolve();
  }

  /** One sleeper for all delays, set to the earliest. */
  #setAlarm(): void {
    const atMs = this.#timers.nextMs;
    if (atMs === undefined || (this.#alarm !== undefined && this.#alarm.atMs <= atMs)) return;
    this.#alarm?.cancel.abort();
    const cancel = new AbortController();
    this.#alarm = { atMs, cancel };
    this.#clock.sleep(atMs - this.#clock.nowMs(), cancel.signal).then(
      () => this.#ring(),
      () => undefined,
    );
  }

  #ring(): void {
    this.#alarm = undefined;
    const nowMs = this.#clock.nowMs();
    for (let key = this.#timers.takeDue(nowMs); key !== undefined; key = this.#timers.takeDue(nowMs)) this.add(key);
    this.#setAlarm();
  }
}
