/** Counts, wherever they come from. An answer that cannot be had is Unknown, not a throw. */
import type { Answer } from '../facts/answer.ts';
import type { BudgetCounts } from '../facts/budget.ts';
import type { Counts, Freshness, History } from '../facts/counts.ts';
import type { Inspection } from '../facts/inspection.ts';
import type { SaturationMinutes } from '../facts/saturation.ts';
import type { ServiceRef } from '../facts/service.ts';
import type { Indicator, MetricsSource, Objective, Policy, SharedObjective } from '../policy/policy.ts';

export interface Metrics {
  /** How far an objective's samples reach, and how far apart they come. */
  freshness(asked: Asked, nowMs: number): Promise<Answer<Freshness>>;
  /** A dry run: can the objective be measured at all? */
  inspect(asked: Asked, nowMs: number): Promise<Answer<Inspection>>;
  /** Counts per revision over (fromMs, toMs]. */
  counts(question: CountsQuestion): Promise<Answer<Counts>>;
  /** The given revision's counts in ticks of `tickMs` up to `toMs`, oldest first; a tick without samples counts nothing. */
  history(question: HistoryQuestion): Promise<Answer<History>>;
  /** How full the revisions' instances were, in the complete minutes that ended after `fromMs` and can be seen by now. */
  saturation(question: SaturationQuestion): Promise<Answer<SaturationMinutes>>;
  /** What was counted over the error budget's window, all revisions together. */
  budget(question: BudgetQuestion): Promise<Answer<BudgetCounts>>;
}

export interface Asked {
  readonly source: MetricsSource;
  readonly service: ServiceRef;
  /** The label that names the revision in the app's own metrics. */
  readonly revisionLabel: string;
  readonly objective: Objective;
  /** It names no revision: whatever has its series counts. */
  readonly isShared?: true;
}

export const askedOf = ({ metrics: source, service, revisionLabel }: Policy, objective: Objective): Asked => ({
  source,
  service,
  revisionLabel,
  objective,
});

/** What is shared, as far as a dry run asks about it. */
export const askedOfShared = (
  policy: Policy,
  { name, allowedBadFraction, counters, timeSliceMs }: SharedObjective,
): Asked => {
  const indicator = { kind: 'Ratio', ...counters } as const;
  return { ...askedOf(policy, { name, allowedBadFraction, gate: false, timeSliceMs, indicator }), isShared: true };
};

export interface CountsQuestion extends Asked {
  readonly fromMs: number;
  readonly toMs: number;
  /** How far apart the samples come, at least 15 s. */
  readonly tickMs: number;
  /** Those that are compared: where a counter of one of them is missing, rather than not born yet, nothing is known. */
  readonly revisions: readonly string[];
  /** When the revisions that matter were created: the first signs of one that is too young to have had an earlier life count. */
  readonly createdAtMs: Readonly<Record<string, number>>;
}

/** Of Cloud Run's own metrics, wherever the policy's source has them. */
export interface SaturationQuestion {
  readonly source: MetricsSource;
  readonly service: ServiceRef;
  readonly revisions: readonly string[];
  readonly fromMs: number;
  readonly nowMs: number;
}

export interface HistoryQuestion extends Asked {
  readonly revision: string;
  readonly toMs: number;
  readonly lengthMs: number;
  readonly tickMs: number;
}

/** What is counted of one objective. */
export interface BudgetSeries {
  readonly name: string;
  readonly indicator: Indicator;
  /** What makes a slice a bad one. */
  readonly allowedBadFraction: number;
  /** null: it counts events, not slices. */
  readonly timeSliceMs: number | null;
}

export interface BudgetQuestion {
  readonly source: MetricsSource;
  readonly service: ServiceRef;
  readonly revisionLabel: string;
  readonly series: readonly BudgetSeries[];
  /** What was counted in (fromMs, toMs], both at whole cells, and at least as far back as burn rates look. */
  readonly fromMs: number;
  readonly toMs: number;
}
