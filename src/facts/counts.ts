/** What the metrics say of one objective: its counts by revision, its past, and how its samples come. */
export interface Tally {
  readonly bad: number;
  readonly total: number;
}

/** Counts per revision over the data-time window (fromMs, toMs]. */
export interface Counts {
  readonly fromMs: number;
  readonly toMs: number;
  /** How far apart its samples come, at least 15 s. */
  readonly tickMs: number;
  /** A revision that is missing showed no sample at all. */
  readonly byRevision: Readonly<Record<string, Tally>>;
  /**
   * Of a latency whose threshold lies between two boundaries of the histogram: the same at the boundary below. What is bad in
   * `byRevision` is slower than the boundary above.
   */
  readonly below?: Readonly<Record<string, Tally>>;
  /** How many instances each revision had, where that is known. */
  readonly instances?: Readonly<Record<string, number>>;
}

/** The stable's past, tick by tick, from which its usual rate and its noise are learnt. */
export interface History {
  readonly ticks: readonly Tally[];
  readonly tickMs: number;
  /** The same by instance, all ticks together, where the metrics tell instances apart. */
  readonly byInstance?: readonly Tally[];
}

/** Up to when samples are known to be complete, and how far apart they come. */
export interface Freshness {
  readonly newestMs: number | null;
  readonly intervalMs: number;
}
