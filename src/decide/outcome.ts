/** What a branch of the decision comes to, before it is put into the state and the words that everybody reads. */

import type { PolicyEvent } from '../facts/event.ts';
import { iso, ms, spoken } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import { without } from '../status/edit.ts';
import type { Status } from '../status/status.ts';
import type { Action, TrafficWrite } from './decision.ts';
import { clipped } from './words.ts';

export interface Outcome {
  readonly state: Status;
  readonly action: Action;
  readonly reason: string;
  readonly message: string;
  readonly write?: Omit<TrafficWrite, 'etag'>;
  readonly events?: readonly PolicyEvent[];
  readonly obeyed?: readonly string[];
  /** Tell people when this reason is new. */
  readonly announce?: PolicyEvent['type'];
  readonly lookInMs: number;
  /** NoNews: what was decided last goes on being what people read. AllIsWell: so does what was done last, if anything. */
  readonly unremarkable?: 'NoNews' | 'AllIsWell';
}

/** How often to look. */
export const cadence = {
  steadyMs: 30_000,
  observingMs: 300_000,
  rolloutMs: 15_000,
  guardMs: 60_000,
  settlingMs: 5_000,
} as const;

/** Nothing moves, with a reason; people are told at once, and once more when it has lasted as long as a bake may. */
export function hold(policy: Policy, state: Status, reason: string, why: string, nowMs: number): Outcome {
  const message = clipped(why);
  const begun = state.hold?.reason === reason ? state.hold : { since: iso(nowMs), paged: false };
  const lastedMs = nowMs - ms(begun.since);
  const due = !begun.paged && lastedMs >= policy.rollout.maxBakeMs;
  const page: PolicyEvent = {
    type: 'Warning',
    reason: 'HeldTooLong',
    action: 'Hold',
    message: `Held for ${spoken(lastedMs)} (${reason}): ${message}`,
  };
  return {
    state: { ...state, hold: { reason, message, since: begun.since, paged: begun.paged || due } },
    action: 'Hold',
    reason,
    message,
    announce: 'Warning',
    ...(due && { events: [page] }),
    lookInMs: cadence.steadyMs,
  };
}

export const released = (state: Status): Status => without(state, 'hold');

export const waiting = (state: Status, message: string): Outcome => ({
  state,
  action: 'None',
  reason: 'Settling',
  message,
  lookInMs: cadence.settlingMs,
});
