import type { PolicyEvent } from '../facts/event.ts';
import type { PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Status } from '../status/status.ts';

/** SLOPolicies as the cluster holds them. */
export interface Policies {
  /** From the cache; undefined: gone. */
  get(key: PolicyKey): StoredPolicy | undefined;
  list(): readonly StoredPolicy[];
  /** Writes the whole status that this operator owns. */
  writeStatus(key: PolicyKey, status: Status): Promise<void>;
  /** Takes obeyed annotations away. */
  removeAnnotations(key: PolicyKey, names: readonly string[]): Promise<void>;
  /** Tells people; never fails a reconcile. */
  event(key: PolicyKey, event: PolicyEvent): Promise<void>;
}
