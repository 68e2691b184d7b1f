/**
 * Whose traffic is this? A split that equals what was persisted or intended is ours; any other is somebody else's, and is
 * respected. Runs before anything is judged.
 */

import type { PolicyEvent } from '../../facts/event.ts';
import type { Service } from '../../facts/service.ts';
import { all, followsLatest, namedSplit, type Split, same, soleRevision, splitText } from '../../facts/split.ts';
import { iso, ms } from '../../facts/time.ts';
import type { Policy } from '../../policy/policy.ts';
import { reject, welcome, without } from '../../status/edit.ts';
import type { Evidence } from '../../status/evidence.ts';
import type { RolloutState } from '../../status/rollout.ts';
import type { Status } from '../../status/status.ts';
import { beginEvidence } from '../evidence/judge.ts';
import { cadence, hold, type Outcome, released } from '../outcome.ts';
import { confirm, promoted } from './confirm.ts';
import { arm, closed } from './guard/guard.ts';
import { newRollout, withShare } from './rollout/state.ts';

const dayMs = 24 * 3_600_000;

/** Either the state to go on with, or what to do instead of judging. */
export type Owned = { readonly state: Status; readonly events: readonly PolicyEvent[] } | { readonly outcome: Outcome };

export function ownership(policy: Policy, service: Service, before: Status, nowMs: number): Owned {
  // A service of the same name that was created anew has none of the revisions that are remembered.
  const recreated = before.adoption !== undefined && before.adoption.serviceUid !== service.uid;
  const state: Status = recreated ? {} : before;
  const split = namedSplit(service.traffic);
  if (split === null) {
    return followsLatest(service.traffic)
      ? latest(policy, service, state, nowMs)
      : partlyLatest(policy, service, state, nowMs);
  }
  if (!state.stable) return adopt(policy, service, split, state, nowMs);
  if (state.intent && same(split, state.intent.split)) {
    return goOn(released(confirm(policy, service, state, state.intent, ms(state.intent.at))));
  }
  const returned = state.rollout !== undefined && endedByHand(state.rollout, split);
  if (state.split && same(split, state.split) && !returned) {
    const byHand = state.hold?.reason === 'SplitByHand';
    return goOn(byHand ? judgedFrom(released(state), nowMs) : state);
  }
  return moved(policy, service, split, without(state, 'intent'), nowMs);
}

/** In Observe a rollout by another hand is not in the split that was accepted, but its share is among those it is judged by. */
const endedByHand = ({ control, shares }: RolloutState, split: Split): boolean =>
  soleRevision(split) === control && (shares.at(-1)?.percent ?? 0) > 0;

/** A share of the traffic follows LATEST: nobody is to move what they did not split. */
function partlyLatest(policy: Policy, service: Service, state: Status, nowMs: number): Owned {
  if (policy.mode === 'Observe' && state.stable) return goOn(state);
  const shares = service.traffic
    .filter(({ percent }) => percent > 0)
    .map(({ revision, percent }) => `${revision ?? 'LATEST'} ${percent} %`);
  const message = `A part of the traffic follows LATEST (${shares.join(', ')}); nothing is moved until one revision has all of it.`;
  return { outcome: hold(policy, state, state.stable ? 'SplitByHand' : 'NotAdoptable', message, nowMs) };
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
function adopt(policy: Policy, service: Service, split: Split, state: Status, nowMs: number): Owned {
  if (state.intent?.kind === 'Pin' && same(split, state.intent.split)) {
    return goOn(released(confirm(policy, service, state, state.intent, nowMs)));
  }
  const revision = soleRevision(split);
  if (revision === null) {
    const message = `The traffic is split (${splitText(split)}); guarding begins when one revision has all of it.`;
    return { outcome: hold(policy, state, 'NotAdoptable', message, nowMs) };
  }
  const at = iso(nowMs);
  const adopted: Status = {
    ...without(released(state), 'intent'),
    split: [...split],
    stable: { revision, percent: 100 },
    lastGood: { revision, since: at },
    adoption: { at, serviceUid: service.uid, followedLatest: false, externallyManaged: false, pinnedAgainAt: [] },
  };
  return goOn(adopted, [
    normal('Adopted', 'Adopt', `${revision} has all of the traffic; it is stable and the first last good revision.`),
  ]);
}

/** The traffic follows LATEST: a deploy takes all of it before anyone can look, so it is pinned. */
function latest(policy: Policy, service: Service, state: Status, nowMs: number): Owned {
  const revision = service.latestReady;
  if (revision === null) {
    const message = 'The service has no ready revision yet.';
    return { outcome: { state, action: 'None', reason: 'NoReadyRevision', message, lookInMs: cadence.steadyMs } };
  }
  const { adoption } = state;
  if (policy.mode === 'Observe' || adoption?.externallyManaged) {
    const message = adoption?.externallyManaged
      ? 'The traffic was set to follow LATEST twice in a day; it is left so, and new revisions are guarded only after the fact.'
      : 'The traffic follows LATEST, so a new revision takes all of it at once; in Observe it is not pinned.';
    return goOnLatest(policy, state, revision, message, nowMs);
  }
  const recent = (adoption?.pinnedAgainAt ?? []).filter((at) => nowMs - ms(at) < dayMs);
  if (adoption && recent.length > 0) {
    const message =
      'The traffic was set to follow LATEST again within a day of being pinned: another tool manages it. It will not be pinned again.';
    return goOnLatest(
      policy,
      { ...state, adoption: { ...adoption, externallyManaged: true } },
      revision,
      message,
      nowMs,
    );
  }
  const pinned = adoption ? arrived(policy, without(released(state), 'intent'), all(revision), nowMs) : state;
  const message = `${revision} is pinned at 100 %, so that the next revision starts at 0 % instead of taking all of the traffic.`;
  return {
    outcome: {
      state: pinned,
      action: 'Pin',
      reason: adoption ? 'PinnedAgain' : 'Adopted',
      message,
      write: { kind: 'Pin', split: all(revision), back: false, target: revision },
      lookInMs: cadence.settlingMs,
    },
  };
}

function goOnLatest(policy: Policy, state: Status, revision: string, message: string, nowMs: number): Owned {
  const settled =
    state.stable?.revision === revision ? state : arrived(policy, without(state, 'intent'), all(revision), nowMs);
  const { guard } = settled;
  // Whoever sets the traffic to LATEST moves it; the guard is left with words.
  const watched =
    guard && !guard.external ? { ...settled, guard: { ...closed(guard, nowMs), external: true } } : settled;
  return {
    outcome: {
      state: { ...released(watched), lastGood: settled.lastGood ?? { revision, since: iso(nowMs) } },
      action: 'None',
      reason: settled.adoption?.externallyManaged ? 'ExternallyManaged' : 'FollowsLatest',
      message,
      announce: 'Warning',
      lookInMs: cadence.steadyMs,
    },
  };
}

/** A split that is neither ours nor intended. */
function moved(policy: Policy, service: Service, split: Split, state: Status, nowMs: number): Owned {
  const { rollout, guard, stable } = state;
  const revision = soleRevision(split);
  if (revision === null) {
    if (policy.mode === 'Observe') return goOn(observed(policy, split, state, nowMs));
    const message = `${splitText(split)} was set by another hand; nothing is moved until one revision has all of the traffic again.`;
    return { outcome: hold(policy, state, 'SplitByHand', message, nowMs) };
  }
  const free = released(state);
  if (rollout && revision === rollout.control) {
    const reason = rollout.convicted?.reason ?? 'ReturnedToStable';
    const message = `All of the traffic is back on ${revision}; ${rollout.candidate} is rejected.`;
    const back = confirm(policy, service, free, { kind: 'RollBack', split, reason }, nowMs);
    return goOn(back, [normal('RolledBack', 'RollBack', message)]);
  }
  if (rollout && revision === rollout.candidate) {
    const message = `${revision} was given all of the traffic by another hand; it is the stable revision now.`;
    return goOn({ ...promoted(policy, free, rollout, true, nowMs), split: [...split] }, [
      normal('PromotedByHand', 'Accept', message),
    ]);
  }
  if (guard && revision === guard.control) {
    const reason = guard.convicted?.reason ?? 'ReturnedToLastGood';
    const also = rollout ? ` So is ${rollout.candidate}, which was being rolled out.` : '';
    const message = `All of the traffic is back on ${revision}; ${guard.revision} is rejected.${also}`;
    const back = confirm(policy, service, free, { kind: 'RollBack', split, reason }, nowMs);
    const left = rollout ? reject(back, rollout.candidate, 'LeftBehindByHand', nowMs) : back;
    return goOn(left, [normal('RolledBack', 'RollBack', message)]);
  }
  if (revision === stable?.revision) {
    const took = guard?.controlSince !== undefined && guard.revision === revision;
    return goOn({ ...free, split: [...split], ...(took && { guard: closed(guard, nowMs) }) });
  }
  const accepted = arrived(policy, free, split, nowMs);
  const leftBehind = service.latestReady;
  const message = `${revision} was given all of the traffic by another hand; it is the stable revision now.`;
  return goOn(
    leftBehind !== null && leftBehind !== revision ? reject(accepted, leftBehind, 'LeftBehindByHand', nowMs) : accepted,
    [normal('StableChanged', 'Accept', message)],
  );
}

/** A revision that has all of the traffic by whatever hand is stable, and watched for the guard window. */
function arrived(policy: Policy, state: Status, split: Split, nowMs: number): Status {
  const revision = soleRevision(split)!;
  const before = state.stable?.revision;
  const { guard } = state;
  const settled: Status = {
    ...without(without(state, 'guard'), 'rollout'),
    split: [...split],
    stable: { revision, percent: 100 },
  };
  if (guard?.revision === revision) return { ...welcome(settled, revision), guard };
  if (before === undefined || before === revision) return welcome(settled, revision);
  return {
    ...welcome(settled, revision),
    lastGood: { revision: before, since: iso(nowMs) },
    guard: arm({
      revision,
      control: before,
      external: true,
      nowMs,
      windowMs: policy.rollout.guardWindowMs,
      requestsPerSecond: 0,
      evidence: beginEvidence(policy, [], nowMs),
    }),
  };
}

/** In Observe a split of stable and one other is a rollout by somebody else's hand: it is judged, and left alone. */
function observed(policy: Policy, split: Split, state: Status, nowMs: number): Status {
  const stable = state.stable?.revision;
  const [candidate, ...others] = split.filter(({ revision }) => revision !== stable);
  if (stable === undefined || !candidate || others.length > 0 || split.length !== 2) return state;
  const { rollout } = state;
  const known = rollout?.candidate === candidate.revision ? rollout : undefined;
  if (known?.shares.at(-1)?.percent === candidate.percent) return state;
  const running =
    known ?? newRollout(candidate.revision, stable, candidate.percent, 0, beginEvidence(policy, [], nowMs), nowMs);
  return { ...state, rollout: withShare(running, split, iso(nowMs)) };
}

const goOn = (state: Status, events: readonly PolicyEvent[] = []): Owned => ({ state, events });
const normal = (reason: string, action: string, message: string): PolicyEvent => ({
  type: 'Normal',
  reason,
  action,
  message,
});
