/**
 * A decision is data: what to write, why, what people are told, and when to look again. It is made by pure functions and
 * carried out by the shell.
 */
import type { PolicyEvent } from '../facts/event.ts';
import type { Split } from '../facts/split.ts';
import type { IntentKind } from '../status/intent.ts';
import type { RolloutState } from '../status/rollout.ts';
import type { Status } from '../status/status.ts';

export type Action =
  | 'None'
  | 'Hold'
  | 'Pin'
  | 'Start'
  | 'Step'
  | 'Retreat'
  | 'TakeControl'
  | 'Watch'
  | 'Promote'
  | 'RollBack'
  | 'Withdraw'
  | 'Restore';

export interface TrafficWrite {
  readonly kind: IntentKind;
  readonly split: Split;
  /** The etag that the decision was made on. */
  readonly etag: string;
  /** A way back: it goes to Cloud Run before anything else, and needs no persisted intent. */
  readonly back: boolean;
  /** The revision that must exist and be ready for this write to be safe. */
  readonly target: string;
  /** What becomes the running rollout once a Start is seen in the traffic. */
  readonly rollout?: RolloutState;
}

export interface Decision {
  readonly action: Action;
  /** CamelCase, stable: what tools match on. */
  readonly reason: string;
  /** One or two sentences with the evidence. */
  readonly message: string;
  readonly write: TrafficWrite | null;
  /** Told once the write, if there is one, has taken effect. */
  readonly events: readonly PolicyEvent[];
  /** Annotations that have been obeyed and are to be removed. */
  readonly obeyed: readonly string[];
  readonly nextCheckMs: number;
}

export interface Decided {
  readonly decision: Decision;
  /** What to remember, whether or not the write succeeds; what only a successful write changes is in confirm.ts. */
  readonly state: Status;
}

/**
 * Writes that make somebody's trouble smaller, and what they are to people: the state counts on them, so a later pass makes
 * up for one that failed.
 */
export const relieving = {
  Retreat: 'Retreat',
  TakeControl: 'TakeControl',
  Withdraw: 'Withdraw',
  GuardControl: 'TakeControl',
  Restore: 'Restore',
} as const satisfies Partial<Record<IntentKind, Action>>;

export const isRelieving = (kind: IntentKind): kind is keyof typeof relieving => kind in relieving;
