/** A policy as the cluster holds it. */

import type { ServiceRef } from '../facts/service.ts';
import type { Recalled } from '../status/read.ts';
import type { Status } from '../status/status.ts';
import type { Policy, PolicyKey } from './policy.ts';

/** The policy, or why it cannot be obeyed; and the status beside it, as far as it can be read. */
export interface StoredPolicy {
  readonly key: PolicyKey;
  readonly uid: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly spec: { readonly ok: true; readonly policy: Policy } | Invalid;
  readonly status: Status;
  /** How much of the stored status that is. */
  readonly recalled: Pick<Recalled, 'lost' | 'newer'>;
}

export interface Invalid {
  readonly ok: false;
  readonly message: string;
  /** Where a way back may still be gone, by a decision or by leaving: it can be read, is enforced, and nobody paused it. */
  readonly enforced: ServiceRef | null;
}

/** Where traffic may be given back although nothing is judged: the service of a policy that is enforced. */
export function enforcedIn({ spec }: Pick<StoredPolicy, 'spec'>): ServiceRef | null {
  if (!spec.ok) return spec.enforced;
  return spec.policy.mode === 'Observe' ? null : spec.policy.service;
}
