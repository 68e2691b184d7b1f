/** How long a rollout has been open, by the data that was judged. What a soak takes is none of it: there nothing can be proven. */
import { ms } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import { isSoaking } from './ramp.ts';

/** Since the rollout began or was last under suspicion. */
export const calmMs = ({ retreat, startedAt }: RolloutState, nowMs: number): number =>
  nowMs - ms(retreat?.at ?? startedAt);

/** Neither held small by the soak, nor without latency for its warm-up. */
export const isBaking = (policy: Policy, rollout: RolloutState, nowMs: number): boolean =>
  !isSoaking(policy, calmMs(rollout, nowMs)) && nowMs - ms(rollout.startedAt) >= policy.rollout.warmupMs;

export const isOverdue = ({ rollout: { maxBakeMs } }: Policy, { bakedSeconds = 0 }: RolloutState): boolean =>
  1000 * bakedSeconds >= maxBakeMs;
