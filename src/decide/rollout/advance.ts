/**
 * What a running rollout does after a tick. Suspicion is cheaper than conviction: it makes the candidate's share smaller, or
 * takes a control, while evidence comes in; conviction sends the candidate back for good.
 */
import type { Policy } from '../../policy/policy.ts';
import type { RolloutState } from '../../policy/status.ts';
import { ms, spoken } from '../../policy/time.ts';
import type { Judged } from '../evidence/judge.ts';
import { instancesText } from '../room.ts';
import { evidenceText } from '../words.ts';
import { forward } from './forward.ts';
import { type Advanced, evidenceOf, leading, type Moment, rollBack } from './moves.ts';
import { resume, retreatMs, strike, suspicion, takeControl } from './suspicion.ts';

/** By its share a silent candidate should have shown this many requests, over at least two ticks. */
const unseenRequests = 100;

/** Takes the newest tick into account and says what should happen. */
export function advance(policy: Policy, before: RolloutState, judged: Judged, moment: Moment): Advanced {
  const rollout: RolloutState = { ...before, evidence: [...judged.evidence], unseen: unseen(before, judged, moment) };
  const gating = judged.assessments.filter(({ gate }) => gate);
  const stay = (reason: string, message: string, action: 'None' | 'Hold' = 'None') => ({
    rollout,
    move: { action, percent: moment.percent, reason, message },
  });

  const seen = gating.filter((assessment) => evidenceOf(rollout, assessment).candidate.total > 0);
  const worst = leading(seen.length > 0 ? seen : gating);
  const evidence = worst ? evidenceText(evidenceOf(rollout, worst), worst, rollout.candidate, rollout.control) : '';
  const why = `${evidence}${leftOutText(rollout, judged, moment)}`;
  const convicted = gating.find(({ convicts, guards }) => convicts || guards);
  if (convicted) return { rollout, move: rollBack(convicted, rollout, convicted.guards ? 'TotalFailure' : null) };

  if (judged.newest === null) return stay('AwaitingMetrics', 'No new samples since the last look.');

  const suspects = gating.filter(({ suspect, environmentBad }) => suspect && !environmentBad);
  const cameBack = suspects.length > 0 && rollout.retreat?.used && rollout.retreat.finished;
  if (cameBack) return suspicion(policy, rollout, suspects, moment);

  const struck = strike(rollout, gating, moment);
  if (struck) return struck;

  if (rollout.unseen.requests >= unseenRequests && rollout.unseen.ticks >= 2) {
    const message =
      `${rollout.candidate} has ${moment.percent} % of the traffic and should have shown ` +
      `${Math.round(rollout.unseen.requests)} requests, but shows none, while ${rollout.control} shows its own.`;
    return { rollout, move: { action: 'Withdraw', percent: 0, reason: 'CandidateSilent', message } };
  }

  if (suspects.length > 0) return suspicion(policy, rollout, suspects, moment);

  const control = takeControl(rollout, gating, moment);
  if (control) return control;

  const resumed = resume(rollout, gating, moment);
  if (resumed.retreat && !resumed.retreat.finished) {
    const until = spoken(ms(resumed.retreat.at) + retreatMs(moment.pace) - moment.nowMs);
    const outage = gating.find(({ environmentBad }) => environmentBad);
    if (outage && moment.percent > 1) {
      const message = `Both revisions are failing while ${rollout.candidate} was under suspicion: it waits at 1 %. ${why}`;
      return { rollout: resumed, move: { action: 'Retreat', percent: 1, reason: 'SharedOutage', message } };
    }
    return stay(
      'Retreated',
      `Suspicion made the share smaller; the ramp goes on in ${until} if nothing more is seen. ${why}`,
    );
  }
  if (judged.unknown) {
    const message = `Not every objective could be read (${judged.unknown.message}), so nothing moves forward.`;
    return {
      rollout: resumed,
      move: { action: 'Hold', percent: moment.percent, reason: 'MetricsIncomplete', message },
    };
  }
  return forward(policy, resumed, gating, moment, why);
}

function leftOutText({ candidate }: RolloutState, { notAttributable }: Judged, { limit, percent }: Moment): string {
  if (limit === null || notAttributable.length === 0) return '';
  return `; ${notAttributable.join(', ')} not judged: ${candidate} has ${instancesText(limit, percent)}`;
}

function unseen(rollout: RolloutState, { newest }: Judged, { percent }: Moment): RolloutState['unseen'] {
  if (newest === null) return rollout.unseen;
  if (newest.candidate > 0 || newest.control === 0) return { requests: 0, ticks: 0 };
  const expected = percent < 100 ? (newest.control * percent) / (100 - percent) : 0;
  return { requests: rollout.unseen.requests + expected, ticks: rollout.unseen.ticks + 1 };
}
