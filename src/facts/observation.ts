/**
 * What a reconcile knows of the world: facts gathered by adapters, judged by nobody yet. Everything here is plain data,
 * so that the lab, a recording and Google's APIs can all supply it.
 */
import type { Answer } from './answer.ts';
import type { BudgetCounts } from './budget.ts';
import type { Counts, Freshness, History } from './counts.ts';
import type { Inspection } from './inspection.ts';
import type { Revision } from './revision.ts';
import type { OutOfMemory, SaturationMinutes } from './saturation.ts';
import type { Service } from './service.ts';
import type { ScalingTargets } from './settings.ts';

export interface Observation {
  /** Its newest ready revision is put right by what the revisions say. null: Cloud Run says that there is no such service. */
  readonly service: Service | null;
  /** The revisions that were looked at, by short name; null: it does not exist (any more). */
  readonly revisions: Readonly<Record<string, Revision | null>>;
  /** By the objective's name; one of which nothing was asked is missing. */
  readonly objectives: Readonly<Record<string, ObjectiveFacts>>;
  /** How full the instances were. What was not asked is missing, here and below. */
  readonly saturation?: Answer<SaturationMinutes>;
  /** How many instances were killed for want of memory. */
  readonly outOfMemory?: Answer<OutOfMemory>;
  /** What the autoscaler aims at on the newest revision; null: it cannot be set here. */
  readonly targets?: Answer<ScalingTargets | null>;
  /** The digest of the code that a revision runs, by its name; null: it is not told. */
  readonly digests?: Readonly<Record<string, string | null>>;
  /** What was counted over the window of the error budget. */
  readonly budget?: Answer<BudgetCounts>;
}

/** What was asked of one objective; what was not asked is missing. */
export interface ObjectiveFacts {
  readonly freshness?: Answer<Freshness>;
  readonly counts?: Answer<Counts>;
  readonly history?: Answer<History>;
  /** A dry run of its query. */
  readonly inspection?: Answer<Inspection>;
}
