/** Two policies must not steer one service: the older one does, the other says so. */
import { serviceText } from '../facts/service.ts';
import type { StoredPolicy } from '../policy/stored.ts';

/** The policy that guards the same service and came first, if there is one. */
export function older(all: readonly StoredPolicy[], mine: StoredPolicy): StoredPolicy | undefined {
  const guarded = serviceOf(mine);
  return all.find(
    (other) => other.uid !== mine.uid && serviceOf(other) === guarded && guarded !== null && before(other, mine),
  );
}

const serviceOf = ({ spec }: StoredPolicy): string | null => (spec.ok ? serviceText(spec.policy.service) : null);

const before = (a: StoredPolicy, b: StoredPolicy): boolean =>
  a.createdAtMs < b.createdAtMs || (a.createdAtMs === b.createdAtMs && a.uid < b.uid);
