import type { Freshness, History, Reading } from '../facts/counts.ts';
import type { Inspection } from '../facts/inspection.ts';
import type { ServiceRef } from '../facts/service.ts';
import type { MetricsSource, Objective } from '../policy/policy.ts';

/** Counts, wherever they come from. An answer that cannot be had is a Reading of kind Unknown, not a throw. */
export interface Metrics {
  /** How far an objective's samples reach, and how far apart they come. */
  freshness(asked: Asked, nowMs: number): Promise<Freshness | MetricsFailure>;
  /** A dry run: can the objective be measured at all? */
  inspect(asked: Asked, nowMs: number): Promise<Inspection | MetricsFailure>;
  /** Counts per revision over (fromMs, toMs]. */
  counts(question: CountsQuestion): Promise<Reading>;
  /** The given revision's counts in ticks of `tickMs` up to `toMs`, oldest first; a tick without samples counts nothing. */
  history(question: HistoryQuestion): Promise<History | MetricsFailure>;
}

export interface Asked {
  readonly source: MetricsSource;
  readonly service: ServiceRef;
  /** The label that names the revision in the app's own metrics. */
  readonly revisionLabel: string;
  readonly objective: Objective;
}

export interface CountsQuestion extends Asked {
  readonly fromMs: number;
  readonly toMs: number;
  /** How far apart the samples come, at least 15 s. */
  readonly tickMs: number;
  /** When the revisions that matter were created: the first signs of one that is too young to have had an earlier life count. */
  readonly createdAtMs: Readonly<Record<string, number>>;
}

export interface HistoryQuestion extends Asked {
  readonly revision: string;
  readonly toMs: number;
  readonly lengthMs: number;
  readonly tickMs: number;
}

export interface MetricsFailure {
  readonly kind: 'Unknown';
  readonly reason: 'ProviderError' | 'RateLimited' | 'Stale';
  readonly message: string;
}
