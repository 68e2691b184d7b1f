/**
 * Whose traffic is this? A split that equals what was persisted is ours; any other is somebody else's, and is respected. What
 * was intended and has been found has been confirmed by now. Runs before anything is judged.
 */
import { splitSetBy } from '../../facts/change.ts';
import type { PolicyEvent } from '../../facts/event.ts';
import { followsLatest, namedSplit, type Split, same, soleRevision, splitText } from '../../facts/split.ts';
import { iso } from '../../facts/time.ts';
import { goneBack, reject, without } from '../../status/edit.ts';
import type { Evidence } from '../../status/evidence.ts';
import { isOurs } from '../../status/ours.ts';
import type { RolloutState } from '../../status/rollout.ts';
import type { Status } from '../../status/status.ts';
import type { Case } from '../case.ts';
import { beginEvidence } from '../evidence/judge.ts';
import { arrived } from './arrived.ts';
import { confirm, promoted } from './confirm.ts';
import { guarding } from './guard/guarding.ts';
import { closed } from './guard/state.ts';
import { arrivedLate, outstanding } from './late.ts';
import { latest } from './latest.ts';
import { hold, type TrafficOutcome } from './outcome.ts';
import { byRequest } from './requests.ts';
import { wayBackOf } from './rollout/rolling.ts';
import { newRollout, withShare } from './rollout/state.ts';
import { lastChangedText } from './words.ts';

/** Either the state to go on with, or what to do instead of judging. */
export type Owned =
  | { readonly state: Status; readonly events: readonly PolicyEvent[] }
  | { readonly outcome: TrafficOutcome };

export function ownership(given: Case): Owned {
  const at = { ...given, known: outstanding(without(given.known, 'unpinned'), given.nowMs) };
  const { service, known, nowMs } = at;
  const split = namedSplit(service.traffic);
  if (split === null) return followsLatest(service.traffic) ? { outcome: latest(at) } : partlyLatest(at);
  if (!known.stable) return adopt(at, split);
  const returned = isReturned(known, split);
  if (isOurs(service, known) && !returned) {
    if (isUnexplained(known, split)) return { outcome: hold(known, 'SplitByHand', unexplainedText(split)) };
    return goOn(known.hold?.reason === 'SplitByHand' ? judgedFrom(without(known, 'hold'), nowMs) : known);
  }
  return moved({ ...at, known: without(known, 'intent') }, split);
}

/** Of what looks like a split of ours. */
const isReturned = ({ rollout, guard, hold: held }: Status, split: Split): boolean =>
  (rollout !== undefined && endedByHand(rollout, split)) ||
  (held?.reason === 'SplitByHand' && guard?.controlSince !== undefined && soleRevision(split) === guard.control);

/** In Observe a rollout by another hand is not in the split that was accepted, but its share is among those it is judged by. */
const endedByHand = ({ control, shares }: RolloutState, split: Split): boolean =>
  soleRevision(split) === control && (shares.at(-1)?.percent ?? 0) > 0;

/** Only a rollout and a control give two revisions a share each: here whichever did is not remembered any more. */
const isUnexplained = ({ rollout, guard }: Status, split: Split): boolean =>
  soleRevision(split) === null && !rollout && !guard?.controlSince && !guard?.convicted;

const unexplainedText = (split: Split): string =>
  `${splitText(split)} was written here, but what for is not remembered; nothing is moved until one revision has all of the traffic.`;

/** A share of the traffic follows LATEST: nobody is to move what they did not split. */
function partlyLatest({ policy, service, known }: Case): Owned {
  if (policy.mode === 'Observe' && known.stable) return goOn(known);
  const shares = service.traffic
    .filter(({ percent }) => percent > 0)
    .map(({ revision, percent }) => `${revision ?? 'LATEST'} ${percent} %`);
  const message = `A part of the traffic follows LATEST (${shares.join(', ')}); nothing is moved until one revision has all of it.`;
  return { outcome: hold(known, known.stable ? 'SplitByHand' : 'NotAdoptable', message) };
}

/** What happened under somebody else's split cannot be told apart by arm, and is not judged. */
function judgedFrom(state: Status, nowMs: number): Status {
  const { rollout, guard } = state;
  const from = <T extends { evidence: Evidence[] }>(holder: T): T => ({
    ...holder,
    evidence: holder.evidence.map((entry) => ({ ...entry, judgedUntil: iso(nowMs) })),
  });
  return { ...state, ...(rollout && { rollout: from(rollout) }), ...(guard && { guard: from(guard) }) };
}

/** The first look at a service that names its revisions. */
function adopt({ service, known, nowMs }: Case, split: Split): Owned {
  const revision = soleRevision(split);
  if (revision === null) {
    const message = `The traffic is split (${splitText(split)}); guarding begins when one revision has all of it.`;
    return { outcome: hold(known, 'NotAdoptable', message) };
  }
  const at = iso(nowMs);
  const adopted: Status = {
    ...without(known, 'intent'),
    split: [...split],
    stable: { revision, percent: 100 },
    lastGood: { revision, since: at },
    adoption: { at, serviceUid: service.uid, followedLatest: false, externallyManaged: false, pinnedAgainAt: [] },
  };
  return goOn(adopted, [
    normal('Adopted', 'Adopt', `${revision} has all of the traffic; it is stable and the first last good revision.`),
  ]);
}

/** A split that is neither ours nor intended. */
function moved(at: Case, split: Split): Owned {
  const { policy, service, known, nowMs } = at;
  const { rollout, guard, stable } = known;
  const own = arrivedLate(at, split);
  if (own) return 'state' in own ? { outcome: own } : goOn(own);
  const revision = soleRevision(split);
  if (revision === null) {
    if (policy.mode === 'Observe') return goOn(observed(at, split));
    const message = `${splitText(split)} was set by another hand${lastChangedText(service)}; nothing is moved until one revision has all of the traffic again.`;
    return { outcome: hold(known, 'SplitByHand', message) };
  }
  const back = ownWayBack(at, split);
  if (back) return { outcome: back };
  const returned = (reason: string) => confirm(at, { purpose: 'RollBack', change: { kind: 'Traffic', split }, reason });
  if (rollout && revision === rollout.control) {
    const message = `All of the traffic is back on ${revision}${lastChangedText(service)}; ${rollout.candidate} is rejected.`;
    const { convicted } = rollout;
    return goOn(returned(convicted?.reason ?? 'ReturnedToStable'), [
      convicted
        ? convictedEvent(convicted, goneBack(rollout.candidate, rollout.startedAt))
        : normal('RolledBack', 'RollBack', message),
    ]);
  }
  if (rollout && revision === rollout.candidate) {
    const message = `${revision} was given all of the traffic by another hand${lastChangedText(service)}; it is the stable revision now.`;
    return goOn({ ...promoted(at, rollout, { external: true }), split: [...split] }, [
      normal('PromotedByHand', 'Accept', message),
    ]);
  }
  if (guard && revision === guard.control) {
    const also = rollout ? ` So is ${rollout.candidate}, which was being rolled out.` : '';
    const message = `All of the traffic is back on ${revision}${lastChangedText(service)}; ${guard.revision} is rejected.${also}`;
    const back = returned(guard.convicted?.reason ?? 'ReturnedToLastGood');
    const left = rollout ? reject(back, rollout.candidate, 'LeftBehindByHand', nowMs) : back;
    const { convicted } = guard;
    return goOn(left, [
      convicted
        ? convictedEvent(convicted, goneBack(guard.revision, guard.armedAt))
        : normal('RolledBack', 'RollBack', message),
    ]);
  }
  if (revision === stable?.revision) {
    const took = guard?.controlSince !== undefined && guard.revision === revision;
    return goOn({ ...known, split: [...split], ...(took && { guard: closed(guard, nowMs) }) });
  }
  const accepted = arrived(at, split);
  const leftBehind = passedBy(at, revision);
  const message = `${revision} was given all of the traffic by another hand${lastChangedText(service)}; it is the stable revision now.`;
  return goOn(leftBehind ? reject(accepted, leftBehind, 'LeftBehindByHand', nowMs) : accepted, [
    normal('StableChanged', 'Accept', message),
  ]);
}

/** The newest ready revision, where somebody gave the traffic to an older one; the newest of all may not be ready. */
function passedBy({ seen: { revisions }, service: { latestReady: newest } }: Case, given: string): string | null {
  if (newest === null || newest === given) return null;
  const [one, other] = [revisions[newest], revisions[given]];
  return one && other && one.createdAtMs < other.createdAtMs ? null : newest;
}

/** In Observe a split of stable and one other is a rollout by somebody else's hand: it is judged, and left alone. */
function observed({ policy, known, nowMs }: Case, split: Split): Status {
  const stable = known.stable?.revision;
  const [candidate, ...others] = split.filter(({ revision }) => revision !== stable);
  if (stable === undefined || !candidate || others.length > 0 || split.length !== 2) return known;
  const { rollout } = known;
  const before = rollout?.candidate === candidate.revision ? rollout : undefined;
  if (before?.shares.at(-1)?.percent === candidate.percent) return known;
  const running =
    before ??
    newRollout({
      candidate: candidate.revision,
      control: stable,
      startPercent: candidate.percent,
      requestsPerSecond: 0,
      evidence: beginEvidence(policy, () => null, nowMs),
      nowMs,
    });
  return { ...known, rollout: withShare(running, split, iso(nowMs)) };
}

/**
 * The way back that would be decided here and now, had the traffic not gone back already: then nobody else was there, but a
 * process that wrote it and came to no report. The same data gives the same conviction, so that the reason and the figures
 * are those that the way back was made for. null: whoever returned the traffic had reasons of their own.
 */
function ownWayBack(at: Case, split: Split): TrafficOutcome | null {
  const { policy, service, known } = at;
  if (policy.mode === 'Observe' || policy.requests.paused !== null || !known.split) return null;
  const before = { ...at, service: { ...service, traffic: known.split } };
  const branches = [byRequest, known.rollout ? wayBackOf : guarding];
  const back = branches.map((branch) => branch(before)).find((outcome) => outcome?.write?.purpose === 'RollBack');
  const written = back?.write && splitSetBy(back.write.change);
  return back && written && same(written, split) ? back : null;
}

const goOn = (state: Status, events: readonly PolicyEvent[] = []): Owned => ({ state, events });

/** It was decided, and it has come about: by whichever hand, the reason and the figures are those. */
const convictedEvent = ({ reason, message }: { reason: string; message: string }, once: string): PolicyEvent => ({
  type: 'Warning',
  reason: reason as PolicyEvent['reason'],
  action: 'RollBack',
  message,
  once,
});

const normal = (reason: PolicyEvent['reason'], action: string, message: string): PolicyEvent => ({
  type: 'Normal',
  reason,
  action,
  message,
});
