/**
 * What a running rollout does next. Suspicion is cheaper than conviction: it makes the candidate's share smaller, or takes
 * a control, while evidence comes in; conviction sends the candidate back for good.
 */
import type { Policy } from '../policy/policy.ts';
import type { Evidence, RolloutState } from '../policy/status.ts';
import { iso, ms, spoken } from '../policy/time.ts';
import type { Action } from './decision.ts';
import { type Assessment, forgetSuspicion, odds, tickCap } from './evidence.ts';
import { type Judged, termsOf } from './judge.ts';
import { certificatePercent, feedbackMs, nextPercent, type Pace, watchPercent } from './ramp.ts';
import { boundsText, evidenceText } from './words.ts';

/** How long the candidate carries most of the traffic beside its control before it gets all of it. */
export const watchMs = 20 * 60_000;

/** A second strike counts only when this much later than the first: one fault seen in two ticks is one strike. */
const strikeApartMs = 120_000;

/** What `Promote` on inconclusive evidence asks for at least. */
const fewestRequests = 30;
const highestOdds = 3;

/** By its share a silent candidate should have shown this many requests, over at least two ticks. */
const unseenRequests = 100;

export interface Moment {
  readonly nowMs: number;
  /** The candidate's present share, percent. */
  readonly percent: number;
  readonly pace: Pace;
}

export interface Move {
  readonly action: Extract<
    Action,
    'None' | 'Hold' | 'Step' | 'Retreat' | 'TakeControl' | 'Watch' | 'Promote' | 'RollBack' | 'Withdraw'
  >;
  readonly percent: number;
  readonly reason: string;
  readonly message: string;
}

/** Takes the newest tick into account and says what should happen. */
export function advance(
  policy: Policy,
  before: RolloutState,
  judged: Judged,
  moment: Moment,
): { rollout: RolloutState; move: Move } {
  const rollout: RolloutState = { ...before, evidence: [...judged.evidence], unseen: unseen(before, judged, moment) };
  const gating = judged.assessments.filter(({ gate }) => gate);
  const stay = (reason: string, message: string, action: 'None' | 'Hold' = 'None') => ({
    rollout,
    move: { action, percent: moment.percent, reason, message },
  });

  const seen = gating.filter((assessment) => evidenceOf(rollout, assessment).candidate.total > 0);
  const worst = leading(seen.length > 0 ? seen : gating);
  const why = worst ? evidenceText(evidenceOf(rollout, worst), worst, rollout.candidate, rollout.control) : '';
  const convicted = gating.find(({ convicts, guards }) => convicts || guards);
  if (convicted) return { rollout, move: rollBack(convicted, rollout, convicted.guards ? 'TotalFailure' : null) };

  if (judged.newest === null) return stay('AwaitingMetrics', 'No new samples since the last look.');

  const struck = strike(rollout, gating, moment);
  if (struck) return struck;

  if (rollout.unseen.requests >= unseenRequests && rollout.unseen.ticks >= 2) {
    const message =
      `${rollout.candidate} has ${moment.percent} % of the traffic and should have shown ` +
      `${Math.round(rollout.unseen.requests)} requests, but shows none, while ${rollout.control} shows its own.`;
    return { rollout, move: { action: 'Withdraw', percent: 0, reason: 'CandidateSilent', message } };
  }

  const suspects = gating.filter(({ suspect, environmentBad }) => suspect && !environmentBad);
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

/** The way forward, once nothing speaks for going back. */
function forward(
  policy: Policy,
  rollout: RolloutState,
  gating: readonly Assessment[],
  moment: Moment,
  why: string,
): { rollout: RolloutState; move: Move } {
  const to = (action: Move['action'], percent: number, reason: string, message: string) => ({
    rollout,
    move: { action, percent, reason, message },
  });
  const stay = (reason: string, message: string) => to('None', moment.percent, reason, message);

  if (gating.some(({ doubtful }) => doubtful)) return stay('Doubtful', `No step while this is open: ${why}.`);

  const outage = gating.find(({ environmentBad }) => environmentBad);
  const cure = outage !== undefined && gating.some(({ better }) => better);
  if (outage && !cure) {
    const evidence = evidenceOf(rollout, outage);
    const message = `${rollout.control} itself is failing, so no revision is blamed and nothing moves forward: ${evidenceText(evidence, outage, rollout.candidate, rollout.control)}.`;
    return stay('SharedOutage', message);
  }

  if (rollout.stage === 'Watch') {
    const left = ms(rollout.watchedSince ?? rollout.steppedAt) + watchMs - moment.nowMs;
    if (left > 0) return stay('Watching', `${spoken(left)} of the watch are left. ${why}.`);
    return to('Promote', 100, 'WatchPassed', `${rollout.candidate} held through the watch: ${boundsText(gating)}.`);
  }

  const certified = gating.length > 0 && gating.every((assessment) => assessment.certified);
  if (moment.percent >= certificatePercent(policy) && certified) {
    const share = Math.max(watchPercent(moment.pace), moment.percent);
    const message = `Certified at ${moment.percent} %: ${boundsText(gating)} (95 % bound). ${spoken(watchMs)} of watching follow.`;
    return to('Watch', share, 'Certified', message);
  }

  const sinceStartMs = moment.nowMs - ms(rollout.startedAt);
  if (sinceStartMs >= policy.rollout.maxBakeMs) return inconclusive(policy, rollout, gating, moment);

  const spacingMs = Math.max(60_000, moment.pace.delayMs + moment.pace.tickMs);
  if (moment.nowMs - ms(rollout.steppedAt) < spacingMs) return stay('Observing', `${why}.`);
  const percent = nextPercent(
    policy,
    {
      percent: moment.percent,
      startPercent: rollout.startPercent,
      requestsPerSecond: rollout.requestsPerSecond,
      sinceStartMs,
      fixForward: cure,
    },
    gating,
    moment.pace,
  );
  if (percent <= moment.percent) return stay('Observing', `${why}.`);
  const reason = cure ? 'FixForward' : 'Healthy';
  const message = cure
    ? `${rollout.candidate} is clearly better than the failing ${rollout.control} and is helped on. ${why}.`
    : `Nothing speaks against ${rollout.candidate}: ${boundsText(gating)} so far.`;
  return to('Step', percent, reason, message);
}

/** The bake time is over and the SLO is not proven: the outcome that the policy declares. */
function inconclusive(
  policy: Policy,
  rollout: RolloutState,
  gating: readonly Assessment[],
  moment: Moment,
): { rollout: RolloutState; move: Move } {
  const to = (action: Move['action'], percent: number, reason: string, message: string) => ({
    rollout,
    move: { action, percent, reason, message },
  });
  const bound = `After ${spoken(policy.rollout.maxBakeMs)} the traffic proves no more than: ${boundsText(gating)}.`;
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
  return to(
    'Watch',
    Math.max(watchPercent(moment.pace), moment.percent),
    'Inconclusive',
    `${bound} Promoted as the policy says.`,
  );
}

function rollBack(assessment: Assessment, rollout: RolloutState, reason: string | null): Move {
  const evidence = evidenceText(evidenceOf(rollout, assessment), assessment, rollout.candidate, rollout.control);
  return {
    action: 'RollBack',
    percent: 0,
    reason: reason ?? (assessment.kind === 'Latency' ? 'LatencyRegression' : 'ErrorRateRegression'),
    message: `${evidence}.`,
  };
}

/** One tick that is certain by both tests, of a fault too short to convict: once makes small, twice convicts. */
function strike(rollout: RolloutState, gating: readonly Assessment[], moment: Moment) {
  const striking = gating.find(({ strikes }) => strikes);
  if (!striking) return null;
  const entry = evidenceOf(rollout, striking);
  const apart = entry.lastStrike === undefined ? null : ms(entry.judgedUntil) - ms(entry.lastStrike);
  const recorded = {
    ...rollout,
    evidence: rollout.evidence.map((other) => (other === entry ? { ...other, lastStrike: other.judgedUntil } : other)),
  };
  if (apart !== null && apart >= strikeApartMs + moment.pace.tickMs) {
    return { rollout: recorded, move: rollBack(striking, rollout, 'SecondStrike') };
  }
  const evidence = evidenceText(entry, striking, rollout.candidate, rollout.control);
  return retreat(
    recorded,
    Math.min(moment.percent, rollout.startPercent),
    moment,
    `A first burst of failures: ${evidence}.`,
  );
}

function suspicion(policy: Policy, rollout: RolloutState, suspects: readonly Assessment[], moment: Moment) {
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
  const percent = Math.min(moment.percent, Math.ceil(Math.max(rollout.startPercent, enough)));
  return retreat(rollout, percent, moment, `Suspicion: ${rollBack(worst, rollout, null).message}`);
}

/** Fewer users while the question is open. From the watch it is back to the ramp, and the certificate is needed again. */
function retreat(rollout: RolloutState, percent: number, moment: Moment, message: string) {
  const fell = percent < moment.percent;
  const used = fell || (rollout.retreat?.used ?? false);
  const retreated: RolloutState = {
    ...backToRamp(rollout),
    evidence: rollout.evidence.map(forgetSuspicion),
    retreat: { at: iso(moment.nowMs), used, finished: false },
  };
  const action = fell ? ('Retreat' as const) : ('None' as const);
  return { rollout: retreated, move: { action, percent, reason: 'Suspicion', message } };
}

/** At 90/10 an error says little about the relative question; at 50/50 it is settled quickly. */
function takeControl(rollout: RolloutState, gating: readonly Assessment[], moment: Moment) {
  if (moment.percent <= 50 || rollout.controlsTaken >= 2) return null;
  const needed = Math.log(rollout.controlsTaken === 0 ? 2 : 20);
  const burning = gating.find(
    ({ suspicionAbsolute, suspicionRelative, tickAbsolute, environmentBad }) =>
      suspicionAbsolute >= Math.log(20) && tickAbsolute > 0 && suspicionRelative >= needed && !environmentBad,
  );
  if (!burning) return null;
  const evidence = evidenceText(evidenceOf(rollout, burning), burning, rollout.candidate, rollout.control);
  return {
    rollout: { ...backToRamp(rollout), controlsTaken: rollout.controlsTaken + 1 },
    move: {
      action: 'TakeControl' as const,
      percent: 50,
      reason: 'ControlNeeded',
      message: `Half of the traffic goes to ${rollout.control} to settle whether ${rollout.candidate} is to blame: ${evidence}.`,
    },
  };
}

/** A retreat that saw nothing more is over. */
function resume(rollout: RolloutState, gating: readonly Assessment[], moment: Moment): RolloutState {
  const { retreat } = rollout;
  if (!retreat || retreat.finished) return rollout;
  const waited = moment.nowMs - ms(retreat.at) >= retreatMs(moment.pace);
  if (!waited || gating.some(({ doubtful, environmentBad }) => doubtful || environmentBad)) return rollout;
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

const retreatMs = (pace: Pace): number => Math.max(300_000, feedbackMs(pace));

function backToRamp(rollout: RolloutState): RolloutState {
  if (rollout.stage === 'Ramp') return rollout;
  const { watchedSince: _, ...rest } = rollout;
  return {
    ...rest,
    stage: 'Ramp',
    evidence: rollout.evidence.map((entry) => ({ ...entry, certified: { bad: 0, total: 0, expectedBad: 0 } })),
  };
}

function unseen(rollout: RolloutState, { newest }: Judged, { percent }: Moment): RolloutState['unseen'] {
  if (newest === null) return rollout.unseen;
  if (newest.candidate > 0 || newest.control === 0) return { requests: 0, ticks: 0 };
  const expected = percent < 100 ? (newest.control * percent) / (100 - percent) : 0;
  return { requests: rollout.unseen.requests + expected, ticks: rollout.unseen.ticks + 1 };
}

/** The objective that speaks most against the candidate. */
export const leading = (assessments: readonly Assessment[]): Assessment | undefined =>
  [...assessments].sort((a, b) => odds(b) - odds(a))[0];

export const evidenceOf = (holder: { readonly evidence: readonly Evidence[] }, { objective }: Assessment): Evidence =>
  holder.evidence.find((entry) => entry.objective === objective)!;
