/** What people are told of a pass: what has happened, and never what was only meant to. */
import type { Decided } from '../decide/decision.ts';
import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Policies } from '../ports/policies.ts';
import type { Carried } from './carry-out.ts';
import type { Failure } from './failure.ts';
import type { Said } from './pass.ts';

/** Of a decision: what it found, and what became of its write. */
export function eventsOf({ decision }: Decided, carried: Carried): PolicyEvent[] {
  const { events, announcement } = decision;
  if (carried.kind === 'NotDone') return [...events, ...notDone(decision, carried.failure)];
  return announcement ? [...events, announcement] : [...events];
}

/** What was decided and did not happen must not look as if it had; what changed meanwhile is decided anew, in silence. */
export function notDone({ action, message }: Pick<Said, 'action' | 'message'>, failure: Failure): PolicyEvent[] {
  if (failure.reason === 'ChangedMeanwhile') return [];
  const because = `It was decided because: ${message}`;
  if (failure.reason === 'OutcomeUnknown') {
    const perhaps = `Whether ${action} was carried out is not known yet: ${failure.message} ${because}`;
    return [{ type: 'Warning', reason: 'OutcomeUnknown', action, message: perhaps }];
  }
  const refused = `${action} could not be carried out: ${failure.message} ${because}`;
  return [{ type: 'Warning', reason: 'NotCarriedOut', action, message: refused }];
}

/** What of the stored status could not be read: once it is written anew, it is gone; what is kept as it is, is told once. */
export function lossOf({ recalled, status }: StoredPolicy): PolicyEvent[] {
  if (recalled.lost.length === 0) return [];
  const isTold = status.conditions?.some(({ type, status: is }) => type === 'MemoryIntact' && is === 'False');
  if (recalled.newer !== null && isTold) return [];
  return [{ type: 'Warning', reason: 'MemoryLost', action: 'Forget', message: lossText(recalled) }];
}

export function lossText({ lost, newer }: StoredPolicy['recalled']): string {
  const becomes = newer === null ? 'could not be read and is forgotten' : 'cannot be read, and is kept as it is';
  return clipped(`A part of the stored status ${becomes}. ${lost.join(' ')}`);
}

/** What this process has told of a policy, by its uid, while the status could not be written and so does not say it. */
const unwritten = new WeakMap<Policies, Map<string, ReadonlySet<string>>>();

/** While the status cannot be written each look comes to the same anew: people are told of it once. */
export function firstTold(
  policies: Policies,
  { uid }: StoredPolicy,
  events: readonly PolicyEvent[],
  isReported: boolean,
): PolicyEvent[] {
  const told = unwritten.get(policies) ?? new Map<string, ReadonlySet<string>>();
  unwritten.set(policies, told);
  const before = told.get(uid) ?? new Set();
  const named = events.map((event) => ({ event, name: `${event.reason} ${event.action}` }));
  if (isReported) told.delete(uid);
  else told.set(uid, new Set([...before, ...named.map(({ name }) => name)]));
  return named.filter(({ name }) => !before.has(name)).map(({ event }) => event);
}
