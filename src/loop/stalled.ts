/**
 * A policy that cannot be obeyed: it makes no sense, another guards its service, or its status speaks of what only a newer
 * operator knows. People are told once. Nothing is judged for a newer operator, but what was decided before is still done.
 */
import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import { all } from '../facts/split.ts';
import { spoken } from '../facts/time.ts';
import { isUnguided, keyText, type Policy } from '../policy/policy.ts';
import { enforcedIn, type StoredPolicy } from '../policy/stored.ts';
import { isOurs } from '../status/ours.ts';
import type { Status } from '../status/status.ts';
import { type Carried, carryOut, type Errand } from './carry-out.ts';
import type { Claims } from './claims.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Look, nothingSeen } from './look.ts';
import type { Said } from './pass.ts';
import type { Wiring } from './wiring.ts';

export function stallOf(claims: Claims, stored: StoredPolicy): Failure | null {
  const { spec, recalled } = stored;
  const rival = claims.older(stored);
  if (rival) {
    const message = `${keyText(rival)} is older and guards the same service; this policy does nothing.`;
    return { reason: 'Conflict', message, terminal: true };
  }
  if (recalled.newer !== null) {
    const message =
      `The status holds what only a newer operator knows (${recalled.newer}), so nothing moves forward: run the newer one. ` +
      'What it remembers is kept as it is.';
    return { reason: 'NewerOperator', message, terminal: true };
  }
  return spec.ok ? null : { reason: 'InvalidSpec', message: spec.message, terminal: true };
}

export async function standStill(wiring: Wiring, stored: StoredPolicy, stall: Failure): Promise<Look> {
  const { status } = stored;
  const look: Look = { ...nothingSeen(status), stall, events: announced(stored, stall, null) };
  const said = stall.reason === 'NewerOperator' ? wayBackOf(status) : null;
  if (said === null) return look;
  try {
    const carried = await goBack(wiring, stored, said);
    if (carried === null) return look;
    if (carried.kind === 'NotDone') return { ...look, said, carried, failure: carried.failure };
    const { action, message } = said;
    const told: PolicyEvent = { type: 'Warning', reason: 'RolledBack', action, message };
    return { ...look, said, carried, events: [told, ...look.events] };
  } catch (error) {
    return { ...look, said, failure: failureOf(error) };
  }
}

/** A rollback that was decided before: where to is in the status, so nothing else is needed. */
function wayBackOf({ rollout, guard }: Status): Said | null {
  const convicted = rollout?.convicted ?? guard?.convicted;
  const target = rollout?.convicted ? rollout.control : guard?.control;
  if (!convicted || target === undefined) return null;
  const message = clipped(`${convicted.message} A newer operator has to go on from here, but this was decided before.`);
  const change = { kind: 'Traffic', split: all(target) } as const;
  const write = { purpose: 'RollBack', change, needs: [target] } as const;
  return { action: 'RollBack', reason: 'RolledBack', message, write };
}

/** null: it is not ours to move. It is confirmed from the traffic once there is a policy again. */
async function goBack(wiring: Wiring, stored: StoredPolicy, said: Said): Promise<Carried | null> {
  const { services, repertoire } = wiring;
  const { status, spec } = stored;
  const ref = enforcedIn(stored);
  if (ref === null || (spec.ok && spec.policy.requests.paused !== null)) return null;
  const seen = await services.read(ref);
  // Without a judgement nothing is taken for granted: it has to be the service that was adopted.
  if (seen === null || status.adoption === undefined || !isOurs(seen, status)) return null;
  const { reason, message } = said;
  const errand: Errand = {
    ref,
    seen,
    write: said.write!,
    reason,
    message,
    state: status,
    confirmed: () => status,
    obeyed: [],
  };
  const { purposes, changeKinds } = repertoire;
  return carryOut({ ...wiring, purposes, changeKinds, checkpoint: async () => undefined }, errand);
}

/** People hear of each edit, of each rival, and of each newer operator's word, once. */
export function announced(stored: StoredPolicy, stall: Failure, policy: Policy | null): PolicyEvent[] {
  const { reason, message: why } = stall;
  const isTold = stored.status.conditions?.some(
    (condition) =>
      condition.type === 'Stalled' && condition.reason === reason && condition.observedGeneration === stored.generation,
  );
  if (isTold) return [];
  // What is wrong comes last, since it may be long.
  const message = reason === 'InvalidSpec' ? `${meanwhile(stored.status, policy)} What is wrong: ${why}` : why;
  return [{ type: 'Warning', reason, action: 'Hold', message: clipped(message) }];
}

/** Nobody must believe that a rollout is looked after when it is not. */
function meanwhile({ rollout, guard }: Status, policy: Policy | null): string {
  const correct = 'No new rollout begins until the policy is valid. Correct the spec.';
  const revision = rollout?.candidate ?? guard?.revision;
  if (revision === undefined) return correct;
  if (policy === null) return `${revision} keeps its share of the traffic whatever happens to it. ${correct}`;
  if (!isUnguided(policy))
    return `${revision} goes on being judged by the policy as it was before the edit. ${correct}`;
  if (!rollout) return `${revision} is not watched any more. ${correct}`;
  const within = spoken(policy.rollout.maxBakeMs);
  return `${revision} is not judged any more: it keeps its share and goes back to 0 % after ${within}, unless the policy is valid by then. ${correct}`;
}
