/** A rollout is running: is it still possible, is it still wanted, are there metrics, and then what does the evidence say? */

import type { Observation } from '../../../facts/observation.ts';
import type { Service } from '../../../facts/service.ts';
import { between, namedSplit, percentOf } from '../../../facts/split.ts';
import { ms, spoken } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { Status } from '../../../status/status.ts';
import { limitOf, tooFewInstances } from '../../capacity.ts';
import { judge } from '../../evidence/judge.ts';
import { isFresh, paceOf, readingsOf, staleAfterMs, tickOfObjective, unreadable } from '../../freshness.ts';
import { unmeasurable } from '../../inspection.ts';
import { cadence, hold, type Outcome, released } from '../../outcome.ts';
import { rows } from '../../view.ts';
import { newcomer } from '../newcomer.ts';
import { advance } from './advance.ts';
import { away, outcomeOf } from './carry-out.ts';
import { firstPercent, startPercent } from './ramp.ts';
import { metricsOutage } from './start.ts';
import { newRollout } from './state.ts';

/** Superseded candidates in a row after which the running one is finished first. */
const mostSuperseded = 3;

/** Expected requests without a sample that mean an outage of the metrics rather than a quiet service. */
const expectedInSilence = 30;

export function rolling(
  policy: Policy,
  observation: Observation,
  service: Service,
  state: Status,
  nowMs: number,
): Outcome | null {
  const { rollout } = state;
  if (!rollout) return null;
  return (
    convicted(state, rollout) ??
    impossible(policy, observation, state, rollout, nowMs) ??
    superseded(policy, observation, service, state, rollout, nowMs) ??
    blind(policy, observation, state, rollout, nowMs) ??
    judged(policy, observation, service, state, rollout, nowMs)
  );
}

/** It is decided; metrics are not needed for the way back. */
function convicted(state: Status, rollout: RolloutState): Outcome | null {
  if (!rollout.convicted) return null;
  return away('RollBack', state, rollout, rollout.convicted.reason, rollout.convicted.message);
}

/** What Cloud Run itself says about the revisions. */
function impossible(
  policy: Policy,
  { revisions }: Observation,
  state: Status,
  rollout: RolloutState,
  nowMs: number,
): Outcome | null {
  if (revisions[rollout.control] === null) {
    const message = `${rollout.control} was deleted in mid-rollout: there is nothing to go back to, so nothing is moved.`;
    return hold(policy, state, 'StableDeleted', message, nowMs);
  }
  const candidate = revisions[rollout.candidate];
  if (candidate === null) {
    return away('RollBack', state, rollout, 'CandidateDeleted', `${rollout.candidate} was deleted in mid-rollout.`);
  }
  if (candidate?.ready === 'False') {
    const message = `Cloud Run reports ${rollout.candidate} not ready: ${candidate.message}`;
    return away('Withdraw', state, rollout, 'CandidateNotReady', message);
  }
  return null;
}

/** Newest wins, until three in a row have been cut short. */
function superseded(
  policy: Policy,
  observation: Observation,
  service: Service,
  state: Status,
  rollout: RolloutState,
  nowMs: number,
): Outcome | null {
  const name = newcomer(service, state);
  if (name === null || name === rollout.candidate) return null;
  const newer = observation.revisions[name];
  const older = observation.revisions[rollout.candidate];
  if (newer?.ready !== 'True' || (older && newer.createdAtMs <= older.createdAtMs)) return null;
  if ((state.supersededInARow ?? 0) >= mostSuperseded || !service.settled) return null;
  // It begins when it could begin by itself.
  const waits =
    tooFewInstances(service) || unmeasurable(policy, state) || metricsOutage(policy, observation, state, nowMs);
  if (waits) return null;
  const pace = paceOf(policy, observation, nowMs);
  const limit = limitOf(service);
  const percent = firstPercent(policy, rollout.requestsPerSecond, pace, limit);
  const rampPercent = startPercent(policy, rollout.requestsPerSecond, pace, limit);
  return {
    state: released(state),
    action: 'Start',
    reason: 'Superseded',
    message: `${rollout.candidate} is superseded by the newer ${name}, which starts at ${percent} %.`,
    write: {
      kind: 'Start',
      split: between(name, percent, rollout.control),
      back: false,
      target: name,
      rollout: newRollout(name, rollout.control, rampPercent, rollout.requestsPerSecond, rollout.evidence, nowMs),
    },
    lookInMs: cadence.settlingMs,
  };
}

/** No metrics: never healthy and never failed. */
function blind(
  policy: Policy,
  observation: Observation,
  state: Status,
  rollout: RolloutState,
  nowMs: number,
): Outcome | null {
  const failure = unreadable(policy, observation);
  if (isFresh(observation, nowMs) && failure === null) return null;

  const silentMs = nowMs - Math.min(...rollout.evidence.map(({ judgedUntil }) => ms(judgedUntil)));
  if (failure === null && silentMs <= staleAfterMs) {
    return {
      state,
      action: 'None',
      reason: 'AwaitingMetrics',
      message: 'No samples yet.',
      unremarkable: 'NoNews',
      lookInMs: cadence.rolloutMs,
    };
  }
  const quiet = failure === null && (rollout.requestsPerSecond * silentMs) / 1000 < expectedInSilence;
  if (quiet) {
    const message = `No traffic for ${spoken(silentMs)}: there is nothing to judge ${rollout.candidate} by.`;
    return hold(policy, state, 'NoTraffic', message, nowMs);
  }
  const cause = failure ?? `no samples for ${spoken(silentMs)}`;
  const message = `The metrics cannot be read (${cause}); no data is not evidence, so nothing moves.`;
  const held = hold(policy, state, 'MetricsOutage', message, nowMs);
  if (policy.rollout.onMetricsOutage === 'Withdraw' && held.state.hold?.paged) {
    return away(
      'Withdraw',
      released(state),
      rollout,
      'MetricsOutage',
      `The metrics have been away for ${spoken(policy.rollout.maxBakeMs)}; ${rollout.candidate} waits at 0 % until they return.`,
    );
  }
  return held;
}

function judged(
  policy: Policy,
  observation: Observation,
  service: Service,
  state: Status,
  rollout: RolloutState,
  nowMs: number,
): Outcome {
  const pace = paceOf(policy, observation, nowMs);
  const percent = percentOf(namedSplit(service.traffic) ?? [], rollout.candidate);
  const arms = {
    candidate: rollout.candidate,
    control: rollout.control,
    warmUntilMs: ms(rollout.startedAt) + policy.rollout.warmupMs,
    shares: rollout.shares.map((share) => ({ atMs: ms(share.at), percent: share.percent })),
    limit: limitOf(service),
  };
  const tickOf = (name: string) => tickOfObjective(observation, name);
  const result = judge(policy, arms, rollout.evidence, readingsOf(policy, observation, nowMs), tickOf);
  const { rollout: next, move } = advance(policy, rollout, result, { nowMs, percent, pace, limit: arms.limit });
  const objectives = rows(policy, result);
  // Without a new tick nothing has changed, so a hold goes on.
  const seen: Status = {
    ...(result.newest ? released(state) : state),
    rollout: next,
    ...(result.newest && { objectives }),
  };
  return outcomeOf(policy, service, state, seen, next, move, nowMs);
}
