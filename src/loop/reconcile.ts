/** The loop's one sentence: observe, decide, carry out, report, tell. */

import { confirmedBy } from '../decide/confirmed.ts';
import { decide } from '../decide/decide.ts';
import type { Decided } from '../decide/decision.ts';
import type { Service } from '../facts/service.ts';
import type { Policy, PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { Conflict } from '../ports/errors.ts';
import type { Policies } from '../ports/policies.ts';
import type { Status } from '../status/status.ts';
import { type Carried, carryOut } from './carry-out.ts';
import { reported } from './conditions.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Look, nothingSeen } from './look.ts';
import { observe } from './observe.ts';
import type { Pass } from './pass.ts';
import { stallOf, standStill } from './stalled.ts';
import { eventsOf, lossOf, notDone } from './told.ts';
import type { Wiring } from './wiring.ts';

/** How long to wait before looking again, when there is nothing better to go by. */
const stalledMs = 60_000;

/** One pass over one policy. Throws what should be tried again soon; everything else is in the status. */
export async function reconcile(wiring: Wiring, key: PolicyKey): Promise<{ nextCheckMs: number }> {
  const { clock, policies, claims, listeners, unreported } = wiring;
  const stored = policies.get(key);
  if (!stored) return { nextCheckMs: Number.POSITIVE_INFINITY };
  const beganMs = clock.nowMs();
  const stall = stallOf(claims, stored);
  const look =
    stored.spec.ok && stall === null
      ? await lookAt(wiring, stored, stored.spec.policy, beganMs)
      : await standStill(wiring, stored, stall!);
  const { state: _state, answered: _answered, stall: _stall, events, ...known } = look;
  const written = await report(policies, stored, look, beganMs);
  const failure = look.failure ?? written.failure;
  const pass: Pass = {
    ...known,
    policy: stored,
    before: stored.status,
    failure: failure ?? stall,
    reported: written.ok,
    events: unreported.first(stored.uid, [...lossOf(stored), ...events], written.ok),
    beganMs,
    endedMs: clock.nowMs(),
  };
  for (const listener of listeners) listener(pass);
  if (failure && (!failure.terminal || !written.ok)) throw failure.error;
  return { nextCheckMs: look.decided && !failure ? look.decided.decision.nextCheckMs : beganMs + stalledMs };
}

async function lookAt(wiring: Wiring, stored: StoredPolicy, policy: Policy, nowMs: number): Promise<Look> {
  const { repertoire } = wiring;
  let look = nothingSeen(stored.status);
  try {
    const seen = await observe(wiring, policy, stored.status, nowMs);
    const decided = decide(policy, seen, stored.status, nowMs, repertoire);
    const { decision } = decided;
    look = { ...look, seen, decided, said: decision, state: decided.state, events: decision.events };
    const carried = await carriedOut(wiring, stored, policy, seen.service, decided, nowMs);
    const isDone = carried.kind !== 'NotDone';
    return {
      ...look,
      carried,
      state: carried.state,
      failure: isDone ? null : carried.failure,
      events: eventsOf(decided, carried),
      answered: isDone ? decision.obeyed : carried.answered,
    };
  } catch (error) {
    const failure = failureOf(error);
    const undone = look.said?.write ? notDone(look.said, failure) : [];
    return { ...look, failure, events: [...look.events, ...undone] };
  }
}

async function carriedOut(
  wiring: Wiring,
  stored: StoredPolicy,
  policy: Policy,
  seen: Service | null,
  { decision, state }: Decided,
  nowMs: number,
): Promise<Carried> {
  const { write, reason, message, obeyed } = decision;
  if (!write || !seen) return { kind: 'Nothing', state };
  const checkpoint = async (next: Status) => {
    if (!wiring.policies.get(stored.key)) {
      throw new Conflict('The policy was deleted while its service was being judged.');
    }
    await wiring.policies.writeStatus(stored.key, reported(stored, next, null, nowMs));
  };
  const confirmed = (service: Service, atMs: number) =>
    confirmedBy(wiring.repertoire, { policy, service, known: state, nowMs: atMs }, { ...write, reason });
  const { purposes, changeKinds } = wiring.repertoire;
  return carryOut(
    { ...wiring, purposes, changeKinds, checkpoint },
    { ref: policy.service, seen, write, reason, message, state, confirmed, obeyed },
  );
}

/** The status says what came of it; then what was answered is taken away, so that a request does not get lost in between. */
async function report(
  policies: Policies,
  stored: StoredPolicy,
  { state, stall, failure, answered }: Pick<Look, 'state' | 'stall' | 'failure' | 'answered'>,
  nowMs: number,
): Promise<{ readonly ok: boolean; readonly failure: Failure | null }> {
  try {
    await policies.writeStatus(stored.key, reported(stored, state, stall ?? failure, nowMs));
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
  if (answered.length === 0) return { ok: true, failure: null };
  try {
    await policies.removeAnnotations(stored.key, answered);
    return { ok: true, failure: null };
  } catch (error) {
    const left = failureOf(error);
    const { ok } = await report(policies, stored, { state, stall, failure: failure ?? left, answered: [] }, nowMs);
    return { ok, failure: left };
  }
}
