/** The loop's one sentence: observe, decide, carry out, report, tell. */

import { withRefusal } from '../decide/answer.ts';
import { confirmedBy } from '../decide/confirmed.ts';
import { decide } from '../decide/decide.ts';
import type { Decided } from '../decide/decision.ts';
import { bereftOf } from '../decide/repertoire.ts';
import type { Service } from '../facts/service.ts';
import { iso } from '../facts/time.ts';
import type { Policy, PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { Conflict } from '../ports/errors.ts';
import type { Standing } from '../ports/kept.ts';
import type { Policies } from '../ports/policies.ts';
import { present } from '../status/present.ts';
import type { Status } from '../status/status.ts';
import { besideOf } from './beside.ts';
import { type Carried, carryOut } from './carry-out.ts';
import { reported } from './conditions.ts';
import { type Failure, failureOf } from './failure.ts';
import { keptEvents, standingOf } from './kept.ts';
import { type Look, nothingSeen } from './look.ts';
import { observe } from './observe.ts';
import type { Pass } from './pass.ts';
import { announced, stallOf, standStill } from './stalled.ts';
import { taught } from './taught.ts';
import { eventsOf, justDone, lossOf, strangersOf } from './told.ts';
import { withUndone } from './undone.ts';
import type { Wiring } from './wiring.ts';

/** How long to wait before looking again, when there is nothing better to go by. */
const stalledMs = 60_000;

/** One pass over one policy. Throws what should be tried again soon; everything else is in the status. */
export async function reconcile(wiring: Wiring, key: PolicyKey): Promise<{ nextCheckMs: number }> {
  const { clock, policies, claims, kept, listeners, unreported } = wiring;
  const stored = policies.get(key);
  if (!stored) return { nextCheckMs: Number.POSITIVE_INFINITY };
  const beganMs = clock.nowMs();
  const before = unreported.isFirstLook(stored.uid) ? justDone(stored, beganMs) : [];
  const stall = stallOf(claims, stored);
  const standing = standingOf(kept, stored, stall);
  const policy = stall === null || stall.reason === 'InvalidSpec' ? claims.governing(stored) : null;
  const look = policy
    ? await lookAt(wiring, { stored, policy, stall, standing, nowMs: beganMs })
    : await standStill(wiring, stored, stall!);
  const { state: _state, answered: _answered, stall: _stall, events, ...known } = look;
  if (look.carried?.kind === 'Done') unreported.unfinished.over(stored.uid);
  else if (!look.failure) unreported.unfinished.looked(stored.uid);
  const undone = look.said?.write ? look.said : null;
  const trouble = look.failure ? unreported.unfinished.due(stored.uid, undone, look.failure, beganMs) : [];
  const written = await report(policies, { stored, standing, nowMs: beganMs }, look);
  if (stall === null) kept.see(stored);
  const failure = look.failure ?? written.failure;
  const beside = look.said && look.carried?.kind === 'Done' ? besideOf(look.said.action, look.carried.beside) : [];
  const ofKept = keptEvents(stored, standing);
  const pass: Pass = {
    ...known,
    policy: stored,
    before: stored.status,
    failure: failure ?? stall,
    reported: written.ok,
    events: unreported.first(
      stored.uid,
      [...before, ...lossOf(stored), ...strangersOf(stored), ...events, ...beside, ...trouble, ...ofKept],
      written.ok,
    ),
    beganMs,
    endedMs: clock.nowMs(),
  };
  for (const listener of listeners) listener(pass);
  if (failure && (!failure.terminal || !written.ok)) throw failure.error;
  return { nextCheckMs: look.decided && !failure ? look.decided.decision.nextCheckMs : beganMs + stalledMs };
}

interface Reported {
  readonly stored: StoredPolicy;
  /** Of what is kept in the cluster for it. */
  readonly standing: Standing | null | undefined;
  readonly nowMs: number;
}

interface Subject extends Reported {
  /** What is obeyed of it. */
  readonly policy: Policy;
  /** Why its newest edit is not. */
  readonly stall: Failure | null;
}

async function lookAt(wiring: Wiring, subject: Subject): Promise<Look> {
  const { stored, policy, stall, nowMs } = subject;
  const { repertoire } = wiring;
  const known = present(stored.status, policy.rollout.guardWindowMs, nowMs);
  const announcement = stall ? announced(stored, stall, policy) : [];
  let look: Look = { ...nothingSeen(stored.status), stall, events: announcement };
  try {
    const seen = await observe(wiring, policy, known, nowMs);
    const decided = decide(policy, seen, known, nowMs, repertoire);
    const { decision } = decided;
    const found = [...announcement, ...decision.events];
    look = { ...look, seen, decided, said: decision, state: decided.state, events: found };
    const carried = await carriedOut(wiring, subject, seen.service, decided);
    const events = [...announcement, ...eventsOf(decided, carried)];
    if (carried.kind !== 'NotDone') {
      return { ...look, carried, state: carried.state, events, answered: decision.obeyed };
    }
    const { failure, answered, missing } = carried;
    const kept = missing === undefined ? carried.state : bereftOf(repertoire, carried.state, missing);
    const left = taught(repertoire, { policy, service: seen.service, known: kept, nowMs }, decision, failure);
    const undone = withUndone(left, stored.status, decision, failure, nowMs);
    const [asked] = decision.obeyed;
    const isTold = asked !== undefined && failure.reason !== 'ChangedMeanwhile';
    const state = isTold ? withRefusal(undone, asked, undone.decision!.message, nowMs) : undone;
    return { ...look, carried, state, failure, events, answered };
  } catch (error) {
    // Somebody looks, and will again: that it came to nothing is said beside it.
    const { decision } = look.state;
    const nextCheck = iso(nowMs + stalledMs);
    const state = decision ? { ...look.state, decision: { ...decision, nextCheck } } : look.state;
    return { ...look, state, failure: failureOf(error) };
  }
}

async function carriedOut(
  wiring: Wiring,
  { stored, policy, stall, standing, nowMs }: Subject,
  seen: Service | null,
  { decision, state }: Decided,
): Promise<Carried> {
  const { write, reason, message, obeyed } = decision;
  if (!write || !seen) return { kind: 'Nothing', state };
  const checkpoint = async (next: Status) => {
    if (!wiring.policies.get(stored.key)) {
      throw new Conflict('The policy was deleted while its service was being judged.');
    }
    await wiring.policies.writeStatus(stored.key, reported(stored, next, stall, nowMs, standing));
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
  of: Reported,
  { state, stall, failure, answered }: Pick<Look, 'state' | 'stall' | 'failure' | 'answered'>,
): Promise<{ readonly ok: boolean; readonly failure: Failure | null }> {
  const { stored, standing, nowMs } = of;
  try {
    await policies.writeStatus(stored.key, reported(stored, state, stall ?? failure, nowMs, standing));
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
  if (answered.length === 0) return { ok: true, failure: null };
  try {
    await policies.removeAnnotations(stored.key, answered);
    return { ok: true, failure: null };
  } catch (error) {
    const left = failureOf(error);
    const { ok } = await report(policies, of, { state, stall, failure: failure ?? left, answered: [] });
    return { ok, failure: left };
  }
}
