/**
 * Carries one write out: reads the service again, checks that what the decision assumed still holds, writes at most once, and
 * reads the result back. A way forward is persisted as an intent before it is written, so that whoever comes next knows whose
 * change it is; a way back goes to Cloud Run first. What becomes of it is told by what is returned; a throw is a bug.
 */
import type { Obeyed, Write } from '../decide/decision.ts';
import { isNewer } from '../decide/newest.ts';
import { type Change, type ChangeKind, type ChangeKinds, kindOf } from '../facts/change.ts';
import type { Purposes } from '../facts/purpose.ts';
import type { Service, ServiceRef } from '../facts/service.ts';
import { iso } from '../facts/time.ts';
import type { Clock, Fence } from '../ports/clock.ts';
import { Conflict, OutcomeUnknown, Refused } from '../ports/errors.ts';
import type { Services } from '../ports/services.ts';
import { without } from '../status/edit.ts';
import type { Intent } from '../status/intent.ts';
import type { Status } from '../status/status.ts';
import { changesBeside } from './beside.ts';
import { type Failure, failureOf, isKnown } from './failure.ts';

/** Somebody editing labels must not be able to starve a rollback. */
const mostConflicts = 5;

export interface Hands {
  readonly services: Services;
  readonly clock: Clock;
  readonly fence: Fence;
  readonly purposes: Purposes;
  readonly changeKinds: ChangeKinds;
  /** Persists a state at once: before a way forward is written, beside a way back. */
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
  | { readonly kind: 'Nothing'; readonly state: Status }
  /** `beside`: how many changes the service had in between that were not this one. */
  | { readonly kind: 'Done'; readonly state: Status; readonly beside: number }
  /** `answered`: requests that are taken away all the same, since what they ask for would be refused again. */
  | {
      readonly kind: 'NotDone';
      readonly state: Status;
      readonly failure: Failure;
      readonly answered: readonly Obeyed[];
      /** The revision that was needed and does not exist any more. */
      readonly missing?: string;
    };

/** It is not there, so that nothing can be sent to it. */
class Missing extends Refused {
  readonly revision: string;

  constructor(revision: string) {
    super(`${revision} does not exist any more, so no traffic is sent to it.`);
    this.revision = revision;
  }
}

export async function carryOut(hands: Hands, errand: Errand): Promise<Carried> {
  const { write, obeyed } = errand;
  const { order, owed } = hands.purposes[write.purpose];
  const intended = (etag: string): Status => ({ ...errand.state, intent: intentOf(errand, etag, hands.clock.nowMs()) });
  // If it does not even come to its checkpoint, what was to be done is still to be done.
  let state = owed ? intended(errand.seen.etag) : errand.state;
  let begun = false;
  let saving: Promise<void> | undefined;
  try {
    const { before, after } = await written(hands, errand, {
      before: async (etag) => {
        if (order === 'ChangeFirst') return;
        begun = true;
        state = intended(etag);
        await hands.checkpoint(state);
      },
      // Why it goes back is saved while it goes back, which waits for nothing that Kubernetes does.
      meanwhile: () => {
        if (order === 'ChangeFirst') saving ??= hands.checkpoint(state).catch(() => undefined);
      },
    });
    const confirmed = errand.confirmed(after, hands.clock.nowMs());
    return { kind: 'Done', state: confirmed, beside: changesBeside(before, after) };
  } catch (error) {
    if (!isKnown(error)) throw error;
    const refused = error instanceof Refused;
    const isOpen = error instanceof OutcomeUnknown;
    // What is gone or not ready is not owed anything: what to do instead is judged, not tried for ever.
    if ((refused && !begun && owed) || (begun && !owed && !isOpen)) state = without(state, 'intent');
    // It is owed, and it is known that it cannot show by itself.
    else if (state.intent && owed && !isOpen) state = { ...state, intent: { ...state.intent, unsent: true } };
    // A request stands before all judgement: what it asks for would be refused again.
    const answered = refused && order === 'IntentFirst' ? obeyed : [];
    const missing = error instanceof Missing ? { missing: error.revision } : {};
    return { kind: 'NotDone', state, failure: failureOf(error), answered, ...missing };
  } finally {
    // The report that follows writes the same status.
    await saving;
  }
}

/** What there is to do around a write: what it waits for, and what is done while it is under way. */
interface Around {
  readonly before: (etag: string) => Promise<void>;
  readonly meanwhile: () => void;
}

/** The service as it was right before the write, and as it is after it. */
async function written(
  hands: Hands,
  errand: Errand,
  around: Around,
): Promise<{ readonly before: Service; readonly after: Service }> {
  const { services, fence, purposes, changeKinds } = hands;
  const { ref, write } = errand;
  const { change } = write;
  const kind = kindOf(changeKinds, change);
  // Written by a process that came to no report: what is left is to say so.
  if (kind.isIn(change, errand.seen)) {
    const found = await stillAs(hands, errand);
    return { before: found, after: found };
  }
  await checkNeeds(services, ref, write);
  let current = await stillAs(hands, errand);
  await around.before(current.etag);
  for (let attempt = 1; ; attempt++) {
    fence.check();
    try {
      const writing = services.write(ref, change, current);
      around.meanwhile();
      await writing;
      break;
    } catch (error) {
      if (error instanceof OutcomeUnknown && (await isApplied(services, ref, kind, change))) break;
      const persists = error instanceof Conflict && purposes[write.purpose].order === 'ChangeFirst';
      if (!persists || attempt >= mostConflicts) throw error;
      current = await stillAs(hands, errand);
    }
  }
  const after = await readBack(services, ref);
  if (!after || !kind.isIn(change, after)) {
    throw new Conflict(`The service was changed right after it was set to ${kind.text(change)}.`);
  }
  return { before: current, after };
}

/** What was accepted and cannot be seen is neither done nor undone. */
async function readBack(services: Services, ref: ServiceRef): Promise<Service | null> {
  try {
    return await services.read(ref);
  } catch (cause) {
    if (!isKnown(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OutcomeUnknown(`Cloud Run accepted it, and it could not be read back: ${why}`, { cause });
  }
}

/** false: it is not, or that cannot be seen either. */
async function isApplied(
  services: Services,
  ref: ServiceRef,
  kind: ChangeKind<Change>,
  change: Change,
): Promise<boolean> {
  try {
    const service = await services.read(ref);
    return service !== null && kind.isIn(change, service);
  } catch (error) {
    if (!isKnown(error)) throw error;
    return false;
  }
}

/** What a write needs must exist and be ready, whatever was believed a moment ago. */
async function checkNeeds(services: Services, ref: ServiceRef, { needs }: Write): Promise<void> {
  for (const name of needs) {
    const revision = await services.revision(ref, name);
    if (revision === null) throw new Missing(name);
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
  const isOld = purposes[purpose].order === 'IntentFirst' && isNewer(current, seen);
  if (isOld || kindOf(changeKinds, change).stale(change, seen, current) !== null) {
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
