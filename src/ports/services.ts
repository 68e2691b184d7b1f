/** Cloud Run, as the loop needs it. Every method may throw; a throw never means that traffic should move. */
import type { Revision } from '../facts/revision.ts';
import type { Service, ServiceRef } from '../facts/service.ts';
import type { Split } from '../facts/split.ts';

/** Cloud Run services and their revisions. null: it does not exist. */
export interface Services {
  /** As of the last list of its project and region, up to 30 s old: enough while nothing is going on. */
  glance(ref: ServiceRef): Promise<Service | null>;
  /** As it is now. */
  read(ref: ServiceRef): Promise<Service | null>;
  revision(ref: ServiceRef, name: string): Promise<Revision | null>;
  /**
   * Replaces the traffic by named revisions whose percents sum to 100, keeping `tags` (revision and tag pairs at 0 %).
   * Throws Conflict when the etag is no longer current, OutcomeUnknown when it may or may not have been applied.
   */
  setTraffic(ref: ServiceRef, split: Split, tags: readonly TagTarget[], etag: string): Promise<void>;
}

export interface TagTarget {
  readonly revision: string | null;
  readonly tag: string;
}
