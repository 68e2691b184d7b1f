/** The way forward, once nothing speaks for going back: more traffic, the watch, promotion. */

import type { Reason } from '../../../facts/reason.ts';
import { ms, spoken } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { Evidence } from '../../../status/evidence.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import { type Assessment, evidenceOf, odds } from '../../evidence/assess.ts';
import { boundsText, enoughText, evidenceText, isEven, oddsText } from '../../words.ts';
import { calmMs, isOverdue } from './bake.ts';
import type { Advanced, Moment, Move } from './moves.ts';
import {
  certificatePercent,
  halfwayPercent,
  nextPercent,
  rungAbove,
  spacingMs,
  tellingRequests,
  watchPercent,
} from './ramp.ts';

/** How long the candidate carries most of the traffic beside its control before it gets all of it. */
export const watchMs = 20 * 60_000;

/** A burst of failures that comes back within this time is to find a control. */
const watchAfterStrikeMs = 2 * 3_600_000;

const struckFor = (evidence: readonly Evidence[]): number =>
  Math.max(
    0,
    ...evidence.map(({ lastStrike, judgedUntil }) =>
      lastStrike === undefined ? 0 : ms(lastStrike) + watchAfterStrikeMs - ms(judgedUntil),
    ),
  );

/** What `Promote` on inconclusive evidence asks for at least. */
const fewestRequests = 30;
const highestOdds = 3;

export function forward(
  policy: Policy,
  rollout: RolloutState,
  gating: readonly Assessment[],
  moment: Moment,
  why: string,
): Advanced {
  const to = (action: Move['action'], percent: number, reason: Reason, message: string) => ({
    rollout,
    move: { action, percent, reason, message },
  });
  const stay = (reason: Reason, message: string) => to('None', moment.percent, reason, message);

  const overdue = isOverdue(policy, rollout);
  if (gating.some(({ doubtful }) => doubtful)) {
    return to(
      overdue ? 'Hold' : 'None',
      moment.percent,
      'Doubtful',
      `No step while this is open: ${why}. It is settled by what the next ticks say.`,
    );
  }

  const outages = gating.filter(({ environmentBad }) => environmentBad);
  const [outage] = outages;
  // What ails the control must be what the candidate is better at.
  const cure = outage !== undefined && outages.every(({ better }) => better);
  if (outage && !cure) {
    const evidence = evidenceOf(rollout, outage);
    const message = `${rollout.control} itself is failing, so no revision is blamed and nothing moves forward: ${evidenceText(evidence, outage, rollout.candidate, rollout.control)}. The rollout goes on when it is over.`;
    return to('Hold', moment.percent, 'SharedOutage', message);
  }

  const certified = gating.length > 0 && gating.every((assessment) => assessment.certified);
  if (rollout.stage === 'Watch') {
    const leftMs = watchMs - 1000 * (rollout.watchedSeconds ?? 0);
    if (leftMs > 0) return stay('Watching', `${spoken(leftMs)} of the watch are left. ${why}.`);
    const struckMs = struckFor(gating.map((assessment) => evidenceOf(rollout, assessment)));
    if (struckMs > 0 && !cure) {
      const message = `It failed once, and what fails again is known by its control: ${spoken(struckMs)} more of the watch. ${why}.`;
      return stay('Watching', message);
    }
    if (!certified) {
      if (cure || !overdue) return stay('Watching', `The certificate is still open. ${why}.`);
      const open = inconclusive(policy, rollout, gating, moment);
      if (open.move.action !== 'Watch') return open;
    }
    const message =
      `${rollout.candidate} held through the watch: ${boundsText(gating, rollout)}${certified ? enoughText(gating, rollout.evidence) : ''}. ${why}. ` +
      `It gets all of the traffic; ${rollout.control} is remembered as last good.`;
    return to('Promote', 100, certified ? 'WatchPassed' : 'Inconclusive', message);
  }

  if (moment.percent >= certificatePercent(moment.limit) && certified) {
    const share = Math.max(watchPercent(moment.pace, moment.limit), moment.percent);
    const message = `Certified at ${moment.percent} %: ${boundsText(gating, rollout)} (95 % bound${enoughText(gating, rollout.evidence)}). ${why}. ${spoken(watchMs)} of watching follow.`;
    return to('Watch', share, 'Certified', message);
  }

  const open = overdue ? inconclusive(policy, rollout, gating, moment) : null;
  // A larger share is what brings the requests that are missing.
  if (open && open.move.reason !== 'InsufficientSamples') return open;
  const wait = () => open ?? stay('Observing', `${why}.`);

  const requests = Math.max(0, ...rollout.evidence.map(({ candidate }) => candidate.total));
  if (moment.percent < rollout.startPercent && rollout.retreat === undefined) {
    if (requests < tellingRequests || gating.some(speaksAgainst)) return wait();
    const message = `The first ${Math.round(requests)} requests show no total failure of ${rollout.candidate}. ${why}. The ramp starts.`;
    return to('Step', rollout.startPercent, 'Healthy', message);
  }
  if (!hasShownGood(rollout, gating) || !isSpaced(rollout, moment)) return wait();
  const percent = nextPercent(
    policy,
    {
      percent: moment.percent,
      startPercent: rollout.startPercent,
      requestsPerSecond: rollout.requestsPerSecond,
      limit: moment.limit,
      calmMs: calmMs(rollout, moment.nowMs),
      suspectedBefore: rollout.retreat !== undefined,
      fixForward: cure,
    },
    gating,
    moment.pace,
  );
  if (percent <= moment.percent) return wait();
  const reason = cure ? 'FixForward' : 'Healthy';
  const message = cure
    ? `${rollout.candidate} is clearly better than the failing ${rollout.control} and is helped on. ${why}.`
    : `${verdictText(rollout, gating)}: ${boundsText(gating, rollout)} so far. ${why}. More follows if it stays so.`;
  return to('Step', percent, reason, message);
}

/**
 * What one tick adds to the odds is capped, so that after the first one they are even, whatever it has shown. The first step
 * is the largest for most: it waits while the newest tick by itself, uncapped, is against it.
 */
const speaksAgainst = ({ tickPower }: Assessment): boolean => tickPower >= firstDoubt;
/** At odds of 20:1: of good ones one in twenty, or fewer, steps a tick later. */
const firstDoubt = Math.log(20);

/** Where there is next to no traffic all that was seen may be bad and still be no evidence: that is no reason for more. */
const hasShownGood = (rollout: RolloutState, gating: readonly Assessment[]): boolean =>
  rollout.evidence.some(({ candidate }) => candidate.total > 0) &&
  gating.every((assessment) => {
    const { bad, total } = evidenceOf(rollout, assessment).candidate;
    return assessment.kind === 'Rate' || total === 0 || bad < total;
  });

/** What was seen before a retreat stays in the odds, and is not forgotten in words. */
function verdictText({ candidate }: RolloutState, gating: readonly Assessment[]): string {
  const worst = Math.max(...gating.map(odds));
  if (worst > highestOdds) return `What speaks against ${candidate} is not enough to stop it, and no more has come`;
  // What is printed as odds is something, however little.
  if (!isEven(worst)) return `Too little speaks against ${candidate} to wait for more (odds ${oddsText(worst)})`;
  return `Nothing speaks against ${candidate}`;
}

/** The bake time is over and the SLO is not proven: the outcome that the policy declares. */
function inconclusive(policy: Policy, rollout: RolloutState, gating: readonly Assessment[], moment: Moment): Advanced {
  const to = (action: Move['action'], percent: number, reason: Reason, message: string) => ({
    rollout,
    move: { action, percent, reason, message },
  });
  const bound = `After ${spoken(policy.rollout.maxBakeMs)} of baking the traffic proves no more than: ${boundsText(gating, rollout)}.`;
  if (policy.rollout.onInconclusive === 'Rollback') return to('RollBack', 0, 'Inconclusive', bound);
  if (policy.rollout.onInconclusive === 'Hold') return to('Hold', moment.percent, 'Inconclusive', bound);
  const requests = Math.max(0, ...rollout.evidence.map(({ candidate }) => candidate.total));
  if (requests < fewestRequests) {
    const message = `Only ${Math.round(requests)} requests reached ${rollout.candidate}; ${fewestRequests} are the least to go on with. ${bound}`;
    return to('Hold', moment.percent, 'InsufficientSamples', message);
  }
  if (gating.some((assessment) => odds(assessment) > highestOdds)) {
    return to(
      'Hold',
      moment.percent,
      'Inconclusive',
      `Odds above ${highestOdds}:1 stand against ${rollout.candidate}. ${bound}`,
    );
  }
  const most = Math.max(watchPercent(moment.pace, moment.limit), moment.percent);
  const next = moment.percent < halfwayPercent(moment.limit) ? rungAbove(moment.percent, moment.limit) : most;
  if (rollout.stage === 'Ramp' && !isSpaced(rollout, moment)) return to('None', moment.percent, 'Inconclusive', bound);
  if (next < most) return to('Step', next, 'Inconclusive', `${bound} Promoted step by step, as the policy says.`);
  return to('Watch', most, 'Inconclusive', `${bound} Promoted as the policy says.`);
}

function isSpaced(rollout: RolloutState, { percent, nowMs, pace }: Moment): boolean {
  const sinceMs = ms(percent === rollout.startPercent ? rollout.startedAt : rollout.steppedAt);
  return nowMs - sinceMs >= spacingMs(pace);
}
