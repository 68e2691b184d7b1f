/** What one pass over one policy came to: told once, last, on every path. Logs, counters and events are made of it. */
import type { Action, Decided, Write } from '../decide/decision.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Observation } from '../facts/observation.ts';
import type { Reason } from '../facts/reason.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Status } from '../status/status.ts';
import type { Carried } from './carry-out.ts';
import type { Failure } from './failure.ts';

/** What was to be done, and why, in words. */
export interface Said {
  readonly action: Action;
  readonly reason: Reason;
  readonly message: string;
  readonly write: Write | null;
}

export interface Pass {
  readonly policy: StoredPolicy;
  readonly before: Status;
  /** null: it did not come to look. */
  readonly seen: Observation | null;
  readonly decided: Decided | null;
  /** The decision, or what was done without one: a way back that was decided before, or leaving. */
  readonly said: Said | null;
  /** What became of it; null: it did not come to that. */
  readonly carried: Carried | null;
  /** Why the pass did not come to its end. */
  readonly failure: Failure | null;
  /** The status says so; false: it could not be written. */
  readonly reported: boolean;
  /** What people are told. */
  readonly events: readonly PolicyEvent[];
  readonly beganMs: number;
  readonly endedMs: number;
}

/** It must not throw, and nobody waits for it. */
export type Listener = (pass: Pass) => void;
