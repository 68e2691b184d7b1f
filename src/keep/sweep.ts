/**
 * Takes away what is left of policies that were deleted, or changed, while nobody was there to see it. A kind that belongs to no
 * namespace has no owner with which it would go.
 */

import { ofPolicy } from '../generate/flavors.ts';
import type { PolicyKey } from '../policy/policy.ts';
import { parseKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Fence } from '../ports/clock.ts';
import type { HeldRules, RuleObjects } from '../ports/rule-objects.ts';
import { kinds, nameOf } from './wanted.ts';

export interface SweepOptions {
  readonly objects: Pick<RuleObjects, 'list' | 'remove'>;
  /** As the API server has it now; undefined: there is none. A cache may not have seen it yet. */
  readonly policyNow: (key: PolicyKey) => Promise<StoredPolicy | undefined>;
  /** Whose policies are looked after; undefined: everybody's. */
  readonly namespace?: string | undefined;
  readonly fence: Fence;
  readonly onRemoved: (name: Pick<HeldRules, 'kind' | 'name'>, key: PolicyKey) => void;
  /** A kind, or one object, could not be looked after; the next time is another try. */
  readonly onTrouble: (error: unknown) => void;
}

export async function sweep(options: SweepOptions): Promise<void> {
  for (const kind of kinds) {
    try {
      for await (const page of options.objects.list(kind)) {
        // One that cannot be looked after is no reason to leave the others.
        for (const held of page) await look(options, held).catch(options.onTrouble);
      }
    } catch (error) {
      options.onTrouble(error);
    }
  }
}

async function look({ objects, policyNow, namespace, fence, onRemoved }: SweepOptions, held: HeldRules): Promise<void> {
  const text = held.annotations[ofPolicy];
  if (!held.isOurs || text === undefined) return;
  const key = parseKey(text);
  const { name, namespace: place } = nameOf({ key }, held.kind);
  // A copy, or one that somebody has made theirs.
  if (name !== held.name || place !== held.namespace) return;
  if (namespace !== undefined && key.namespace !== namespace) return;
  const policy = await policyNow(key);
  // Of one that cannot be obeyed everything stays as it is.
  if (policy && (!policy.spec.ok || policy.spec.policy.generate.rules === held.kind)) return;
  fence.check();
  await objects.remove(held);
  onRemoved(held, key);
}
