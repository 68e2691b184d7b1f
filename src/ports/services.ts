/** Cloud Run, as the loop needs it. Every method may throw; a throw never means that traffic should move. */
import type { Change } from '../facts/change.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service, ServiceRef } from '../facts/service.ts';
import type { ScalingTargets } from '../facts/settings.ts';

/** Cloud Run services and their revisions. null: it does not exist. */
export interface Services {
  /** As of the last list of its project and region, up to 30 s old: enough while nothing is going on. */
  glance(ref: ServiceRef): Promise<Service | null>;
  /** As it is now. */
  read(ref: ServiceRef): Promise<Service | null>;
  revision(ref: ServiceRef, name: string): Promise<Revision | null>;
  /** What the autoscaler aims at on a revision; null: it cannot be read or set here. */
  targets(ref: ServiceRef, revision: string): Promise<ScalingTargets | null>;
  /** The digest of the code that a revision runs; null: it is not told. */
  digest(ref: ServiceRef, revision: string): Promise<string | null>;
  /**
   * One masked request, under the lock of the service as it was `seen`; a new traffic keeps the tags that were seen. Resolves
   * once the change is accepted. Throws Conflict when the service has changed since, though Cloud Run may not look at the lock
   * and do it all the same: then the generation that is read afterwards tells; OutcomeUnknown when the change may or may
   * not have been applied, Refused and Unavailable when it was not: QuotaExceeded and TargetsNotSettable say of a refusal what
   * would be taken.
   */
  write(ref: ServiceRef, change: Change, seen: Service): Promise<void>;
}
