/**
 * Carries one decision out: reads the service again, checks that what the decision assumed still holds, writes at most
 * once, and reads the result back. A way forward is persisted as an intent before it is written, so that whoever comes
 * next knows whose split it is; a way back goes to Cloud Run first.
 */

import { type Decided, isRelieving, type TrafficWrite } from '../decide/decision.ts';
import { confirm } from '../decide/traffic/confirm.ts';
import { phaseOf, shown } from '../decide/view.ts';
import type { Service, ServiceRef } from '../facts/service.ts';
import { all, namedSplit, same, splitText } from '../facts/split.ts';
import { iso } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import type { Clock, Fence } from '../ports/clock.ts';
import { Conflict, OutcomeUnknown, Refused } from '../ports/errors.ts';
import type { Services } from '../ports/services.ts';
import { without } from '../status/edit.ts';
import type { Status } from '../status/status.ts';

/** Somebody editing labels must not be able to starve a rollback. */
const mostConflicts = 5;

export interface Hands {
  readonly services: Services;
  readonly clock: Clock;
  readonly fence: Fence;
  /** Persists a state at once. */
  readonly checkpoint: (state: Status) => Promise<void>;
}

/** What to remember if `act` does not even come to its checkpoint: what was to be done is still to be done. */
export function owed({ decision, state }: Decided, nowMs: number): Status {
  const { write } = decision;
  if (write === null || !isRelieving(write.kind)) return state;
  return { ...state, intent: intentOf(decision, write, write.etag, nowMs) };
}

/** A target that is gone or not ready is not owed any traffic: what to do instead is judged, not tried for ever. */
export const waived = (state: Status): Status =>
  state.intent && isRelieving(state.intent.kind) ? without(state, 'intent') : state;

/** The state after the write, confirmed by reading it back. Throws when it was not, or not surely, applied. */
export async function act(hands: Hands, policy: Policy, seen: Service, { decision, state }: Decided): Promise<Status> {
  const { write } = decision;
  if (write === null) return state;
  const after = await written(hands, policy.service, seen, write, async (etag) => {
    if (!write.back) {
      await hands.checkpoint({ ...state, intent: intentOf(decision, write, etag, hands.clock.nowMs()) });
    }
  });
  const nowMs = hands.clock.nowMs();
  const confirmed = confirm(policy, after, state, { ...write, reason: decision.reason }, nowMs);
  return shown({ ...confirmed, phase: phaseOf(confirmed) }, after, nowMs);
}

/**
 * A rollback that was decided before its policy became invalid: where to is in the status, so nothing else is needed. It
 * is confirmed from the traffic once there is a policy again. Says what was done, or null.
 */
export async function wentBack(
  hands: Pick<Hands, 'services' | 'fence'>,
  ref: ServiceRef,
  status: Status,
): Promise<string | null> {
  const { rollout, guard } = status;
  const [convicted, target] = rollout?.convicted
    ? [rollout.convicted, rollout.control]
    : [guard?.convicted, guard?.control];
  if (!convicted || target === undefined) return null;
  const seen = await hands.services.read(ref);
  if (seen === null || !ours(seen, status)) return null;
  const write = { kind: 'RollBack', split: all(target), etag: seen.etag, back: true, target } as const;
  await written(hands, ref, seen, write, async () => undefined);
  return `${convicted.message} The policy is not valid any more, but this was decided before.`;
}

/** Still the service and the split that the status speaks of. */
function ours({ uid, traffic }: Service, { adoption, split, intent }: Status): boolean {
  const now = namedSplit(traffic);
  if (now === null || adoption?.serviceUid !== uid) return false;
  return [split, intent?.split].some((known) => known !== undefined && same(known, now));
}

/** The service as it is after the write. */
async function written(
  { services, fence }: Pick<Hands, 'services' | 'fence'>,
  ref: ServiceRef,
  seen: Service,
  write: TrafficWrite,
  beforehand: (etag: string) => Promise<void>,
): Promise<Service> {
  await checkTarget(services, ref, write);
  let current = await stillAs(services, ref, seen, write);
  await beforehand(current.etag);
  for (let attempt = 1; ; attempt++) {
    fence.check();
    try {
      await services.setTraffic(ref, write.split, tagsOf(current), current.etag);
      break;
    } catch (error) {
      if (error instanceof OutcomeUnknown && (await applied(services, ref, write))) break;
      if (!(error instanceof Conflict) || !write.back || attempt >= mostConflicts) throw error;
      current = await stillAs(services, ref, seen, write);
    }
  }
  const after = await services.read(ref);
  const split = after && namedSplit(after.traffic);
  if (!after || !split || !same(split, write.split)) {
    throw new Conflict(`The traffic was changed right after it was set to ${splitText(write.split)}.`);
  }
  return after;
}

/** Where traffic is sent must exist and be ready, whatever was believed a moment ago. */
async function checkTarget(services: Services, ref: ServiceRef, { target }: TrafficWrite): Promise<void> {
  const revision = await services.revision(ref, target);
  if (revision === null) throw new Refused(`${target} does not exist any more, so no traffic is sent to it.`);
  if (revision.ready === 'False') {
    throw new Refused(`${target} is not ready (${revision.message}), so no traffic is sent to it.`);
  }
}

/** The service as it is now, provided its traffic is what the decision was made on. */
async function stillAs(services: Services, ref: ServiceRef, seen: Service, write: TrafficWrite): Promise<Service> {
  const current = await services.read(ref);
  if (current === null) throw new Conflict('The service was deleted while it was being judged.');
  const sameTraffic = trafficText(current) === trafficText(seen);
  const sameNewest = write.back || current.latestReady === seen.latestReady;
  if (!sameTraffic || !sameNewest) {
    throw new Conflict('The service changed while it was being judged; it is looked at again.');
  }
  return current;
}

const trafficText = ({ traffic }: Service): string =>
  traffic
    .filter(({ percent }) => percent > 0)
    .map(({ revision, percent }) => `${revision ?? 'LATEST'}=${percent}`)
    .sort()
    .join(' ');

const tagsOf = ({ traffic }: Service) =>
  traffic.flatMap(({ revision, tag }) => (tag === undefined ? [] : [{ revision, tag }]));

async function applied(services: Services, ref: ServiceRef, { split }: TrafficWrite): Promise<boolean> {
  const service = await services.read(ref);
  const now = service && namedSplit(service.traffic);
  return now ? same(now, split) : false;
}

const intentOf = (
  { reason, message }: Decided['decision'],
  { kind, split, rollout }: TrafficWrite,
  etag: string,
  nowMs: number,
): NonNullable<Status['intent']> => ({
  kind,
  split: [...split],
  etag,
  reason,
  message,
  at: iso(nowMs),
  ...(rollout && { rollout }),
});
