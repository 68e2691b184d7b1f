/** What comes next, and where a person can do something about it, what. */

import { reasonFacts } from '../facts/reason.ts';
import { ms, spoken } from '../facts/time.ts';
import type { Condition } from '../status/condition.ts';
import type { Status } from '../status/status.ts';

/** A running operator writes a status at least every ten minutes. */
const overdueMs = 15 * 60_000;

export function next(status: Status, nowMs: number): string {
  const { decision } = status;
  const stall = stallOf(status);
  const leftMs = decision ? ms(decision.nextCheck) - nowMs : 0;
  const isOverdue = leftMs < -overdueMs;
  // An edit that makes no sense ends no rollout that is under way; what stands still otherwise decides nothing.
  if (stall && (!decision || isOverdue || stall.reason !== 'InvalidSpec'))
    return stands[stall.reason] ?? 'nothing moves until this is over';
  if (!decision)
    return hasBeenLookedAt(status)
      ? 'tried again until it succeeds'
      : 'looked at as soon as an operator runs; one that does says in its log what it waits for';
  if (isOverdue) return `overdue for ${spoken(-leftMs)}: is the operator running?`;
  const look = leftMs > 0 ? `looks again in ${spoken(leftMs)}` : 'looks again any moment';
  const plan = planned(status, nowMs);
  return plan === null ? look : `${plan}; ${look}`;
}

const stands: Readonly<Record<string, string>> = {
  InvalidSpec: 'nothing begins until the spec is corrected',
  Conflict: 'nothing moves while the other policy guards the service: delete one of the two',
  NewerOperator: 'nothing moves until the newer operator runs',
};

/** Why the policy is not obeyed at all; undefined: it is. */
export const stallOf = ({ conditions }: Status): Condition | undefined =>
  conditions?.find(({ type, status }) => type === 'Stalled' && status === 'True');

/** Only an operator writes conditions. */
export const hasBeenLookedAt = ({ decision, conditions = [] }: Status): boolean =>
  decision !== undefined || conditions.length > 0;

function planned(status: Status, nowMs: number): string | null {
  const { phase, hold, candidate, guard, rollout, lastGood } = status;
  if (hold) {
    const { ends = () => 'until this is over' } = reasonFacts(hold.reason) ?? {};
    return `nothing moves ${ends({ candidate: candidate?.revision, withdrawn: status.withdrawn?.revision })}`;
  }
  switch (phase) {
    case 'Ramping':
      return `more traffic to ${candidate?.revision} while nothing speaks against it`;
    case 'Watching':
      if (guard?.controlSince && isTrial(status))
        return `all of the traffic to ${guard.revision} again, to see whether it burns with it`;
      return guard?.controlSince
        ? `back to ${guard.control} if it is clearly better, else all of the traffic to ${guard.revision} again`
        : `all of the traffic to ${candidate?.revision} if it holds`;
    case 'RollingBack':
      return `all of the traffic back to ${rollout?.control ?? guard?.control ?? lastGood?.revision}`;
    case 'Steady':
      return guard && ms(guard.until) > nowMs
        ? `${guard.revision} is watched for another ${spoken(ms(guard.until) - nowMs)}`
        : `waits for a new revision${retriable(status)}`;
    default:
      return null;
  }
}

/** The last good revision has everything, and the promoted one is to have it again. */
const isTrial = ({ split, guard }: Status): boolean =>
  split?.every(({ revision, percent }) => revision !== guard?.revision || percent === 0) ?? false;

function retriable(status: Status): string {
  const revision = standing(status)?.revision;
  return revision === undefined ? '' : `, or steadyrun.dev/retry: ${revision}`;
}

/** The newest rejection, unless a later revision has been promoted since. */
export function standing({ rejected, lastGood }: Status) {
  const newest = rejected?.[0];
  return newest && (!lastGood || ms(newest.at) >= ms(lastGood.since)) ? newest : undefined;
}
