/** Steady: is there a newer revision, and may its rollout begin? */

import type { History } from '../../../facts/counts.ts';
import type { Observation } from '../../../facts/observation.ts';
import type { Service } from '../../../facts/service.ts';
import { between } from '../../../facts/split.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { Status } from '../../../status/status.ts';
import { limitOf, tooFew, tooFewInstances } from '../../capacity.ts';
import { beginEvidence } from '../../evidence/judge.ts';
import { isFresh, paceOf } from '../../freshness.ts';
import { unmeasurable } from '../../inspection.ts';
import { cadence, hold, type Outcome, released, waiting } from '../../outcome.ts';
import { newcomer } from '../newcomer.ts';
import { firstPercent, startPercent } from './ramp.ts';
import { newRollout } from './state.ts';

/** The traffic of a service is what it was over the last half hour. */
const recentMs = 30 * 60_000;

export function begin(
  policy: Policy,
  observation: Observation,
  service: Service,
  before: Status,
  nowMs: number,
): Outcome {
  const state = released(before);
  const control = state.stable!.revision;
  const name = newcomer(service, state);
  const candidate = name === null ? undefined : observation.revisions[name];
  const stable = observation.revisions[control];
  if (stable === null) {
    return hold(
      policy,
      before,
      'StableDeleted',
      `${control} does not exist any more; nothing is guessed in its place.`,
      nowMs,
    );
  }
  if (name === null || !candidate || (stable && candidate.createdAtMs <= stable.createdAtMs)) {
    return steady(policy, observation, service, before, nowMs);
  }
  if (candidate.ready !== 'True') return waiting(state, `${name} is not ready yet: ${candidate.message}`);
  if (!service.settled) return waiting(state, `${name} starts once Cloud Run has settled.`);
  if (tooFewInstances(service))
    return hold(policy, before, 'ManualScaling', `${name} waits at 0 %. ${tooFew(service)}`, nowMs);

  const broken = unmeasurable(policy, state);
  if (broken !== null) {
    return hold(policy, before, broken.reason, `${name} waits at 0 % until it can be judged. ${broken.message}`, nowMs);
  }
  const outage = metricsOutage(policy, observation, before, nowMs);
  if (outage !== null) {
    const message = `${name} waits at 0 % until the metrics can be read: ${outage}`;
    return hold(policy, before, 'MetricsOutage', message, nowMs);
  }
  const requestsPerSecond = recentRate(observation.history);
  const pace = paceOf(policy, observation, nowMs);
  const limit = limitOf(service);
  const percent = firstPercent(policy, requestsPerSecond, pace, limit);
  const rampPercent = startPercent(policy, requestsPerSecond, pace, limit);
  const evidence = beginEvidence(policy, observation.history, nowMs);
  return {
    state,
    action: 'Start',
    reason: 'NewRevision',
    message: `${name} is new and ready: it starts at ${percent} % beside ${control}.`,
    write: {
      kind: 'Start',
      split: between(name, percent, control),
      back: false,
      target: name,
      rollout: newRollout(name, control, rampPercent, requestsPerSecond, evidence, nowMs),
    },
    lookInMs: cadence.settlingMs,
  };
}

/**
 * Why the metrics cannot be relied on, or null. A service that has had no traffic at all is not an outage; one that began as
 * an outage stays one until there is a sample, for however long ago the traffic was.
 */
export function metricsOutage(policy: Policy, observation: Observation, before: Status, nowMs: number): string | null {
  const gating = (name: string) => policy.objectives.some((objective) => objective.name === name && objective.gate);
  const failure = observation.readings.find((reading) => reading.kind === 'Unknown' && gating(reading.objective));
  if (failure?.kind === 'Unknown') return failure.message;
  if (isFresh(observation, nowMs)) return null;
  if (before.hold?.reason !== 'MetricsOutage' && recentRate(observation.history) === 0) return null;
  return 'the stable revision had traffic, but there is no recent sample.';
}

function recentRate(history: readonly History[]): number {
  const rates = history.map(({ ticks, tickMs }) => {
    const recent = ticks.slice(-Math.ceil(recentMs / tickMs));
    const requests = recent.reduce((sum, { total }) => sum + total, 0);
    return recent.length > 0 ? requests / (recent.length * (tickMs / 1000)) : 0;
  });
  return Math.max(0, ...rates);
}

function steady(policy: Policy, observation: Observation, service: Service, before: Status, nowMs: number): Outcome {
  const { withdrawn } = before;
  if (withdrawn && withdrawn.revision === service.latestReady) {
    const message = `${withdrawn.revision} stays at 0 % (${withdrawn.reason}) until it is retried or a newer revision comes.`;
    return hold(policy, before, withdrawn.reason, message, nowMs);
  }
  const state = released(before);
  const unready = service.latestCreated !== service.latestReady ? service.latestCreated : null;
  const said = unready === null ? undefined : observation.revisions[unready];
  if (unready !== null && said?.ready === 'False') {
    const message = `${unready} did not become ready and gets no traffic: ${said.message}`;
    return {
      state,
      action: 'None',
      reason: 'RevisionNotReady',
      message,
      announce: 'Warning',
      lookInMs: cadence.steadyMs,
    };
  }
  const rejected = state.rejected?.find(({ revision }) => revision === service.latestReady);
  const message = rejected
    ? `${state.stable!.revision} serves everything; ${rejected.revision} is rejected (${rejected.reason}).`
    : `${state.stable!.revision} serves everything; no newer revision is waiting.`;
  return { state, action: 'None', reason: 'Steady', message, lookInMs: cadence.steadyMs, unremarkable: 'AllIsWell' };
}
