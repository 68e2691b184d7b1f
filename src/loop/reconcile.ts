/** The loop's one sentence: observe, decide, act, report. */

import { decide } from '../decide/decide.ts';
import type { Decided, Decision } from '../decide/decision.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Policy, PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Clock, Fence } from '../ports/clock.ts';
import { Conflict, Refused } from '../ports/errors.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Policies } from '../ports/policies.ts';
import type { Services } from '../ports/services.ts';
import type { Status } from '../status/status.ts';
import { act, owed, waived } from './carry-out.ts';
import { older } from './claims.ts';
import { reported } from './conditions.ts';
import { type Failure, failureOf, notCarriedOut } from './failure.ts';
import { withoutPolicy } from './invalid.ts';
import { observe } from './observe.ts';

export interface Wiring {
  readonly clock: Clock;
  readonly services: Services;
  readonly metrics: Metrics;
  readonly policies: Policies;
  readonly fence: Fence;
  /** Told of every decision: logs and metrics hang here. */
  readonly onDecision?: (policy: Policy, decided: Decided, failure: Failure | null) => void;
}

/** How long to wait before looking again, when there is nothing better to go by. */
const stalledMs = 60_000;

/** One pass over one policy. Throws what should be tried again soon; everything else is in the status. */
export async function reconcile(world: Wiring, key: PolicyKey): Promise<{ nextCheckMs: number }> {
  const stored = world.policies.get(key);
  const nowMs = world.clock.nowMs();
  if (!stored) return { nextCheckMs: Number.POSITIVE_INFINITY };
  const stall = stalled(world.policies, stored);
  if (stall || !stored.spec.ok) {
    try {
      if (!stored.spec.ok) await withoutPolicy(world, stored, stored.spec);
    } finally {
      await world.policies.writeStatus(key, reported(stored, stored.status, stall, nowMs));
    }
    return { nextCheckMs: nowMs + stalledMs };
  }

  const { policy } = stored.spec;
  let state: Status = stored.status;
  let failure: Failure | null = null;
  let events: readonly PolicyEvent[] = [];
  let nextCheckMs = nowMs + stalledMs;
  let attempted: Decision | null = null;
  let begun = false;
  let answered: readonly string[] = [];
  let thrown: unknown;
  try {
    const observation = await observe(world, policy, state, nowMs);
    const decided = decide(policy, observation, state, nowMs);
    state = owed(decided, nowMs);
    const checkpoint = async (next: Status) => {
      if (!world.policies.get(key)) throw new Conflict('The policy was deleted while its service was being judged.');
      state = next;
      begun = true;
      return world.policies.writeStatus(key, reported(stored, next, null, nowMs));
    };
    world.onDecision?.(policy, decided, null);
    if (decided.decision.write) attempted = decided.decision;
    if (observation.service) state = await act({ ...world, checkpoint }, policy, observation.service, decided);
    attempted = null;
    ({ events, nextCheckMs } = decided.decision);
    // Obeyed first, taken away then: a request must not get lost between the two.
    if (decided.decision.obeyed.length > 0) {
      await world.policies.writeStatus(key, reported(stored, state, null, nowMs));
      await world.policies.removeAnnotations(key, decided.decision.obeyed);
    }
  } catch (error) {
    thrown = error;
    failure = failureOf(error);
    const refused = error instanceof Refused ? attempted : null;
    if (refused && !begun) state = waived(state);
    // It would be refused again, and a request stands before all judgement: it is answered and taken away.
    if (refused?.write?.back === false) answered = refused.obeyed;
    if (attempted !== null && !(error instanceof Conflict)) events = [notCarriedOut(attempted, failure)];
  } finally {
    await world.policies.writeStatus(key, reported(stored, state, failure, nowMs));
    for (const event of events) await world.policies.event(key, event);
    if (answered.length > 0) await world.policies.removeAnnotations(key, answered);
  }
  if (thrown !== undefined && !failure?.terminal) throw thrown;
  return { nextCheckMs };
}

/** A policy that cannot be obeyed, and why. */
function stalled(policies: Policies, stored: StoredPolicy): Failure | null {
  if (!stored.spec.ok) return { reason: 'InvalidSpec', message: stored.spec.message, terminal: true };
  const rival = older(policies.list(), stored);
  if (!rival) return null;
  const message = `${rival.key.namespace}/${rival.key.name} is older and guards the same service; this policy does nothing.`;
  return { reason: 'Conflict', message, terminal: true };
}
