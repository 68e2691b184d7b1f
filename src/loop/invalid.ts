/** A policy that cannot be obeyed, as after an edit of its queries, which only the operator can refuse. */

import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Invalid, StoredPolicy } from '../policy/stored.ts';
import type { Fence } from '../ports/clock.ts';
import { Conflict } from '../ports/errors.ts';
import type { Policies } from '../ports/policies.ts';
import type { Services } from '../ports/services.ts';
import type { Status } from '../status/status.ts';
import { wentBack } from './carry-out.ts';
import { failureOf, notCarriedOut } from './failure.ts';

interface Ports {
  readonly services: Services;
  readonly policies: Policies;
  readonly fence: Fence;
}

/** Nothing can be judged; what was decided before is still done, and people are told of each edit once. */
export async function withoutPolicy(ports: Ports, stored: StoredPolicy, spec: Invalid): Promise<void> {
  const tell = (event: PolicyEvent) => ports.policies.event(stored.key, event);
  try {
    const back = spec.enforced && (await wentBack(ports, spec.enforced, stored.status));
    if (back) await tell({ type: 'Warning', reason: 'RolledBack', action: 'RollBack', message: clipped(back) });
  } catch (error) {
    const decided = { action: 'RollBack', message: convictedOf(stored.status)?.message ?? '' } as const;
    if (!(error instanceof Conflict)) await tell(notCarriedOut(decided, failureOf(error)));
    throw error;
  } finally {
    if (!told(stored)) await tell(notValid(stored, spec));
  }
}

const convictedOf = ({ rollout, guard }: Status) => rollout?.convicted ?? guard?.convicted;

/** People hear of each edit once. */
const told = ({ status, generation }: StoredPolicy): boolean =>
  status.conditions?.some(
    ({ type, reason, observedGeneration }) =>
      type === 'Stalled' && reason === 'InvalidSpec' && observedGeneration === generation,
  ) ?? false;

/** Nobody must believe that a rollout is looked after when it is not. What is wrong comes last, since it may be long. */
function notValid({ status }: StoredPolicy, { enforced, message: why }: Invalid): PolicyEvent {
  const message = `Nothing is judged until the policy is valid${meanwhile(status, enforced !== null)} What is wrong: ${why}`;
  return { type: 'Warning', reason: 'InvalidSpec', action: 'Hold', message: clipped(message) };
}

function meanwhile(status: Status, enforced: boolean): string {
  const revision = status.rollout?.candidate ?? (status.guard?.controlSince && status.guard.revision);
  if (!revision) return '. Correct the spec.';
  if (enforced && convictedOf(status)) {
    return '; the rollback that is already decided is carried out if nobody else has moved the traffic. Correct the spec.';
  }
  return `, and ${revision} keeps its share of the traffic whatever happens to it. Correct the spec, or give one revision all of the traffic by hand.`;
}
