/** What a branch of the traffic's judgement comes to: what it proposes, and what is remembered of it. */
import type { Purpose } from '../../facts/purpose.ts';
import type { Reason } from '../../facts/reason.ts';
import type { Split } from '../../facts/split.ts';
import type { RolloutState } from '../../status/rollout.ts';
import type { Status } from '../../status/status.ts';
import type { Write } from '../decision.ts';
import { holding, type Outcome, waiting } from '../outcome.ts';

export interface TrafficOutcome extends Outcome {
  readonly state: Status;
}

export const hold = (state: Status, reason: Reason, why: string): TrafficOutcome => ({
  state,
  ...holding(reason, why),
});

export const wait = (state: Status, message: string): TrafficOutcome => ({ state, ...waiting(message) });

/** A new split, safe where `needed` exists and is ready. */
export const toSplit = (purpose: Purpose, split: Split, needed: string, rollout?: RolloutState): Write => ({
  purpose,
  change: { kind: 'Traffic', split },
  needs: [needed],
  ...(rollout && { rollout }),
});

/** Nothing has changed, so what nothing moved for goes on; but for a pause, which ends with its annotation. */
export const heldStill = ({ hold: held }: Status) =>
  held && held.reason !== 'Paused' ? ({ hold: 'GoesOn' } as const) : {};
