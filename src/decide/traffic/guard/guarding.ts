/** Steady, inside the guard window: the promoted revision is watched over. */
import { all, between, namedSplit, percentOf } from '../../../facts/split.ts';
import { iso, ms } from '../../../facts/time.ts';
import { isUnguided } from '../../../policy/policy.ts';
import { goneBack, without } from '../../../status/edit.ts';
import type { GuardState } from '../../../status/guard.ts';
import type { Status } from '../../../status/status.ts';
import { cadence } from '../../cadence.ts';
import { fairPercent, limitOf, tooFew, tooFewInstances } from '../../capacity.ts';
import type { Case } from '../../case.ts';
import { type Judged, judge, withoutUntold } from '../../evidence/judge.ts';
import { countsOf, paceOf, tickOfObjective, unmeasured } from '../../freshness.ts';
import { figures } from '../../view.ts';
import { heldStill, hold, type TrafficOutcome, toSplit } from '../outcome.ts';
import { type GuardMove, watchOver } from './guard.ts';
import { unreadFor } from './unread.ts';

/** null: nothing to guard. */
export function guarding(given: Case): TrafficOutcome | null {
  const { policy, nowMs } = given;
  if (!given.known.guard) return null;
  const evidence = [...withoutUntold(given.known.guard.evidence, (name) => countsOf(given, name))];
  const { hold: held } = given.known;
  const isTold = held?.reason === 'NoTraffic' && held.paged;
  const guard: GuardState = { ...given.known.guard, evidence, ...(isTold && { silenceTold: true }) };
  const known: Status = { ...given.known, guard };
  const at: Case = { ...given, known };
  if (guard.convicted) return back(known, guard, guard.convicted);
  const open = guard.controlSince !== undefined;
  if (!open && nowMs >= ms(guard.until)) {
    return {
      state: without(known, 'guard'),
      reason: 'GuardOver',
      message: `${guard.revision} held through its guard window.`,
      lookInMs: cadence.steadyMs,
    };
  }
  if (isUnguided(policy)) {
    return hold(known, 'InvalidSpec', `${guard.revision} is not watched while the policy is not valid.`);
  }
  const away = open ? unmeasured(at) : null;
  if (away !== null) {
    const message = `${guard.revision} and ${guard.control} share the traffic, and the metrics cannot be read (${away}).`;
    return hold(known, 'MetricsOutage', message);
  }
  return watched(at, guard, isTold);
}

/** The metrics can be read, so far as is known. */
function watched(at: Case, guard: GuardState, isTold: boolean): TrafficOutcome {
  const { policy, seen, service, known } = at;
  const open = guard.controlSince !== undefined;
  const tickOf = (name: string) => tickOfObjective(seen, name);
  const result = judge(policy, armsOf(at, guard), guard.evidence, (name) => countsOf(at, name), tickOf);
  const percent = fairPercent(limitOf(service), 50);
  const { guard: next, move } = watchOver(guard, result, paceOf(at).tickMs, percent);
  const state: Status = {
    ...known,
    guard: next,
    ...(result.newest && figures(policy, result, guard.revision, guard.control, 'Promoted', !open)),
  };
  const unread = open || move.reason !== 'Guarding' ? null : unreadFor(at, guard);
  if (unread !== null) return { ...unread, state };
  if (result.newest === null) {
    const { reason, message } = move;
    const lookInMs = open ? cadence.rolloutMs : cadence.guardMs;
    return { reason, message, state, lookInMs, unremarkable: 'NoNews', ...(isTold ? {} : heldStill(known)) };
  }
  const lookInMs = open ? cadence.rolloutMs : nextLookMs(move, result, tickOf);
  return outcomeOf(at, state, move, percent, lookInMs);
}

function outcomeOf(
  { service, nowMs }: Case,
  state: Status,
  move: GuardMove,
  percent: number,
  lookInMs: number,
): TrafficOutcome {
  const guard = state.guard!;
  const said = { reason: move.reason, message: move.message };
  switch (move.action) {
    case 'None':
      return { ...said, state, lookInMs, ...(move.reason === 'Guarding' && { unremarkable: 'AllIsWell' as const }) };
    case 'RollBack': {
      const sealed = { ...guard, convicted: { ...said, at: iso(nowMs) } };
      return back({ ...state, guard: sealed }, sealed, said);
    }
    case 'TakeControl': {
      if (guard.controlGone) return hold(state, 'LastGoodDeleted', nothingLeft(guard));
      if (tooFewInstances(service)) {
        const message = `${guard.revision} is burning budget, and no control can be taken. ${tooFew(service)}`;
        return { state, reason: 'Burning', message, lookInMs: cadence.guardMs };
      }
      const split = between(guard.revision, percent, guard.control);
      return { ...said, state, write: toSplit('GuardControl', split, guard.control), lookInMs: cadence.settlingMs };
    }
    case 'Restore': {
      const write = toSplit('Restore', all(guard.revision), guard.revision);
      return { ...said, state, write, lookInMs: cadence.settlingMs };
    }
  }
}

const nothingLeft = ({ revision, control }: GuardState): string =>
  `${revision} is burning budget, and its last good revision ${control} does not exist any more: there is nothing to go back to.`;

/** While the newest tick speaks against it, each tick is looked at as it comes: it takes several to take a control. */
function nextLookMs({ reason }: GuardMove, { assessments }: Judged, tickOf: (objective: string) => number): number {
  const uneasy = reason === 'Guarding' ? assessments.filter(({ gate, tickAbsolute }) => gate && tickAbsolute > 0) : [];
  return Math.min(cadence.guardMs, ...uneasy.map(({ objective }) => tickOf(objective)));
}

export const back = (
  state: Status,
  { revision, armedAt, control }: GuardState,
  { reason, message }: { readonly reason: string; readonly message: string },
): TrafficOutcome => ({
  state,
  reason: reason as TrafficOutcome['reason'],
  message,
  once: goneBack(revision, armedAt),
  write: toSplit('RollBack', all(control), control),
  lookInMs: cadence.settlingMs,
});

/** The promoted revision as candidate; it had everything until a control was taken. */
function armsOf({ policy, service }: Case, guard: GuardState) {
  const { revision, control, controlSince, armedAt } = guard;
  const beside = percentOf(namedSplit(service.traffic) ?? [], revision);
  return {
    candidate: revision,
    control,
    warmUntilMs: ms(controlSince ?? armedAt) + (controlSince === undefined ? 0 : policy.rollout.warmupMs),
    shares: [{ atMs: 0, percent: 100 }, ...(controlSince ? [{ atMs: ms(controlSince), percent: beside }] : [])],
    limit: limitOf(service),
  };
}
