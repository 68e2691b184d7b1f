/** What a rollout can do next, and the words for going back. */
import type { Reason } from '../../../facts/reason.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { InstanceLimit } from '../../capacity.ts';
import type { Action } from '../../decision.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import type { Pace } from '../../freshness.ts';
import { evidenceText, goneBackText, tickText } from '../../words.ts';

export interface Moment {
  readonly nowMs: number;
  /** The candidate's present share, percent. */
  readonly percent: number;
  readonly pace: Pace;
  readonly limit: InstanceLimit;
  /** Requests of both revisions in the newest counts, a second; 0 where there are none. */
  readonly requestsPerSecond: number;
}

export interface Move {
  readonly action: Extract<
    Action,
    'None' | 'Hold' | 'Step' | 'Retreat' | 'TakeControl' | 'Watch' | 'Promote' | 'RollBack' | 'Withdraw'
  >;
  readonly percent: number;
  readonly reason: Reason;
  readonly message: string;
}

/** A rollout and what should happen to it. */
export interface Advanced {
  readonly rollout: RolloutState;
  readonly move: Move;
}

export function rollBack(assessment: Assessment, rollout: RolloutState, reason: Reason | null): Move {
  const { convicts, totalFailure, strikes } = assessment;
  const text = !convicts && (totalFailure || strikes) ? tickText : evidenceText;
  const evidence = text(evidenceOf(rollout, assessment), assessment, rollout.candidate, rollout.control);
  return {
    action: 'RollBack',
    percent: 0,
    reason: reason ?? regression[assessment.kind],
    message: `${evidence}. ${goneBackText(rollout.candidate, rollout.control)}`,
  };
}

const regression = {
  Errors: 'ErrorRateRegression',
  Latency: 'LatencyRegression',
  Rate: 'EventRateRegression',
} as const;
