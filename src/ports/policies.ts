/** SLOPolicies, as the loop needs them. */
import type { PolicyEvent } from '../facts/event.ts';
import type { PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Status } from '../status/status.ts';

/** SLOPolicies as the cluster holds them. */
export interface Policies {
  /** From the cache; undefined: gone. */
  get(key: PolicyKey): StoredPolicy | undefined;
  /** Writes the whole status that this operator owns. */
  writeStatus(key: PolicyKey, status: Status): Promise<void>;
  /** Takes annotations away that have been obeyed, where they still say what was obeyed. */
  removeAnnotations(key: PolicyKey, obeyed: readonly Annotation[]): Promise<void>;
  /** Tells people; never fails a reconcile. */
  event(key: PolicyKey, event: PolicyEvent): Promise<void>;
}

export interface Annotation {
  readonly annotation: string;
  readonly value: string;
}
