/**
 * What the operator keeps in the cluster because a policy asks for it, as far as the loop has to know of it: nobody waits for
 * it, and nothing is judged by it.
 */
import type { Reason } from '../facts/reason.ts';
import type { PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';

/** How it stands with what a policy asks for. */
export interface Standing {
  readonly isKept: boolean;
  readonly reason: Reason;
  readonly message: string;
}

export interface Kept {
  /** null: nothing is asked for, and nothing is left of what was; undefined: this process does not know yet. */
  standing(stored: StoredPolicy): Standing | null | undefined;
  /** Sees to it that the cluster holds what the policy asks for, where that is due. Returns at once, and never throws. */
  see(stored: StoredPolicy): void;
  /** The policy is gone: what the cluster does not take away with it is taken away. Returns at once, and never throws. */
  left(key: PolicyKey): void;
}
