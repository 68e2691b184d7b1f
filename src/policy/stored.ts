/** A policy as the cluster holds it. */

import type { ServiceRef } from '../facts/service.ts';
import type { Status } from '../status/status.ts';
import type { Policy, PolicyKey } from './policy.ts';

/** The policy, or why it cannot be obeyed; and the status beside it, or why it cannot be read. */
export interface StoredPolicy {
  readonly key: PolicyKey;
  readonly uid: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly spec: { readonly ok: true; readonly policy: Policy } | Invalid;
  readonly status: Status;
}

export interface Invalid {
  readonly ok: false;
  readonly message: string;
  /** Where a way back may still be gone, by a decision or by leaving: it can be read, is enforced, and nobody paused it. */
  readonly enforced: ServiceRef | null;
}
