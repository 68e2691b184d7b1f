/** Suspicion is cheaper than conviction: fewer users, or a larger control, while the question is open. */

import { iso, ms, spoken } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import { fairPercent } from '../../capacity.ts';
import { type Assessment, evidenceOf, leading } from '../../evidence/assess.ts';
import { termsOf } from '../../evidence/judge.ts';
import { forgetSuspicion, isSecondStrike, withStrike } from '../../evidence/passing.ts';
import { tickCap } from '../../evidence/terms.ts';
import type { Pace } from '../../freshness.ts';
import { evidenceText, tickText } from '../../words.ts';
import { type Advanced, type Moment, rollBack } from './moves.ts';
import { feedbackMs, firstPercent } from './ramp.ts';

/** One tick that is certain by both tests, of a fault too short to convict: once makes small, twice convicts. */
export function strike(
  policy: Policy,
  rollout: RolloutState,
  gating: readonly Assessment[],
  moment: Moment,
): Advanced | null {
  const striking = gating.find(({ strikes }) => strikes);
  if (!striking) return null;
  const entry = evidenceOf(rollout, striking);
  const recorded = { ...rollout, evidence: withStrike(rollout.evidence, entry) };
  if (isSecondStrike(entry, moment.pace.tickMs)) {
    return { rollout: recorded, move: rollBack(striking, rollout, 'SecondStrike') };
  }
  const evidence = tickText(entry, striking, rollout.candidate, rollout.control);
  return retreat(
    policy,
    recorded,
    Math.min(moment.percent, firstPercent(policy, rollout.requestsPerSecond, moment.pace, moment.limit)),
    moment,
    `A first burst of failures: ${evidence}. ${aftermath(struckMs)}`,
  );
}

/** At 90/10 an error says little about the relative question; at 50/50 it is settled quickly. */
const half = 50;

export function suspicion(
  policy: Policy,
  rollout: RolloutState,
  suspects: readonly Assessment[],
  moment: Moment,
): Advanced {
  const worst = leading(suspects)!;
  if (rollout.retreat?.used && rollout.retreat.finished) {
    const move = rollBack(worst, rollout, 'CameBack');
    return { rollout, move: { ...move, message: `The same suspicion came back at a larger share. ${move.message}` } };
  }
  const power = Math.max(...suspects.map(({ tickPower }) => tickPower));
  const share = Math.max(...suspects.map(({ tickShare }) => tickShare));
  const cap = tickCap(termsOf(policy, policy.objectives[0]!, moment.pace.tickMs));
  // Evidence above the cap is users' requests spent for nothing.
  const enough = power > 0 ? 100 * ((share * 3 * cap) / power) : 100;
  const percent = Math.min(moment.percent, half, Math.ceil(Math.max(rollout.startPercent, enough)));
  const evidence = evidenceText(evidenceOf(rollout, worst), worst, rollout.candidate, rollout.control);
  return retreat(
    policy,
    rollout,
    fairPercent(moment.limit, percent),
    moment,
    `Suspicion: ${evidence}. ${aftermath(retreatMs(moment.pace, []))}`,
  );
}

const aftermath = (lengthMs: number): string =>
  `If more is seen it is rolled back; if nothing is for ${spoken(lengthMs)}, the ramp goes on.`;

/** Fewer users while the question is open. From the watch it is back to the ramp, and the certificate is needed again. */
function retreat(policy: Policy, rollout: RolloutState, percent: number, moment: Moment, message: string): Advanced {
  const fell = percent < moment.percent;
  // In Observe the share does not fall.
  const used = (fell && policy.mode === 'Enforce') || (rollout.retreat?.used ?? false);
  const retreated: RolloutState = {
    ...backToRamp(rollout),
    evidence: rollout.evidence.map(forgetSuspicion),
    retreat: { at: iso(moment.nowMs), used, finished: false },
  };
  const action = fell ? ('Retreat' as const) : ('None' as const);
  return { rollout: retreated, move: { action, percent, reason: 'Suspicion', message } };
}

/** Once, for what burns budget and is not yet suspicion by both tests. */
export function takeControl(rollout: RolloutState, gating: readonly Assessment[], moment: Moment): Advanced | null {
  const percent = fairPercent(moment.limit, half);
  if (moment.percent <= percent || rollout.controlsTaken > 0) return null;
  const burning = gating.find(
    ({ burns, suspicionAbsolute, suspicionRelative, tickAbsolute, environmentBad }) =>
      (burns || suspicionAbsolute >= Math.log(20)) &&
      tickAbsolute > 0 &&
      suspicionRelative >= Math.log(2) &&
      !environmentBad,
  );
  if (!burning) return null;
  const evidence = evidenceText(evidenceOf(rollout, burning), burning, rollout.candidate, rollout.control);
  return {
    rollout: { ...backToRamp(rollout), controlsTaken: rollout.controlsTaken + 1 },
    move: {
      action: 'TakeControl' as const,
      percent,
      reason: 'ControlNeeded',
      message: `${100 - percent} % of the traffic goes to ${rollout.control} to settle whether ${rollout.candidate} is to blame: ${evidence}.`,
    },
  };
}

/** A retreat that saw nothing more is over. */
export function resume(rollout: RolloutState, gating: readonly Assessment[], moment: Moment): RolloutState {
  const { retreat } = rollout;
  if (!retreat || retreat.finished) return rollout;
  const waited = moment.nowMs - ms(retreat.at) >= retreatMs(moment.pace, rollout.evidence);
  if (!waited || gating.some(({ doubtful, environmentBad, better }) => doubtful || (environmentBad && !better)))
    return rollout;
  return {
    ...rollout,
    retreat: { ...retreat, finished: true },
    evidence: rollout.evidence.map((entry) => ({
      ...entry,
      absoluteMeter: entry.absoluteMeter.map((value) => Math.min(value, 0)),
      relativeMeter: entry.relativeMeter.map((value) => Math.min(value, 0)),
    })),
  };
}

/** A burst of failures comes back when it does; until then few users are to meet it. */
const struckMs = 15 * 60_000;

export const retreatMs = (pace: Pace, evidence: readonly Evidence[]): number =>
  Math.max(evidence.some(({ lastStrike }) => lastStrike !== undefined) ? struckMs : 300_000, feedbackMs(pace));

function backToRamp(rollout: RolloutState): RolloutState {
  if (rollout.stage === 'Ramp') return rollout;
  const { watchedSeconds: _, ...rest } = rollout;
  return {
    ...rest,
    stage: 'Ramp',
    evidence: rollout.evidence.map((entry) => ({ ...entry, certified: { bad: 0, total: 0, expectedBad: 0 } })),
  };
}
