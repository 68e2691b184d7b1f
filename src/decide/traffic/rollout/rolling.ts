/** A rollout is running: is it still possible, is it still wanted, are there metrics, and then what does the evidence say? */
import { namedSplit, percentOf } from '../../../facts/split.ts';
import { ms, spoken } from '../../../facts/time.ts';
import { isUnguided } from '../../../policy/policy.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { Status } from '../../../status/status.ts';
import { cadence } from '../../cadence.ts';
import { limitOf, tooFewInstances } from '../../capacity.ts';
import type { Case } from '../../case.ts';
import { judge, withoutUntold } from '../../evidence/judge.ts';
import { youngMs } from '../../evidence/young.ts';
import { countsOf, isFresh, paceOf, staleAfterMs, tickOfObjective, unreadable } from '../../freshness.ts';
import { exemption, freezeOf } from '../../frozen.ts';
import { unmeasurable } from '../../inspection.ts';
import { hasLasted } from '../../outcome.ts';
import { isTuning } from '../../tuned.ts';
import { figures } from '../../view.ts';
import { newcomer } from '../newcomer.ts';
import { heldStill, hold, type TrafficOutcome } from '../outcome.ts';
import { advance } from './advance.ts';
import { away, outcomeOf, sentBack } from './proposal.ts';
import { outOfMemory, restrained, withSaturation } from './saturated.ts';
import { firstShare, metricsOutage } from './start.ts';
import { noMoreWanted } from './unwanted.ts';

/** Superseded candidates in a row after which the running one is finished first. */
const mostSuperseded = 3;

/** Expected requests without a sample that mean an outage of the metrics rather than a quiet service. */
const expectedInSilence = 30;

export function rolling(given: Case): TrafficOutcome | null {
  if (!given.known.rollout) return null;
  const evidence = [...withoutUntold(given.known.rollout.evidence, (name) => countsOf(given, name))];
  const rollout = withSaturation(given, { ...given.known.rollout, evidence });
  const at: Case = { ...given, known: { ...given.known, rollout } };
  return (
    convicted(at, rollout) ??
    impossible(at, rollout) ??
    outOfMemory(at, rollout) ??
    unguided(at, rollout) ??
    noMoreWanted(at, rollout) ??
    superseded(at, rollout) ??
    blind(at, rollout) ??
    judged(at, rollout)
  );
}

/** The same for a rollout that may be over: what a newer revision or an outage would have to say comes second. */
export function wayBackOf(at: Case): TrafficOutcome | null {
  const { rollout } = at.known;
  return rollout ? (convicted(at, rollout) ?? impossible(at, rollout) ?? judged(at, rollout)) : null;
}

/** It is decided; metrics are not needed for the way back. */
function convicted({ seen, known }: Case, rollout: RolloutState): TrafficOutcome | null {
  if (!rollout.convicted || seen.revisions[rollout.control] === null) return null;
  return sentBack(known, rollout, rollout.convicted);
}

/** What Cloud Run itself says about the revisions. */
function impossible({ seen: { revisions }, known }: Case, rollout: RolloutState): TrafficOutcome | null {
  if (revisions[rollout.control] === null) {
    const message = `${rollout.control} was deleted in mid-rollout: there is nothing to go back to, so nothing is moved.`;
    return hold(known, 'StableDeleted', message);
  }
  const candidate = revisions[rollout.candidate];
  if (candidate === null) {
    const message = `${rollout.candidate} was deleted in mid-rollout.`;
    return away('RollBack', known, rollout, { reason: 'CandidateDeleted', message });
  }
  if (candidate?.ready === 'False') {
    const message = `Cloud Run reports ${rollout.candidate} not ready: ${candidate.message}`;
    return away('Withdraw', known, rollout, { reason: 'CandidateNotReady', message });
  }
  return null;
}

/** By what it is to be judged is not known: it does not keep its share for ever. */
function unguided(at: Case, rollout: RolloutState): TrafficOutcome | null {
  const { policy, known } = at;
  if (!isUnguided(policy)) return null;
  const bake = spoken(policy.rollout.maxBakeMs);
  if (hasLasted(at, 'InvalidSpec')) {
    const message = `The policy has not been valid for ${bake}; ${rollout.candidate} waits at 0 % until it is.`;
    return away('Withdraw', known, rollout, { reason: 'InvalidSpec', message });
  }
  const message = `${rollout.candidate} is not judged while the policy is not valid; it goes back to 0 % after ${bake}.`;
  return hold(known, 'InvalidSpec', message);
}

/** Newest wins, until three in a row have been cut short. */
function superseded(at: Case, rollout: RolloutState): TrafficOutcome | null {
  const { policy, seen, service, known } = at;
  const name = newcomer(service, known);
  if (name === null || name === rollout.candidate || policy.invalidEdit !== undefined) return null;
  const newer = seen.revisions[name];
  const older = seen.revisions[rollout.candidate];
  if (newer?.ready !== 'True' || (older && newer.createdAtMs <= older.createdAtMs)) return null;
  // A team's own revision does not wait for one that was made to tune.
  const isFinishedFirst = (known.supersededInARow ?? 0) >= mostSuperseded && !isTuning(known, rollout.candidate);
  if (isFinishedFirst || !service.settled) return null;
  if (freezeOf(known) && exemption(known, service, newer) === null) return null;
  // It begins when it could begin by itself: in silence too it would be blind.
  const unseen = blind(at, rollout);
  if (metricsOutage(at) || (unseen && unseen.reason !== 'NoTraffic')) return null;
  if (tooFewInstances(service) || unmeasurable(policy, known)) return null;
  const { control, requestsPerSecond, evidence } = rollout;
  const { percent, write } = firstShare(at, { candidate: name, control, requestsPerSecond, evidence });
  return {
    state: known,
    reason: 'Superseded',
    message: `${rollout.candidate} is superseded by the newer ${name}, which starts at ${percent} %.`,
    write,
    lookInMs: cadence.settlingMs,
  };
}

/** No metrics: never healthy and never failed. */
function blind(at: Case, rollout: RolloutState): TrafficOutcome | null {
  const { policy, seen, known, nowMs } = at;
  const failure = unreadable(policy, seen);
  if (isFresh(at) && failure === null) return null;

  const silentMs = nowMs - Math.min(...rollout.evidence.map(({ judgedUntil }) => ms(judgedUntil)));
  if (failure === null && silentMs <= staleAfterMs) {
    return {
      state: known,
      ...heldStill(known),
      reason: 'AwaitingMetrics',
      message: 'No samples yet.',
      unremarkable: 'NoNews',
      lookInMs: cadence.rolloutMs,
    };
  }
  const quiet = failure === null && (rollout.requestsPerSecond * silentMs) / 1000 < expectedInSilence;
  if (quiet) {
    const message = `No traffic for ${spoken(silentMs)}: there is nothing to judge ${rollout.candidate} by.`;
    return hold(known, 'NoTraffic', message);
  }
  if (policy.rollout.onMetricsOutage === 'Withdraw' && hasLasted(at, 'MetricsOutage')) {
    return away('Withdraw', known, rollout, {
      reason: 'MetricsOutage',
      message: `The metrics have been away for ${spoken(policy.rollout.maxBakeMs)}; ${rollout.candidate} waits at 0 % until they return.`,
    });
  }
  const cause = failure ?? `no samples for ${spoken(silentMs)}`;
  return hold(
    known,
    'MetricsOutage',
    `The metrics cannot be read (${cause}); no data is not evidence, so nothing moves.`,
  );
}

/** Of the objective that saw most. */
function rateOf(at: Case): number {
  const rates = at.policy.objectives.map(({ name }) => {
    const counts = countsOf(at, name);
    if (counts?.kind !== 'Known') return 0;
    const { byRevision, tickMs } = counts.value;
    // Where nothing came for long, it came within the newest tick.
    return (1000 * Object.values(byRevision).reduce((sum, { total }) => sum + total, 0)) / tickMs;
  });
  return Math.max(0, ...rates);
}

function judged(at: Case, rollout: RolloutState): TrafficOutcome {
  const { policy, seen, service, known, nowMs } = at;
  const pace = paceOf(at);
  const limit = limitOf(service);
  const percent = percentOf(namedSplit(service.traffic) ?? [], rollout.candidate);
  const arms = {
    candidate: rollout.candidate,
    control: rollout.control,
    warmUntilMs: ms(rollout.startedAt) + policy.rollout.warmupMs,
    youngUntilMs: ms(rollout.startedAt) + youngMs,
    shares: rollout.shares.map((share) => ({ atMs: ms(share.at), percent: share.percent })),
    limit,
    silentFrom: expectedInSilence,
  };
  const tickOf = (name: string) => tickOfObjective(seen, name);
  const result = judge(policy, arms, rollout.evidence, (name) => countsOf(at, name), tickOf);
  const { rollout: next, move } = advance(policy, rollout, result, {
    nowMs,
    percent,
    pace,
    limit,
    requestsPerSecond: rateOf(at),
  });
  const suspected = move.reason === 'Doubtful' || next.retreat?.finished === false;
  const state: Status = {
    ...known,
    rollout: next,
    ...(result.newest && figures(policy, result, next.candidate, next.control, 'Candidate', { suspected })),
  };
  return outcomeOf(at, state, next, restrained(at, next, move, percent));
}
