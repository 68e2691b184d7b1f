/** How much persistence a conviction takes, and how long a rollout soaks, by the policy's profile. */
import type { Policy } from '../../policy/policy.ts';

export const profiles = {
  Fast: { ticksToConvict: 5, soakMs: 0 },
  Balanced: { ticksToConvict: 6, soakMs: 15 * 60_000 },
  Careful: { ticksToConvict: 8, soakMs: 30 * 60_000 },
} as const;

/** At slow sources three ticks are already minutes. */
export const ticksToConvict = (policy: Policy, tickMs: number): number =>
  tickMs >= 30_000 ? 3 : profiles[policy.rollout.profile].ticksToConvict;
