/**
 * What a reconcile has to find out before it can decide: as little as possible, since every question is somebody's quota.
 */
import type { Indicator, Objective } from '../policy/policy.ts';

/** How much of the stable's past is asked for at the beginning of a rollout. */
export const historyMs = 6 * 3_600_000;

export interface Due {
  readonly objective: Objective;
  /** Those that are compared. */
  readonly revisions: readonly string[];
  /** Where it was last judged. */
  readonly fromMs: number;
  /** A tick has counted since the arms began to be compared. */
  readonly begun: boolean;
}

/** Samples come with jitter: so much of a tick is a tick. */
const leastTick = 0.8;

/** Up to `toMs` there is enough to ask for: a tick, or whatever there is when a comparison has just begun. */
export const isDue = ({ fromMs, begun }: Pick<Due, 'fromMs' | 'begun'>, toMs: number, tickMs: number): boolean =>
  begun ? toMs - fromMs >= leastTick * tickMs : toMs > fromMs;

/**
 * Where the counts begin. A window shorter than samples are apart may hold none of a series that goes on, so the first one
 * reaches back before the split: it is judged as one that holds the change.
 */
export const startOf = ({ fromMs, begun }: Pick<Due, 'fromMs' | 'begun'>, toMs: number, tickMs: number): number =>
  begun ? fromMs : Math.min(fromMs, toMs - tickMs);

export interface Questions {
  readonly revisions: readonly string[];
  /** Ask for counts per objective, from where each was last judged. */
  readonly counts: readonly Due[];
  /** Ask for this revision's past. */
  readonly historyOf: string | null;
  /** Ask what the source makes of each objective's query. */
  readonly inspect: boolean;
  /** Ask how full these revisions' instances were in every minute that ended after `fromMs`. */
  readonly saturation: SaturationQuestion | null;
  /** Ask how many instances were killed for want of memory since then. */
  readonly outOfMemorySinceMs: number | null;
  /** Ask what the autoscaler aims at on this revision. */
  readonly targetsOf: string | null;
  /** Ask which code these revisions run. */
  readonly digestsOf: readonly string[];
  /** Ask what was counted over the window of the error budget. */
  readonly budget: BudgetQuestion | null;
}

/** As the metrics are asked (ports/metrics.ts), but for whose they are. */
export interface BudgetQuestion {
  readonly series: readonly {
    readonly name: string;
    readonly indicator: Indicator;
    readonly allowedBadFraction: number;
    readonly timeSliceMs: number | null;
  }[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SaturationQuestion {
  readonly revisions: readonly string[];
  readonly fromMs: number;
}
