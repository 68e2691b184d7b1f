/**
 * Carries one write out: reads the service again, checks that what the decision assumed still holds, writes at most once, and
 * reads the result back. A way forward is persisted as an intent before it is written, so that whoever comes next knows whose
 * change it is; a way back goes to Cloud Run first. What becomes of it is told by what is returned; a throw is a bug.
 */
import type { Obeyed, Write } from '../decide/decision.ts';
import { type ChangeKinds, kindOf } from '../facts/change.ts';
import type { Purposes } from '../facts/purpose.ts';
import type { Service, ServiceRef } from '../facts/service.ts';
import { iso } from '../facts/time.ts';
import type { Clock, Fence } from '../ports/clock.ts';
import { Conflict, OutcomeUnknown, Refused } from '../ports/errors.ts';
import type { Services } from '../ports/services.ts';
import { without } from '../status/edit.ts';
import type { Intent } from '../status/intent.ts';
import type { Status } from '../status/status.ts';
import { type Failure, failureOf, isKnown } from './failure.ts';

/** Somebody editing labels must not be able to starve a rollback. */
const mostConflicts = 5;

export interface Hands {
  readonly services: Services;
  readonly clock: Clock;
  readonly fence: Fence;
  readonly purposes: Purposes;
  readonly changeKinds: ChangeKinds;
  /** Persists a state at once. */
  readonly checkpoint: (state: Status) => Promise<void>;
}

/** One write, with what is remembered of it. */
export interface Errand {
  readonly ref: ServiceRef;
  /** The service as the decision saw it. */
  readonly seen: Service;
  readonly write: Write;
  readonly reason: string;
  readonly message: string;
  /** What to remember whether or not it is done. */
  readonly state: Status;
  /** What to remember once it is seen in the service. */
  readonly confirmed: (after: Service, nowMs: number) => Status;
  readonly obeyed: readonly Obeyed[];
}

export type Carried =
  | { readonly kind: 'Nothing' | 'Done'; readonly state: Status }
  /** `answered`: requests that are taken away all the same, since what they ask for would be refused again. */
  | {
      readonly kind: 'NotDone';
      readonly state: Status;
      readonly failure: Failure;
      readonly answered: readonly Obeyed[];
    };

export async function carryOut(hands: Hands, errand: Errand): Promise<Carried> {
  const { write, obeyed } = errand;
  const { order, owed } = hands.purposes[write.purpose];
  const intended = (etag: string): Status => ({ ...errand.state, intent: intentOf(errand, etag, hands.clock.nowMs()) });
  // If it does not even come to its checkpoint, what was to be done is still to be done.
  let state = owed ? intended(errand.seen.etag) : errand.state;
  let begun = false;
  try {
    const after = await written(hands, errand, async (etag) => {
      if (order === 'ChangeFirst') return;
      begun = true;
      state = intended(etag);
      await hands.checkpoint(state);
    });
    return { kind: 'Done', state: errand.confirmed(after, hands.clock.nowMs()) };
  } catch (error) {
    if (!isKnown(error)) throw error;
    const refused = error instanceof Refused;
    // What is gone or not ready is not owed anything: what to do instead is judged, not tried for ever.
    if (refused && !begun && isOwed(hands.purposes, state)) state = without(state, 'intent');
    // A request stands before all judgement: what it asks for would be refused again.
    const answered = refused && order === 'IntentFirst' ? obeyed : [];
    return { kind: 'NotDone', state, failure: failureOf(error), answered };
  }
}

const isOwed = (purposes: Purposes, { intent }: Status): boolean =>
  intent !== undefined && purposes[intent.purpose].owed;

/** The service as it is after the write. */
async function written(hands: Hands, errand: Errand, beforehand: (etag: string) => Promise<void>): Promise<Service> {
  const { services, fence, purposes, changeKinds } = hands;
  const { ref, write } = errand;
  const { change } = write;
  const kind = kindOf(changeKinds, change);
  await checkNeeds(services, ref, write);
  let current = await stillAs(hands, errand);
  await beforehand(current.etag);
  for (let attempt = 1; ; attempt++) {
    fence.check();
    try {
      await services.write(ref, change, current);
      break;
    } catch (error) {
      if (error instanceof OutcomeUnknown && (await isApplied())) break;
      const persists = error instanceof Conflict && purposes[write.purpose].order === 'ChangeFirst';
      if (!persists || attempt >= mostConflicts) throw error;
      current = await stillAs(hands, errand);
    }
  }
  const after = await readBack(services, ref);
  if (!after || !kind.isIn(change, after)) {
    throw new Conflict(`The service was changed right after it was set to ${kind.text(change)}.`);
  }
  return after;

  async function isApplied(): Promise<boolean> {
    const service = await readBack(services, ref);
    return service !== null && kind.isIn(change, service);
  }
}

/** What has been sent may have been done: where nobody can see, it is not known, whatever keeps them from seeing. */
async function readBack(services: Services, ref: ServiceRef): Promise<Service | null> {
  try {
    return await services.read(ref);
  } catch (error) {
    if (!isKnown(error)) throw error;
    const { message } = error as Error;
    throw new OutcomeUnknown(`It was sent, and the service could not be read afterwards: ${message}`, { cause: error });
  }
}

/** What a write needs must exist and be ready, whatever was believed a moment ago. */
async function checkNeeds(services: Services, ref: ServiceRef, { needs }: Write): Promise<void> {
  for (const name of needs) {
    const revision = await services.revision(ref, name);
    if (revision === null) throw new Refused(`${name} does not exist any more, so no traffic is sent to it.`);
    if (revision.ready === 'False') {
      throw new Refused(`${name} is not ready (${revision.message}), so no traffic is sent to it.`);
    }
  }
}

/** The service as it is now, provided that what the decision was made on still holds. */
async function stillAs(
  { services, purposes, changeKinds }: Hands,
  { ref, seen, write: { purpose, change } }: Errand,
): Promise<Service> {
  const current = await services.read(ref);
  if (current === null) throw new Conflict('The service was deleted while it was being judged.');
  // A way back does not depend on what is newest.
  const isNewer = purposes[purpose].order === 'IntentFirst' && current.latestReady !== seen.latestReady;
  if (isNewer || kindOf(changeKinds, change).stale(change, seen, current) !== null) {
    throw new Conflict('The service changed while it was being judged; it is looked at again.');
  }
  return current;
}

const intentOf = ({ write, reason, message }: Errand, etag: string, nowMs: number): Intent => ({
  purpose: write.purpose,
  change: write.change,
  etag,
  reason,
  message,
  at: iso(nowMs),
  ...(write.rollout && { rollout: write.rollout }),
});
