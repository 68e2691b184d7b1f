/** The most instances that a service may be given, and what says so. */
import { connectionCeiling, instancesFor } from '../../policy/connections.ts';
import type { TuningPolicy } from '../../policy/policy.ts';
import type { TunerState } from '../../status/tuner.ts';

/** Where the policy names no maximum, nothing is raised above this; what there is more already stays. */
const usualMost = 200;

export interface Ceiling {
  readonly maxInstances: number;
  readonly because: 'ConnectionCeiling' | 'PolicyMaximum' | 'Quota';
  /** "cloudsql-main bears 22 instances" */
  readonly text: string;
}

/** What people declared, which also lowers. */
export function declaredCeiling({ connections, maxInstances }: TuningPolicy): Ceiling | null {
  const all: Ceiling[] = [];
  const bears = connectionCeiling(connections ?? []);
  if (bears !== null) {
    const tightest = connections!.reduce((one, other) => (instancesFor(other) < instancesFor(one) ? other : one));
    const text = `${tightest.name} bears ${bears} instances with ${tightest.perInstance} connections each`;
    all.push({ maxInstances: bears, because: 'ConnectionCeiling', text });
  }
  if (maxInstances?.max !== undefined) {
    const text = `the policy allows ${maxInstances.max} instances`;
    all.push({ maxInstances: maxInstances.max, because: 'PolicyMaximum', text });
  }
  return lowest(all);
}

/** The same with what Cloud Run refused and what is not written; those never lower anything, since what is there was granted. */
export function ceilingOf(policy: TuningPolicy, { quota }: TunerState, current: number): Ceiling {
  const all = [declaredCeiling(policy), quota ? grantedBy(quota.maxInstances) : null, unwritten(policy, current)];
  return lowest(all.filter((one) => one !== null))!;
}

const grantedBy = (maxInstances: number): Ceiling => ({
  maxInstances,
  because: 'Quota',
  text: `Cloud Run's quota allows ${maxInstances} instances`,
});

function unwritten({ maxInstances }: TuningPolicy, current: number): Ceiling | null {
  if (maxInstances?.max !== undefined) return null;
  const most = Math.max(usualMost, current);
  const text = `without tuning.maxInstances.max nothing is raised above ${most} instances`;
  return { maxInstances: most, because: 'PolicyMaximum', text };
}

const lowest = (all: readonly Ceiling[]): Ceiling | null =>
  all.reduce<Ceiling | null>((one, other) => (one && one.maxInstances <= other.maxInstances ? one : other), null);
