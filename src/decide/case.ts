/** Everything that a decision is made of. */
import type { Observation } from '../facts/observation.ts';
import type { Service } from '../facts/service.ts';
import type { Policy } from '../policy/policy.ts';
import type { Status } from '../status/status.ts';

export interface Case {
  readonly policy: Policy;
  readonly seen: Observation;
  readonly service: Service;
  /** What is remembered. */
  readonly known: Status;
  readonly nowMs: number;
}

/** Before anything was asked of the metrics. */
export type Unasked = Omit<Case, 'seen'>;
