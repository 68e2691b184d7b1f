/**
 * Which revision is the newest that is ready. A service says so itself, but what it says may stay behind for as long as the
 * revision has no traffic, which is just while it waits to be rolled out; so the newest revision's own word counts.
 */
import type { Observation } from '../facts/observation.ts';
import type { Service } from '../facts/service.ts';
import type { Status } from '../status/status.ts';
import { isParked } from './tuned.ts';

/** There is nothing to find out about it: it is stable, or rejected, or withdrawn for good. */
export const isJudged = ({ stable, rejected, withdrawn, tuner }: Status, revision: string): boolean =>
  revision === stable?.revision ||
  Boolean(rejected?.some((entry) => entry.revision === revision)) ||
  isParked({ tuner }, revision) ||
  (withdrawn?.revision === revision && !mayReturn(withdrawn));

/** What it was withdrawn for says nothing about it. */
export const mayReturn = ({ reason }: NonNullable<Status['withdrawn']>): boolean =>
  reason === 'MetricsOutage' || reason === 'InvalidSpec';

/**
 * The service with its newest ready revision put right, as far as the revisions that were looked at allow. The newest of all
 * is not ready because the service says so, nor failed because the service names another. One that was judged was ready then,
 * and need not be asked again. Where the newest of all is not ready, the service's own word is all there is.
 */
export function withNewestReady(service: Service, revisions: Observation['revisions'], known: Status): Service {
  const { latestCreated } = service;
  if (latestCreated === null || latestCreated === service.latestReady) return service;
  const isReady = revisions[latestCreated]?.ready === 'True' || isJudged(known, latestCreated);
  return isReady ? { ...service, latestReady: latestCreated } : service;
}

/** Something newer may be ready than when it was seen; by then the service's own word may have changed for what was known. */
export function isNewer(now: Service, seen: Service): boolean {
  if (now.latestCreated !== seen.latestCreated) return true;
  return seen.latestReady !== seen.latestCreated && now.latestReady !== seen.latestReady;
}
