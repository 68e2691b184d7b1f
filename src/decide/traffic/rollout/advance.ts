/**
 * What a running rollout does after a tick. Suspicion is cheaper than conviction: it makes the candidate's share smaller, or
 * takes a control, while evidence comes in; conviction sends the candidate back for good.
 */

import type { Reason } from '../../../facts/reason.ts';
import { ms, spoken } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import { instancesText } from '../../capacity.ts';
import { type Assessment, evidenceOf, leading } from '../../evidence/assess.ts';
import type { Judged } from '../../evidence/judge.ts';
import { evidenceText, holdsOutage } from '../../words.ts';
import { isBaking } from './bake.ts';
import { forward } from './forward.ts';
import { awakened } from './idle.ts';
import { type Advanced, type Moment, rollBack } from './moves.ts';
import { resume, retreatMs, strike, suspicion, takeControl } from './suspicion.ts';
import { youth } from './youth.ts';

/** By its share a silent candidate should have shown this many requests, over at least two ticks. */
const unseenRequests = 100;

/** Takes the newest tick into account and says what should happen. */
export function advance(policy: Policy, before: RolloutState, judged: Judged, moment: Moment): Advanced {
  const gating = judged.assessments.filter(({ gate }) => gate);
  const rollout: RolloutState = {
    ...baked(policy, before, judged, gating, moment),
    evidence: [...judged.evidence],
    unseen: silenceOf(before, judged, moment),
  };
  const stay = (reason: Reason, message: string, action: 'None' | 'Hold' = 'None') => ({
    rollout,
    move: { action, percent: moment.percent, reason, message },
  });

  const seen = gating.filter((assessment) => evidenceOf(rollout, assessment).candidate.total > 0);
  const worst = leading(seen.length > 0 ? seen : gating);
  const why = `${worst ? figuresText(rollout, worst) : ''}${leftOutText(rollout, judged, moment)}`;
  const convicted = gating.find(({ convicts, totalFailure }) => convicts || totalFailure);
  if (convicted) return { rollout, move: rollBack(convicted, rollout, convicted.totalFailure ? 'TotalFailure' : null) };

  if (judged.newest === null) return stay('AwaitingMetrics', 'No new samples since the last look.');

  const suspects = gating.filter(({ suspect, environmentBad }) => suspect && !environmentBad);
  const cameBack = suspects.length > 0 && rollout.retreat?.used && rollout.retreat.finished;
  if (cameBack) return suspicion(policy, rollout, suspects, moment);

  const struck = strike(policy, rollout, gating, moment);
  if (struck) return struck;

  if (rollout.unseen.requests >= unseenRequests && rollout.unseen.ticks >= 2) {
    const message =
      `${rollout.candidate} has ${moment.percent} % of the traffic and should have shown ` +
      `${Math.round(rollout.unseen.requests)} requests, but shows none, while ${rollout.control} shows its own.`;
    return { rollout, move: { action: 'Withdraw', percent: 0, reason: 'CandidateSilent', message } };
  }

  const young = youth(policy, rollout, gating, moment);
  if (young) return young;

  if (suspects.length > 0) return suspicion(policy, rollout, suspects, moment);

  const control = takeControl(rollout, gating, moment);
  if (control) return control;

  const resumed = resume(rollout, gating, moment);
  if (resumed.retreat && !resumed.retreat.finished) {
    const leftMs = ms(resumed.retreat.at) + retreatMs(moment.pace, resumed.evidence) - moment.nowMs;
    const outage = gating.some(({ environmentBad, better }) => environmentBad && !better);
    if (outage && moment.percent > 1) {
      const message = `Both revisions are failing while ${rollout.candidate} was under suspicion: it waits at 1 %. ${why}.`;
      return { rollout: resumed, move: { action: 'Retreat', percent: 1, reason: 'SharedOutage', message } };
    }
    if (leftMs > 0) {
      const message = `Suspicion made the share smaller; the ramp goes on in ${spoken(leftMs)} if nothing more is seen. ${why}.`;
      return stay('Retreated', message);
    }
    return outage
      ? stay('SharedOutage', `Both revisions are failing, so the ramp does not go on yet. ${why}.`, 'Hold')
      : stay('Doubtful', `Suspicion made the share smaller, and it is still open: ${why}.`, 'Hold');
  }
  if (judged.unknown) {
    const message = `Not every objective could be read (${judged.unknown.message}), so nothing moves forward.`;
    return {
      rollout: resumed,
      move: { action: 'Hold', percent: moment.percent, reason: 'MetricsIncomplete', message },
    };
  }
  return awakened(policy, resumed, moment) ?? forward(policy, resumed, gating, moment, why);
}

function figuresText(rollout: RolloutState, worst: Assessment): string {
  const entry = evidenceOf(rollout, worst);
  const figures = evidenceText(entry, worst, rollout.candidate, rollout.control);
  return holdsOutage(entry, worst) ? `With the time when both were failing, ${figures}` : figures;
}

/** A gap of the metrics, or of ours, brings no more than this many ticks. */
const mostTicks = 4;

/** The time of the data that was judged, up to where every objective that counts was; none while the control itself fails. */
function baked(
  policy: Policy,
  before: RolloutState,
  { evidence }: Judged,
  gating: readonly Assessment[],
  { nowMs, pace }: Moment,
): RolloutState {
  if (gating.some(({ environmentBad, better }) => environmentBad && !better)) return before;
  const reached = (entries: readonly Evidence[]): number =>
    Math.min(
      ...entries
        .filter(({ objective }) => gating.length === 0 || gating.some((one) => one.objective === objective))
        .map(({ judgedUntil }) => ms(judgedUntil)),
    );
  const judgedMs = Math.min(reached(evidence) - reached(before.evidence), mostTicks * pace.tickMs);
  if (!(judgedMs > 0)) return before;
  const more = (seconds = 0): number => Math.round(1000 * seconds + judgedMs) / 1000;
  return {
    ...before,
    ...(isBaking(policy, before, nowMs) && { bakedSeconds: more(before.bakedSeconds) }),
    ...(before.stage === 'Watch' && { watchedSeconds: more(before.watchedSeconds) }),
  };
}

function leftOutText({ candidate }: RolloutState, { notAttributable }: Judged, { limit, percent }: Moment): string {
  if (limit === null || notAttributable.length === 0) return '';
  return `; ${notAttributable.join(', ')} not judged: ${candidate} has ${instancesText(limit, percent)}`;
}

function silenceOf(rollout: RolloutState, { newest }: Judged, { percent }: Moment): RolloutState['unseen'] {
  // An objective that cannot see the candidate says nothing while others have not been asked.
  if (newest === null || (newest.candidate === 0 && !newest.isWhole)) return rollout.unseen;
  if (newest.candidate > 0 || newest.control === 0) return { ...rollout.unseen, requests: 0, ticks: 0 };
  const expected = percent < 100 ? (newest.control * percent) / (100 - percent) : 0;
  return { ...rollout.unseen, requests: rollout.unseen.requests + expected, ticks: rollout.unseen.ticks + 1 };
}
