/**
 * The judgement: a pure function of the policy, what was observed, what is remembered, and now. No I/O, no clock, no
 * randomness. The order of the branches is the order of precedence: whose traffic it is, what people asked for, what is
 * already decided, what is running, what is new.
 */

import type { PolicyEvent } from '../facts/event.ts';
import type { Observation } from '../facts/observation.ts';
import type { Service } from '../facts/service.ts';
import { iso } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import type { Status } from '../status/status.ts';
import { type Decided, type Decision, isRelieving, relieving } from './decision.ts';
import { inspected } from './inspection.ts';
import { cadence, hold, type Outcome } from './outcome.ts';
import { guarding } from './traffic/guard/guarding.ts';
import { ownership } from './traffic/ownership.ts';
import { byRequest } from './traffic/requests.ts';
import { rolling } from './traffic/rollout/rolling.ts';
import { begin } from './traffic/rollout/start.ts';
import { phaseOf, shown } from './view.ts';
import { clipped } from './words.ts';

export function decide(policy: Policy, observation: Observation, known: Status, nowMs: number): Decided {
  const { service } = observation;
  const state = inspected(policy, observation, known, nowMs);
  if (service === null) {
    const message = 'Cloud Run has no such service; nothing is guarded until it exists.';
    return finish(policy, null, hold(policy, state, 'ServiceNotFound', message, nowMs), [], state, nowMs);
  }
  const owned = ownership(policy, service, state, nowMs);
  const { paused } = policy.requests;
  if ('outcome' in owned) {
    const outcome =
      paused !== null && owned.outcome.write
        ? hold(policy, state, 'Paused', `Paused: ${paused}`, nowMs)
        : withGuard(policy, observation, service, owned.outcome, nowMs, false);
    return finish(policy, service, outcome, [], state, nowMs);
  }
  const outcome = judgeOwned(policy, observation, service, owned.state, nowMs);
  return finish(policy, service, outcome, owned.events, state, nowMs);
}

function judgeOwned(policy: Policy, observation: Observation, service: Service, state: Status, nowMs: number): Outcome {
  return (
    byRequest(policy, service, state, nowMs) ??
    owedWrite(policy, state) ??
    rolling(policy, observation, service, state, nowMs) ??
    settling(policy, observation, service, state, nowMs) ??
    withGuard(policy, observation, service, begin(policy, observation, service, state, nowMs), nowMs)
  );
}

/** A control has been taken: that question comes first. */
const settling = (
  policy: Policy,
  observation: Observation,
  service: Service,
  state: Status,
  nowMs: number,
): Outcome | null =>
  state.guard?.controlSince || state.guard?.convicted ? guarding(policy, observation, service, state, nowMs) : null;

/**
 * Whatever else there is to say, a promoted revision is watched over until a rollout really begins. Where the traffic is not
 * ours it is only watched.
 */
function withGuard(
  policy: Policy,
  observation: Observation,
  service: Service,
  outcome: Outcome,
  nowMs: number,
  ours = true,
): Outcome {
  if (outcome.write || outcome.state.rollout) return outcome;
  const guarded = guarding(policy, observation, service, outcome.state, nowMs);
  if (guarded === null || (guarded.write && !ours)) return outcome;
  if (guarded.write || guarded.reason === 'Burning' || outcome.reason === 'Steady') return guarded;
  const { guard, ...rest } = outcome.state;
  const watched = guarded.state.guard;
  return { ...outcome, state: { ...rest, ...(watched && { guard: watched }) } };
}

/** What was begun and not seen in the traffic is done first, where it makes somebody's trouble smaller. */
function owedWrite(policy: Policy, state: Status): Outcome | null {
  const { intent } = state;
  // What was not done before the policy became Observe is not done at all.
  if (policy.mode === 'Observe') return null;
  if (!intent) return null;
  const { kind } = intent;
  if (!isRelieving(kind)) return null;
  const target = kind === 'Restore' ? state.guard?.revision : (state.rollout?.control ?? state.guard?.control);
  if (target === undefined) return null;
  return {
    state,
    action: relieving[kind],
    reason: intent.reason,
    message: intent.message,
    write: { kind, split: intent.split, back: false, target },
    lookInMs: cadence.settlingMs,
  };
}

/** Puts an outcome into the state and the words that everybody reads. */
function finish(
  policy: Policy,
  service: Service | null,
  outcome: Outcome,
  earlier: readonly PolicyEvent[],
  before: Status,
  nowMs: number,
): Decided {
  const observing = policy.mode === 'Observe' && outcome.write !== undefined;
  const message = clipped(observing ? `Would ${verb[outcome.action]}: ${outcome.message}` : outcome.message);
  const decision: Decision = {
    action: outcome.action,
    reason: outcome.reason,
    message,
    write: outcome.write && !observing && service ? { ...outcome.write, etag: service.etag } : null,
    events: [...earlier, ...(outcome.events ?? []), ...announcement(outcome, message, observing, before)],
    obeyed: observing ? [] : (outcome.obeyed ?? []),
    nextCheckMs: nowMs + (observing ? cadence.observingMs : outcome.lookInMs),
  };
  const nextCheck = iso(decision.nextCheckMs);
  const remembered: Status = {
    ...outcome.state,
    decision: stands(before, outcome, message)
      ? { ...before.decision!, nextCheck }
      : { action: decision.action, reason: decision.reason, message, at: iso(nowMs), nextCheck },
  };
  return { decision, state: shown({ ...remembered, phase: phaseOf(remembered) }, service, nowMs) };
}

/** What was decided last still holds, or says more than that nothing is new. */
function stands({ decision }: Status, { action, reason, unremarkable }: Outcome, message: string): boolean {
  if (decision === undefined) return false;
  const same = decision.action === action && decision.reason === reason && decision.message === message;
  const moved = decision.action !== 'None' && decision.action !== 'Hold';
  return same || unremarkable === 'NoNews' || (unremarkable === 'AllIsWell' && moved);
}

/** A write is always told, anything else when its reason is new. */
function announcement(outcome: Outcome, message: string, observing: boolean, before: Status): PolicyEvent[] {
  const isNew = before.decision?.reason !== outcome.reason || before.decision?.action !== outcome.action;
  if (outcome.write && (!observing || isNew)) {
    const type = ['RollBack', 'Withdraw', 'Retreat', 'TakeControl', 'Restore'].includes(outcome.action)
      ? 'Warning'
      : 'Normal';
    return [{ type: outcome.announce ?? type, reason: outcome.reason, action: outcome.action, message }];
  }
  if (outcome.announce && isNew) {
    return [{ type: outcome.announce, reason: outcome.reason, action: outcome.action, message }];
  }
  return [];
}

const verb: Record<Decision['action'], string> = {
  None: 'do nothing',
  Hold: 'hold',
  Pin: 'pin the traffic',
  Start: 'start the rollout',
  Step: 'step up',
  Retreat: 'retreat',
  TakeControl: 'take a control',
  Watch: 'go into the watch',
  Promote: 'promote',
  RollBack: 'roll back',
  Withdraw: 'withdraw the candidate',
  Restore: 'restore',
};
