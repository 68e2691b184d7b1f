/** A rollout as it begins, and with each new share. */
import { percentOf, type Split } from '../../../facts/split.ts';
import { iso } from '../../../facts/time.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import { isTrickle } from './ramp.ts';

export interface NewRollout
  extends Pick<RolloutState, 'candidate' | 'control' | 'startPercent' | 'requestsPerSecond' | 'evidence'> {
  readonly nowMs: number;
}

export const newRollout = ({ nowMs, ...known }: NewRollout): RolloutState => ({
  ...known,
  ...(isTrickle(known.requestsPerSecond) && { idle: true }),
  stage: 'Ramp',
  startedAt: iso(nowMs),
  steppedAt: iso(nowMs),
  shares: [],
  controlsTaken: 0,
  unseen: { requests: 0, ticks: 0 },
});

const mostShares = 8;

/** The rollout with the candidate's new share. */
export function withShare(rollout: RolloutState, split: Split, at: string): RolloutState {
  const shares = [...rollout.shares, { at, percent: percentOf(split, rollout.candidate) }].slice(-mostShares);
  // How full instances are depends on how many there are for a share.
  const saturation = rollout.saturation && { ...rollout.saturation, beside: [] };
  return { ...rollout, steppedAt: at, shares, ...(saturation && { saturation }) };
}
