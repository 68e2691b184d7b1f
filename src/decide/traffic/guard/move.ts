/** What the guard proposes, and its words. */

import type { Reason } from '../../../facts/reason.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { GuardState } from '../../../status/guard.ts';
import type { InstanceLimit } from '../../capacity.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import type { Judged } from '../../evidence/judge.ts';
import { evidenceText, goneBackText, tickText } from '../../words.ts';

export interface GuardMove {
  readonly action: 'None' | 'TakeControl' | 'Trial' | 'RollBack' | 'Restore';
  readonly reason: Reason;
  readonly message: string;
  /** What the promoted revision keeps of the traffic beside a control. */
  readonly percent?: number;
}

export interface Guarded {
  readonly guard: GuardState;
  readonly move: GuardMove;
}

/** A look at the guard: what was judged, and in which circumstances. */
export interface Look {
  readonly policy: Policy;
  readonly judged: Judged;
  readonly gating: readonly Assessment[];
  readonly tickMs: number;
  readonly nowMs: number;
  /** What the promoted revision has of the traffic. */
  readonly percent: number;
  readonly limit: InstanceLimit;
}

export const moved = (
  guard: GuardState,
  action: GuardMove['action'],
  reason: Reason,
  message: string,
  percent?: number,
): Guarded => ({ guard, move: { action, reason, message, ...(percent !== undefined && { percent }) } });

export const evidenceSaid = (guard: GuardState, assessment: Assessment): string => {
  const { convicts, totalFailureAlone, strikes } = assessment;
  const text = !convicts && (totalFailureAlone || strikes) ? tickText : evidenceText;
  return text(evidenceOf(guard, assessment), assessment, guard.revision, guard.control);
};

export const rolledBack = (guard: GuardState, reason: Reason, why: string): Guarded =>
  moved(guard, 'RollBack', reason, `${why}. ${goneBackText(guard.revision, guard.control)}`);
