/** A rollout as it begins, and with each new share. */

import { percentOf, type Split } from '../../../facts/split.ts';
import { iso } from '../../../facts/time.ts';
import type { RolloutState } from '../../../status/rollout.ts';

export const newRollout = (
  candidate: string,
  control: string,
  percent: number,
  requestsPerSecond: number,
  evidence: RolloutState['evidence'],
  nowMs: number,
): RolloutState => ({
  candidate,
  control,
  stage: 'Ramp',
  startedAt: iso(nowMs),
  steppedAt: iso(nowMs),
  shares: [],
  startPercent: percent,
  requestsPerSecond,
  controlsTaken: 0,
  unseen: { requests: 0, ticks: 0 },
  evidence,
});

const mostShares = 8;

/** The rollout with the candidate's new share. */
export function withShare(rollout: RolloutState, split: Split, at: string): RolloutState {
  const shares = [...rollout.shares, { at, percent: percentOf(split, rollout.candidate) }].slice(-mostShares);
  return { ...rollout, steppedAt: at, shares };
}
