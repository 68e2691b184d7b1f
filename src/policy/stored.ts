/** A policy as the cluster holds it. */

import type { ServiceRef } from '../facts/service.ts';
import type { Recalled } from '../status/read.ts';
import type { Status } from '../status/status.ts';
import type { StrangeAnnotation } from './annotations.ts';
import type { Policy, PolicyKey } from './policy.ts';

/** The policy, or why it cannot be obeyed; and the status beside it, as far as it can be read. */
export interface StoredPolicy {
  readonly key: PolicyKey;
  readonly uid: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly spec: { readonly ok: true; readonly policy: Policy } | Invalid;
  /** What somebody may think to have asked of it, and has not. */
  readonly strange: readonly StrangeAnnotation[];
  readonly status: Status;
  /** How much of the stored status that is. */
  readonly recalled: Pick<Recalled, 'lost' | 'newer'>;
}

export interface Invalid {
  readonly ok: false;
  readonly message: string;
  /** What can be read all the same: whose service, in which mode, and for how long to wait. null: not even that. */
  readonly readable: Policy | null;
}

/** Where traffic may be given back although nothing is judged: the service of a policy that is enforced. */
export function enforcedIn({ spec }: Pick<StoredPolicy, 'spec'>): ServiceRef | null {
  const policy = spec.ok ? spec.policy : spec.readable;
  if (policy === null || policy.mode === 'Observe') return null;
  // What cannot be obeyed is left alone by a pause, too.
  return !spec.ok && policy.requests.paused !== null ? null : policy.service;
}

/**
 * What is obeyed of a policy: itself; where its newest edit cannot be, `last`, which could, in the mode and with the requests
 * that it has now; else what can be read of it. null: nothing.
 */
export function governing(
  { spec, status }: Pick<StoredPolicy, 'spec' | 'status'>,
  last: Policy | undefined,
): Policy | null {
  if (spec.ok) return spec.policy;
  const { readable, message } = spec;
  // One that could never be obeyed begins nothing.
  if (readable === null || (last === undefined && status.stable === undefined)) return null;
  const { mode, requests } = readable;
  return { ...(last ? { ...last, mode, requests } : readable), invalidEdit: message };
}
