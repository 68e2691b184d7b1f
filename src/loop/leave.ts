/**
 * A policy was deleted in mid-rollout: the traffic goes back to stable, once, if it is still ours. Best effort by the
 * running operator; there is no finalizer that could block a namespace.
 */
import { tunedRevision } from '../decide/tuned.ts';
import { tunedText } from '../facts/change.ts';
import { all, namedSplit, percentOf } from '../facts/split.ts';
import { enforcedIn, type StoredPolicy } from '../policy/stored.ts';
import { isOurs } from '../status/ours.ts';
import { carryOut } from './carry-out.ts';
import type { Said } from './pass.ts';
import type { Wiring } from './wiring.ts';

/** Throws what should be tried again. */
export async function leave(wiring: Wiring, known: StoredPolicy): Promise<void> {
  const { services, repertoire, clock, listeners, unreported } = wiring;
  unreported.forget(known.uid);
  const { status } = known;
  const beganMs = clock.nowMs();
  const stable = status.rollout?.control ?? (status.guard?.controlSince ? status.guard.revision : undefined);
  const ref = enforcedIn(known);
  if (ref === null || stable === undefined) return;
  const seen = await services.read(ref);
  if (seen === null || !isOurs(seen, status)) return;
  if (percentOf(namedSplit(seen.traffic)!, stable) === 100) return;
  const change = { kind: 'Traffic', split: all(stable) } as const;
  const said: Said = {
    action: 'Leave',
    reason: 'PolicyDeleted',
    message: `The policy was deleted in mid-rollout; all of the traffic goes back to ${stable}.${keptText(status)}`,
    write: { purpose: 'Leave', change, needs: [stable] },
  };
  const { purposes, changeKinds } = repertoire;
  const carried = await carryOut(
    { ...wiring, purposes, changeKinds, checkpoint: async () => undefined },
    { ...said, write: said.write!, ref, seen, state: status, confirmed: () => status, obeyed: [] },
  );
  const failure = carried.kind === 'NotDone' ? carried.failure : null;
  const pass = { policy: known, before: status, seen: null, decided: null, said, carried, failure };
  // There is no policy any more that an event could be about.
  for (const listener of listeners) {
    listener({ ...pass, reported: false, events: [], beganMs, endedMs: clock.nowMs() });
  }
  if (failure && !failure.terminal) throw failure.error;
}

/** Nobody puts it back any more. */
function keptText(status: StoredPolicy['status']): string {
  const own = status.rollout && tunedRevision(status, status.rollout.candidate);
  return own?.outcome === 'Open'
    ? ` The template keeps ${tunedText(own.set)}, which the next deployment inherits.`
    : '';
}
