/** What was decided and not done must not look as if it had been: how it is told, in the status and to people. */
import type { Decision } from '../decide/decision.ts';
import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import { iso } from '../facts/time.ts';
import type { Status } from '../status/status.ts';
import type { Failure } from './failure.ts';
import type { Said } from './pass.ts';

type Undone = Pick<Said, 'action' | 'message'>;

/** As people are told of it. */
export function undoneText({ action, message }: Undone, failure: Failure): PolicyEvent {
  const because = `It was decided because: ${message}`;
  const isOpen = failure.reason === 'OutcomeUnknown';
  const text = isOpen
    ? `Whether ${action} was carried out is not known yet: ${failure.message} ${because}`
    : `${action} could not be carried out: ${failure.message} ${because}`;
  return { type: 'Warning', reason: isOpen ? 'OutcomeUnknown' : 'NotCarriedOut', action, message: clipped(text) };
}

/**
 * The state of which the decision says what became of it. What changed meanwhile is decided anew, and what was decided before
 * stands; but that a way back goes on being overtaken must not hide.
 */
export function withUndone(state: Status, before: Status, decision: Decision, failure: Failure, nowMs: number): Status {
  const nextCheck = iso(decision.nextCheckMs);
  const { decision: last } = before;
  if (failure.reason === 'ChangedMeanwhile' && decision.action !== 'RollBack') {
    return last ? { ...state, decision: { ...last, nextCheck } } : state;
  }
  const { reason, message } = undoneText(decision, failure);
  const stands = last?.action === 'None' && last.reason === reason && last.message === message;
  const at = stands ? last.at : iso(nowMs);
  return { ...state, decision: { ...last, action: 'None', reason, message, at, nextCheck } };
}

/** What may pass by itself is told when it has not passed by then: a write, one that is overtaken, and a look. */
const patienceMs = { write: 30_000, overtaken: 120_000, look: 10 * 60_000 } as const;
/** What was not met for so long is another trouble. */
const forgottenAfterMs = 30 * 60_000;

interface Trouble {
  readonly event: PolicyEvent;
  readonly patience: keyof typeof patienceMs;
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly told: boolean;
}

/** Of looks that came to nothing, and writes that were not done: people are told once, at once where trying again cannot help. */
export class Unfinished {
  readonly #of = new Map<string, Trouble>();

  /**
   * The event that is due for a policy, by its uid, after a look that failed. What is open from an earlier look stays open
   * while looks do not even come to a decision (null).
   */
  due(uid: string, undone: Undone | null, failure: Failure, nowMs: number): PolicyEvent[] {
    const last = this.#of.get(uid);
    const known = last && nowMs - last.lastMs < forgottenAfterMs ? last : null;
    const { event, patience } = undone ? ofWrite(undone, failure) : (known ?? ofLook(failure));
    const isSame = known !== null && known.event.action === event.action;
    const { sinceMs, told } = isSame ? known : { sinceMs: nowMs, told: false };
    const isDue = !told && ((undone !== null && failure.terminal) || nowMs - sinceMs >= patienceMs[patience]);
    this.#of.set(uid, { event, patience, sinceMs, lastMs: nowMs, told: told || isDue });
    return isDue ? [event] : [];
  }

  /** A look came to its end, and found nothing to do. */
  looked(uid: string): void {
    if (this.#of.get(uid)?.patience === 'look') this.#of.delete(uid);
  }

  /** It was done, or there is no such policy any more. */
  over(uid: string): void {
    this.#of.delete(uid);
  }
}

const ofWrite = (undone: Undone, failure: Failure): Pick<Trouble, 'event' | 'patience'> => ({
  event: undoneText(undone, failure),
  patience: failure.reason === 'ChangedMeanwhile' ? 'overtaken' : 'write',
});

const ofLook = ({ reason, message }: Failure): Pick<Trouble, 'event' | 'patience'> => ({
  event: { type: 'Warning', reason, action: 'None', message: clipped(message) },
  patience: 'look',
});
