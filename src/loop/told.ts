/** What people are told of a pass: what has happened, and never what was only meant to. */
import type { Decided } from '../decide/decision.ts';
import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { StoredPolicy } from '../policy/stored.ts';
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
