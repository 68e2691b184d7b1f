/** What a look at a service came to, before it is reported. */
import type { Obeyed } from '../decide/decision.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Status } from '../status/status.ts';
import type { Failure } from './failure.ts';
import type { Pass } from './pass.ts';

export interface Look extends Pick<Pass, 'seen' | 'decided' | 'said' | 'carried' | 'failure'> {
  /** Why the policy cannot be obeyed at all. */
  readonly stall: Failure | null;
  readonly state: Status;
  readonly events: readonly PolicyEvent[];
  /** Requests that have been answered: they are taken away once the status says so. */
  readonly answered: readonly Obeyed[];
}

/** A look that came to nothing. */
export const nothingSeen = (state: Status): Look => ({
  state,
  stall: null,
  seen: null,
  decided: null,
  said: null,
  carried: null,
  failure: null,
  events: [],
  answered: [],
});
