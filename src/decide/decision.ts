/**
 * A decision is data: what to write, why, what people are told, and when to look again. It is made by pure functions and
 * carried out by the shell.
 */
import type { Change } from '../facts/change.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Purpose, purposes } from '../facts/purpose.ts';
import type { Reason } from '../facts/reason.ts';
import type { RolloutState } from '../status/rollout.ts';
import type { Status } from '../status/status.ts';

export type Action = 'None' | 'Hold' | (typeof purposes)[Purpose]['action'];

/** One change of the service, and what it is for. */
export interface Write {
  readonly purpose: Purpose;
  readonly change: Change;
  /** The revisions that must exist and be ready for it to be safe. */
  readonly needs: readonly string[];
  /** What becomes the running rollout once a Start is seen in the traffic. */
  readonly rollout?: RolloutState;
}

/** An annotation that has been obeyed: it is removed if this is still what it says. */
export interface Obeyed {
  readonly annotation: string;
  readonly value: string;
}

export interface Decision {
  readonly action: Action;
  /** CamelCase, stable: what tools match on. */
  readonly reason: Reason;
  /** One or two sentences with the evidence. */
  readonly message: string;
  readonly write: Write | null;
  /** Told whatever becomes of the write: they speak of what was found, or of what would be done. */
  readonly events: readonly PolicyEvent[];
  /** Told once the write has taken effect. */
  readonly announcement: PolicyEvent | null;
  readonly obeyed: readonly Obeyed[];
  readonly nextCheckMs: number;
}

export interface Decided {
  readonly decision: Decision;
  /** What to remember, whether or not the write succeeds; what only a successful write changes is for `confirm`. */
  readonly state: Status;
}
