/** Time, and whether this process may still write. */

/** The world's time, which in the lab runs faster than the wall's. */
export interface Clock {
  nowMs(): number;
  /** Resolves after `lengthMs` of this clock's time; rejects with the signal's reason when aborted. */
  sleep(lengthMs: number, signal?: AbortSignal): Promise<void>;
}

/** Whether this process may still write: what a lease cannot promise to Google's APIs by itself. */
export interface Fence {
  /** Throws when the lease's deadline has passed on the monotonic clock. */
  check(): void;
}
