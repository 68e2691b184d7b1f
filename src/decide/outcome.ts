/** What a concern proposes, before it is put into the words and the status that everybody reads. */
import type { PolicyEvent } from '../facts/event.ts';
import type { Reason } from '../facts/reason.ts';
import { iso, ms, spoken } from '../facts/time.ts';
import type { Status } from '../status/status.ts';
import { cadence } from './cadence.ts';
import type { Case } from './case.ts';
import type { Obeyed, Write } from './decision.ts';
import { clipped } from './words.ts';

export interface Outcome {
  readonly reason: Reason;
  readonly message: string;
  readonly write?: Write;
  /** Nothing moves for this reason; or what nothing moved for goes on. Neither: nothing is held. */
  readonly hold?: 'ForThis' | 'GoesOn';
  readonly events?: readonly PolicyEvent[];
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
  ({ reason: 'Settling', message, lookInMs: cadence.settlingMs }) as const satisfies Outcome;

type Hold = NonNullable<Status['hold']>;

/** What nothing moves for has lasted as long as a bake may. */
export function hasLasted({ policy, known: { hold }, nowMs }: Held, reason: Reason): boolean {
  return hold?.reason === reason && (hold.paged || nowMs - ms(hold.since) >= policy.rollout.maxBakeMs);
}

type Held = Pick<Case, 'policy' | 'known' | 'nowMs'>;

/** The hold for this reason, which may have begun before; people are told once more when it has lasted as long as a bake may. */
export function heldFor(
  { policy, known, nowMs }: Held,
  { reason, message }: Pick<Outcome, 'reason' | 'message'>,
): { readonly hold: Hold; readonly page: PolicyEvent | null } {
  const begun = known.hold?.reason === reason ? known.hold : { since: iso(nowMs), paged: false };
  const lastedMs = nowMs - ms(begun.since);
  const due = !begun.paged && lastedMs >= policy.rollout.maxBakeMs;
  const told = `Held for ${spoken(lastedMs)} (${reason}): ${message}`;
  return {
    hold: { ...begun, reason, message, paged: begun.paged || due },
    page: due ? { type: 'Warning', reason: 'HeldTooLong', action: 'Hold', message: told } : null,
  };
}
