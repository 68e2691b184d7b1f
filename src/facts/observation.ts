/**
 * What a reconcile knows of the world: facts gathered by adapters, judged by nobody yet. Everything here is plain data,
 * so that the lab, a recording and Google's APIs can all supply it.
 */
import type { Freshness, History, Reading } from './counts.ts';
import type { Inspection } from './inspection.ts';
import type { Revision } from './revision.ts';
import type { Service } from './service.ts';

export interface Observation {
  /** null: Cloud Run says that there is no such service. */
  readonly service: Service | null;
  /** The revisions that were looked at, by short name; null: it does not exist (any more). */
  readonly revisions: Readonly<Record<string, Revision | null>>;
  /** By objective; one that could not be asked is missing. Nothing was asked where it is empty. */
  readonly freshness: Readonly<Record<string, Freshness>>;
  readonly readings: readonly Reading[];
  readonly history: readonly History[];
  /** By objective, where a dry run was asked for and answered. */
  readonly inspections: Readonly<Record<string, Inspection>> | null;
}
