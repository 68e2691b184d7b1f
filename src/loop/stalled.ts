/**
 * A policy that cannot be obeyed: it makes no sense, another guards its service, or its status speaks of what only a newer
 * operator knows. Nothing is judged; what was decided before is still done, and people are told once.
 */
import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import { all } from '../facts/split.ts';
import { keyText } from '../policy/policy.ts';
import { enforcedIn, type StoredPolicy } from '../policy/stored.ts';
import { isOurs } from '../status/ours.ts';
import type { Status } from '../status/status.ts';
import { type Carried, carryOut, type Errand } from './carry-out.ts';
import type { Claims } from './claims.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Look, nothingSeen } from './look.ts';
import type { Said } from './pass.ts';
import { notDone } from './told.ts';
import type { Wiring } from './wiring.ts';

export function stallOf(claims: Claims, stored: StoredPolicy): Failure | null {
  const { spec, recalled } = stored;
  if (!spec.ok) return { reason: 'InvalidSpec', message: spec.message, terminal: true };
  const rival = claims.older(stored);
  if (rival) {
    const message = `${keyText(rival)} is older and guards the same service; this policy does nothing.`;
    return { reason: 'Conflict', message, terminal: true };
  }
  if (recalled.newer === null) return null;
  const message =
    `The status holds what only a newer operator knows (${recalled.newer}), so nothing moves forward: run the newer one. ` +
    'What it remembers is kept as it is.';
  return { reason: 'NewerOperator', message, terminal: true };
}

export async function standStill(wiring: Wiring, stored: StoredPolicy, stall: Failure): Promise<Look> {
  const { status } = stored;
  const look: Look = { ...nothingSeen(status), stall, events: announced(stored, stall) };
  if (stall.reason === 'Conflict') return look;
  const said = wayBackOf(status, stall);
  if (said === null) return look;
  try {
    const carried = await goBack(wiring, stored, said);
    if (carried === null) return look;
    const told: PolicyEvent[] =
      carried.kind === 'NotDone'
        ? notDone(said, carried.failure)
        : [{ type: 'Warning', reason: 'RolledBack', action: said.action, message: said.message }];
    const failure = carried.kind === 'NotDone' ? carried.failure : null;
    return { ...look, said, carried, failure, events: [...told, ...look.events] };
  } catch (error) {
    const failure = failureOf(error);
    return { ...look, said, failure, events: [...notDone(said, failure), ...look.events] };
  }
}

const convictedOf = ({ rollout, guard }: Status) => rollout?.convicted ?? guard?.convicted;

/** A rollback that was decided before: where to is in the status, so nothing else is needed. */
function wayBackOf({ rollout, guard }: Status, { reason }: Failure): Said | null {
  const convicted = rollout?.convicted ?? guard?.convicted;
  const target = rollout?.convicted ? rollout.control : guard?.control;
  if (!convicted || target === undefined) return null;
  const why = reason === 'InvalidSpec' ? 'The policy is not valid any more' : 'A newer operator has to go on from here';
  const message = clipped(`${convicted.message} ${why}, but this was decided before.`);
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

/** People hear of each edit, and of each newer operator's word, once. */
function announced(stored: StoredPolicy, { reason, message: why }: Failure): PolicyEvent[] {
  const { status, generation } = stored;
  const isTold = status.conditions?.some(
    (condition) =>
      condition.type === 'Stalled' && condition.reason === reason && condition.observedGeneration === generation,
  );
  if (isTold || reason === 'Conflict') return [];
  const enforced = enforcedIn(stored) !== null;
  // What is wrong comes last, since it may be long.
  const message =
    reason === 'InvalidSpec'
      ? `Nothing is judged until the policy is valid${meanwhile(status, enforced)} What is wrong: ${why}`
      : why;
  return [{ type: 'Warning', reason, action: 'Hold', message: clipped(message) }];
}

/** Nobody must believe that a rollout is looked after when it is not. */
function meanwhile(status: Status, enforced: boolean): string {
  const revision = status.rollout?.candidate ?? (status.guard?.controlSince && status.guard.revision);
  if (!revision) return '. Correct the spec.';
  if (enforced && convictedOf(status)) {
    return '; the rollback that is already decided is carried out if nobody else has moved the traffic. Correct the spec.';
  }
  return `, and ${revision} keeps its share of the traffic whatever happens to it. Correct the spec, or give one revision all of the traffic by hand.`;
}
