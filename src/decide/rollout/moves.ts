/** What a rollout can do next, and the words for going back. */
import type { Evidence, RolloutState } from '../../policy/status.ts';
import type { Action } from '../decision.ts';
import { type Assessment, odds } from '../evidence/assess.ts';
import type { Pace } from '../reach.ts';
import type { InstanceLimit } from '../room.ts';
import { evidenceText, goneBackText, tickText } from '../words.ts';

export interface Moment {
  readonly nowMs: number;
  /** The candidate's present share, percent. */
  readonly percent: number;
  readonly pace: Pace;
  readonly limit: InstanceLimit;
}

export interface Move {
  readonly action: Extract<
    Action,
    'None' | 'Hold' | 'Step' | 'Retreat' | 'TakeControl' | 'Watch' | 'Promote' | 'RollBack' | 'Withdraw'
  >;
  readonly percent: number;
  readonly reason: string;
  readonly message: string;
}

/** A rollout and what should happen to it. */
export interface Advanced {
  readonly rollout: RolloutState;
  readonly move: Move;
}

export function rollBack(assessment: Assessment, rollout: RolloutState, reason: string | null): Move {
  const { convicts, guards, strikes } = assessment;
  const text = !convicts && (guards || strikes) ? tickText : evidenceText;
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

/** The objective that speaks most against the candidate. */
export const leading = (assessments: readonly Assessment[]): Assessment | undefined =>
  [...assessments].sort((a, b) => odds(b) - odds(a))[0];

export const evidenceOf = (holder: { readonly evidence: readonly Evidence[] }, { objective }: Assessment): Evidence =>
  holder.evidence.find((entry) => entry.objective === objective)!;
