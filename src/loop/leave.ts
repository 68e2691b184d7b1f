/**
 * A policy was deleted in mid-rollout: the traffic goes back to stable, once, if it is still ours. Best effort by the
 * running operator; there is no finalizer that could block a namespace.
 */

import type { Service, ServiceRef } from '../facts/service.ts';
import { all, namedSplit, same } from '../facts/split.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Fence } from '../ports/clock.ts';
import type { Services } from '../ports/services.ts';
import type { Status } from '../status/status.ts';

/** What was done, in a sentence, or null where there was nothing to do. */
export async function leave(
  ports: { services: Services; fence: Fence },
  { spec, status }: StoredPolicy,
): Promise<string | null> {
  const stable = status.rollout?.control ?? (status.guard?.controlSince ? status.guard.revision : undefined);
  const ref = enforced(spec);
  if (ref === null || stable === undefined) return null;
  const service = await ports.services.read(ref);
  if (service === null || !ours(service, status)) return null;
  if ((await ports.services.revision(ref, stable)) === null) return null;
  const tags = service.traffic.flatMap(({ revision, tag }) => (tag === undefined ? [] : [{ revision, tag }]));
  ports.fence.check();
  await ports.services.setTraffic(ref, all(stable), tags, service.etag);
  return `The policy was deleted in mid-rollout; all of the traffic is back on ${stable}.`;
}

function enforced(spec: StoredPolicy['spec']): ServiceRef | null {
  if (!spec.ok) return spec.enforced;
  return spec.policy.mode === 'Observe' ? null : spec.policy.service;
}

function ours({ traffic }: Service, { split, intent }: Status): boolean {
  const now = namedSplit(traffic);
  if (now === null || now.length < 2) return false;
  return [split, intent?.split].some((known) => known !== undefined && same(known, now));
}
