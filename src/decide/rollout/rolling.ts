/** A rollout is running: is it still possible, is it still wanted, are there metrics, and then what does the evidence say? */
import type { Policy } from '../../policy/policy.ts';
import type { RolloutState, Status } from '../../policy/status.ts';
import { iso, ms, spoken } from '../../policy/time.ts';
import { newRollout } from '../confirm.ts';
import { judge } from '../evidence/judge.ts';
import type { Observation, Service } from '../observation.ts';
import { hold, look, type Outcome, released } from '../outcome.ts';
import { waiting } from '../people/requests.ts';
import { newcomer } from '../questions.ts';
import { isFresh, paceOf, readingsOf, staleAfterMs, tickOfObjective, unreadable } from '../reach.ts';
import { limitOf } from '../room.ts';
import { all, between, namedSplit, percentOf } from '../split.ts';
import { rows } from '../view.ts';
import { advance } from './advance.ts';
import type { Move } from './moves.ts';
import { firstPercent, startPercent } from './ramp.ts';

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

/** Everything to the control again: for good, or until it may be tried anew. */
const away = (
  kind: 'RollBack' | 'Withdraw',
  state: Status,
  { control }: RolloutState,
  reason: string,
  message: string,
): Outcome => ({
  state,
  action: kind,
  reason,
  message,
  write: { kind, split: all(control), back: kind === 'RollBack', target: control },
  lookInMs: look.settlingMs,
});

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
    lookInMs: look.settlingMs,
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
      lookInMs: look.rolloutMs,
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
  return carriedOut(policy, service, state, seen, next, move, nowMs);
}

/** Each revision with traffic needs an instance of its own. */
export const tooFewInstances = ({ scaling }: Service): boolean => scaling.mode === 'Manual' && scaling.instances < 2;

export const tooFew = ({ scaling }: Service): string =>
  `Manual scaling to ${scaling.mode === 'Manual' ? scaling.instances : 0} instances cannot serve two revisions: some requests would find none.`;

/** A move becomes a write, or waits until Cloud Run has finished with the last one. */
function carriedOut(
  policy: Policy,
  service: Service,
  before: Status,
  state: Status,
  rollout: RolloutState,
  move: Move,
  nowMs: number,
): Outcome {
  const { action, reason, message } = move;
  const said = { action, reason, message };
  switch (action) {
    case 'None':
      return {
        ...said,
        state,
        lookInMs: look.rolloutMs,
        ...(reason === 'AwaitingMetrics' && { unremarkable: 'NoNews' as const }),
      };
    case 'Hold':
      return hold(policy, { ...state, ...(before.hold && { hold: before.hold }) }, reason, message, nowMs);
    case 'RollBack': {
      const sealed = { ...rollout, convicted: { reason, message, at: iso(nowMs) } };
      return away('RollBack', { ...state, rollout: sealed }, sealed, reason, message);
    }
    case 'Withdraw':
      return away('Withdraw', state, rollout, reason, message);
    case 'Retreat':
    case 'TakeControl':
      break;
    case 'Step':
    case 'Watch':
    case 'Promote':
      if (action !== 'Promote' && tooFewInstances(service)) {
        return hold(
          policy,
          { ...state, ...(before.hold && { hold: before.hold }) },
          'ManualScaling',
          tooFew(service),
          nowMs,
        );
      }
      if (!service.settled) return waiting(state, `Cloud Run is still working on the last change. ${message}`);
      break;
  }
  const split = between(rollout.candidate, move.percent, rollout.control);
  return {
    ...said,
    state,
    write: { kind: action, split, back: false, target: rollout.candidate },
    ...(reason === 'Inconclusive' && { announce: 'Warning' as const }),
    lookInMs: look.settlingMs,
  };
}
