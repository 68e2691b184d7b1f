/** What a concern proposes, before it is put into the words and the status that everybody reads. */
import type { PolicyEvent } from '../facts/event.ts';
import type { Reason } from '../facts/reason.ts';
import { iso, ms, spoken } from '../facts/time.ts';
import { without } from '../status/edit.ts';
import type { Status } from '../status/status.ts';
import { cadence } from './cadence.ts';
import type { Case } from './case.ts';
import type { Obeyed, Write } from './decision.ts';
import { clipped } from './words.ts';

export interface Outcome {
  readonly reason: Reason;
  readonly message: string;
  readonly write?: Write;
  /** Nothing moves for this reason, which only its deadline tells people of (Quietly); or what nothing moved for goes on. */
  readonly hold?: 'ForThis' | 'Quietly' | 'GoesOn';
  readonly events?: readonly PolicyEvent[];
  /** What a request that needs no write is told; it stops no judgement, which may have a write of its own. */
  readonly answer?: string;
  /** Of a write that people are told of once, whatever becomes of what was saved of it. */
  readonly once?: string;
  readonly obeyed?: readonly Obeyed[];
  readonly lookInMs: number;
  /** NoNews: what was decided last goes on being what people read. AllIsWell: so does what was done last, if anything. */
  readonly unremarkable?: 'NoNews' | 'AllIsWell';
}

/** Nothing moves, with a reason. */
export const holding = (reason: Reason, why: string) =>
  ({ reason, message: clipped(why), hold: 'ForThis', lookInMs: cadence.steadyMs }) as const satisfies Outcome;

/** Cloud Run is still at work, and is looked at again soon. */
export const waiting = (message: string) =>
  ({
    reason: 'Settling',
    message: clipped(message),
    hold: 'Quietly',
    lookInMs: cadence.settlingMs,
  }) as const satisfies Outcome;

type Hold = NonNullable<Status['hold']>;

/** What nothing moves for has lasted as long as a bake may, without a break. */
export function hasLasted({ policy, known: { hold }, nowMs }: Held, reason: Reason): boolean {
  return hold?.reason === reason && nowMs - ms(hold.begun ?? hold.since) >= policy.rollout.maxBakeMs;
}

/** What is away for less than this has not ended. */
const onlyPausedMs = 15 * 60_000;
/** A person who does it again does another thing, and so does Cloud Run with each change. */
const eachAnew = ['Paused', 'SplitByHand', 'Settling'];

/** The hold for this reason that goes on, also where it was away for a while; null: it begins. */
export function goesOn(state: Status, reason: string, nowMs: number): Pick<Hold, 'since' | 'paged'> | null {
  const { hold, lastHold } = state;
  if (hold?.reason === reason) return hold;
  if (lastHold?.reason !== reason || lastHold.about !== aboutWhom(state) || eachAnew.includes(reason)) return null;
  return nowMs - ms(lastHold.ended) < onlyPausedMs ? { since: lastHold.since, paged: lastHold.paged } : null;
}

/** Another candidate's trouble is another trouble. */
const aboutWhom = ({ rollout, stable }: Status): string => rollout?.candidate ?? stable?.revision ?? '';

/** The state in which nothing is held any more. */
export function released(state: Status, nowMs: number): Status {
  const { hold } = state;
  if (!hold) return state;
  const { reason, since, paged } = hold;
  if (eachAnew.includes(reason)) return without(state, 'hold');
  const about = aboutWhom(state);
  return { ...without(state, 'hold'), lastHold: { reason, about, since, paged, ended: iso(nowMs) } };
}

type Held = Pick<Case, 'policy' | 'known' | 'nowMs'>;

/** The hold for this reason, which may have begun before; people are told once more when it has lasted as long as a bake may. */
export function heldFor(
  { policy, known, nowMs }: Held,
  { reason, message, hold: how }: Pick<Outcome, 'reason' | 'message' | 'hold'>,
): { readonly hold: Hold; readonly page: PolicyEvent | null } {
  const before = goesOn(known, reason, nowMs);
  const { since, paged } = before ?? { since: iso(nowMs), paged: false };
  const begun = known.hold?.reason === reason ? (known.hold.begun ?? since) : iso(nowMs);
  const lastedMs = nowMs - ms(since);
  const due = !paged && lastedMs >= policy.rollout.maxBakeMs;
  const told = `Held for ${spoken(lastedMs)} (${reason}): ${message}`;
  return {
    hold: { ...before, since, begun, reason, message, paged: paged || due, ...(how === 'Quietly' && { quiet: true }) },
    page: due ? { type: 'Warning', reason: 'HeldTooLong', action: 'Hold', message: told } : null,
  };
}
