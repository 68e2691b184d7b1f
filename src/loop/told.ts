/** What people are told of a pass: what has happened, and never what was only meant to. */
import type { Decided } from '../decide/decision.ts';
import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import { ms } from '../facts/time.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { goneBack } from '../status/edit.ts';
import type { Carried } from './carry-out.ts';

/** Of a decision: what it found, and that its write was done. */
export function eventsOf({ decision }: Decided, carried: Carried): PolicyEvent[] {
  const { events, announcement } = decision;
  return announcement && carried.kind !== 'NotDone' ? [...events, announcement] : [...events];
}

/** The process that went back may have died before it told anyone. */
const toldAgainForMs = 10 * 60_000;

/** What a status says of a rollback that has only just been made. */
export function justDone({ status: { decision, wentBack } }: StoredPolicy, nowMs: number): PolicyEvent[] {
  if (decision?.action !== 'RollBack' || wentBack === undefined) return [];
  if (nowMs - ms(decision.at) > toldAgainForMs) return [];
  const { action, reason, message } = decision;
  const once = goneBack(wentBack.revision, wentBack.since);
  return [{ type: 'Warning', reason: reason as PolicyEvent['reason'], action, message, once }];
}

/** Annotations that nobody obeys, since nobody knows them: told anew with each that comes or goes. */
export function strangersOf({ strange, status }: StoredPolicy): PolicyEvent[] {
  if (strange.length === 0) return [];
  const message = strangeText(strange);
  const isTold = status.conditions?.some((one) => one.type === 'AnnotationsKnown' && one.message === message);
  return isTold ? [] : [{ type: 'Warning', reason: 'UnknownAnnotation', action: 'None', message }];
}

export const strangeText = (strange: StoredPolicy['strange']): string =>
  clipped(
    `Nothing comes of ${strange.map(({ annotation, suggestion }) => `${annotation} (${suggestion})`).join(', nor of ')}.`,
  );

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
