/**
 * Bursts beside controls add up. A fault that comes in bursts burned while the revision had everything, each time by evidence
 * that began anew (20:1 an objective, or a tick that is certain by itself: two are enough against the SLO). Beside a control
 * the odds are counted over the ticks that follow one which spoke against the revision: that is known before the tick is
 * counted, so that they are honest, and what is quiet in between does not wear them away.
 */

import type { Policy } from '../../../policy/policy.ts';
import type { GuardState } from '../../../status/guard.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import { ratiosOf, suspicious } from '../../evidence/evidence.ts';
import { logAddExp, mixture } from '../../evidence/logs.ts';
import { ticksToConvict } from '../../evidence/profiles.ts';
import { barOf } from './bar.ts';
import type { Fire } from './fires.ts';

/** So often it has to have burned for the SLO to be broken beyond doubt. */
const fewestFires = 2;

/**
 * With each control the odds begin anew, too, besides going on: what a long outage of both wore away is not gone for good. The
 * weights, 1/2 for the first and 1/2 for all others, add up to 1, so that the mixture is as honest as one of them.
 */
export function withStart(guard: GuardState): GuardState {
  const { controlsTaken: number } = guard;
  const weight = number <= 1 ? 1 / 2 : 1 / (2 * number * (number - 1));
  const fires = guard.fires?.map((fire) => ({ ...fire, worse: logAddExp(fire.worse, Math.log(weight)) }));
  return { ...guard, ...(fires && { fires }) };
}

/** The odds after one more look beside a control. */
export function withTicks(
  guard: GuardState,
  gating: readonly Assessment[],
  policy: Policy,
  tickMs: number,
): GuardState {
  // As persistent as any conviction: so many ticks, over all controls.
  const cap = barOf(policy) / ticksToConvict(policy, tickMs);
  const fires = guard.fires?.map((fire) => {
    const assessment = gating.find(({ objective }) => objective === fire.objective);
    if (!assessment?.tick || assessment.tick.candidate.total === 0) return fire;
    const { hot, ...rest } = fire;
    const { tick, kind, tickAbsolute } = assessment;
    const said = hot ? Math.min(mixture(ratiosOf(evidenceOf(guard, assessment), tick, kind).relative), cap) : 0;
    return { ...rest, worse: fire.worse + said, ...(tickAbsolute >= Math.log(suspicious) && { hot: true }) };
  });
  return { ...guard, ...(fires && { fires }) };
}

export const comesBack = ({ fires = [] }: GuardState, { objective }: Assessment, policy: Policy): Fire | undefined =>
  fires.find((fire) => fire.objective === objective && fire.count >= fewestFires && fire.worse >= barOf(policy));
