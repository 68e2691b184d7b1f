/** Steady, inside the guard window: the promoted revision is watched over. */
import { all, between, namedSplit, percentOf } from '../../../facts/split.ts';
import { iso, ms } from '../../../facts/time.ts';
import { isUnguided } from '../../../policy/policy.ts';
import { goneBack, without } from '../../../status/edit.ts';
import type { GuardState } from '../../../status/guard.ts';
import type { Status } from '../../../status/status.ts';
import { cadence } from '../../cadence.ts';
import { limitOf, tooFew, tooFewInstances } from '../../capacity.ts';
import type { Case } from '../../case.ts';
import { type Judged, judge, withoutUntold } from '../../evidence/judge.ts';
import { countsOf, paceOf, tickOfObjective, unmeasured } from '../../freshness.ts';
import { figures } from '../../view.ts';
import { heldStill, hold, type TrafficOutcome, toSplit } from '../outcome.ts';
import { type Stage, watchOver } from './guard.ts';
import type { GuardMove } from './move.ts';
import { mostMs, overdue } from './trial.ts';
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
  if (!open && nowMs >= ms(guard.until) && !isBeingTried(guard, nowMs)) {
    return {
      state: without(known, 'guard'),
      reason: 'GuardOver',
      message: `${guard.revision} held through its guard window.`,
      lookInMs: cadence.steadyMs,
    };
  }
  // What is to be learnt of a trial is learnt by then, or not at all.
  const late = stageOf(known, guard) === 'Trial' ? overdue(guard, nowMs) : null;
  if (late) return outcomeOf(at, { ...known, guard: late.guard }, late.move, cadence.settlingMs);
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

/** The last good revision has no share, a part of the traffic, or all of it. */
function stageOf({ split = [] }: Status, { revision, controlSince }: GuardState): Stage {
  if (controlSince === undefined) return 'Alone';
  return percentOf(split, revision) === 0 ? 'Trial' : 'Beside';
}

/** It has everything again after a trial, which is not over before it has shown whether it burns again. */
const isBeingTried = ({ trial, restored }: GuardState, nowMs: number): boolean =>
  trial !== undefined && restored?.as === 'Trial' && nowMs - ms(restored.at) < mostMs;

/** The metrics can be read, so far as is known. */
function watched(at: Case, guard: GuardState, isTold: boolean): TrafficOutcome {
  const { policy, seen, known, service, nowMs } = at;
  const stage = stageOf(known, guard);
  const tickOf = (name: string) => tickOfObjective(seen, name);
  const arms = armsOf(at, guard, stage);
  const result = judge(policy, arms, guard.evidence, (name) => countsOf(at, name), tickOf);
  const gating = result.assessments.filter(({ gate }) => gate);
  const percent = percentOf(known.split ?? [], guard.revision);
  const look = { policy, judged: result, gating, tickMs: paceOf(at).tickMs, nowMs, percent, limit: limitOf(service) };
  const { guard: next, move } = watchOver(guard, stage, look);
  const state: Status = {
    ...known,
    guard: next,
    // In a trial it is the last good one that is judged: the figures are of the promoted one as it was before.
    ...(result.newest &&
      stage !== 'Trial' &&
      figures(policy, result, guard.revision, guard.control, 'Promoted', {
        alone: stage === 'Alone',
        suspected: stage !== 'Alone',
      })),
  };
  const unread = stage !== 'Alone' || move.reason !== 'Guarding' ? null : unreadFor(at, guard);
  if (unread !== null) return { ...unread, state };
  const lookInMs = stage === 'Alone' ? nextLookMs(move, result, tickOf) : cadence.rolloutMs;
  if (result.newest === null && move.action === 'None') {
    const { reason, message } = move;
    return { reason, message, state, lookInMs, unremarkable: 'NoNews', ...(isTold ? {} : heldStill(known)) };
  }
  return outcomeOf(at, state, move, lookInMs);
}

function outcomeOf({ service, nowMs }: Case, state: Status, move: GuardMove, lookInMs: number): TrafficOutcome {
  const guard = state.guard!;
  const said = { reason: move.reason, message: move.message };
  const written = { ...said, state, lookInMs: cadence.settlingMs };
  switch (move.action) {
    case 'None':
      return { ...said, state, lookInMs, ...(move.reason === 'Guarding' && { unremarkable: 'AllIsWell' as const }) };
    case 'RollBack': {
      const sealed = { ...guard, convicted: { ...said, at: iso(nowMs) } };
      return back({ ...state, guard: sealed }, sealed, said);
    }
    case 'TakeControl':
    case 'Trial': {
      if (guard.controlGone) return hold(state, 'LastGoodDeleted', nothingLeft(guard));
      if (tooFewInstances(service)) {
        const message = `${guard.revision} is burning budget, and no control can be taken. ${tooFew(service)}`;
        return { state, reason: 'Burning', message, lookInMs: cadence.guardMs };
      }
      if (move.action === 'Trial') return { ...written, write: toSplit('Trial', all(guard.control), guard.control) };
      const split = between(guard.revision, move.percent!, guard.control);
      return { ...written, write: toSplit('GuardControl', split, guard.control) };
    }
    case 'Restore':
      return { ...written, write: toSplit('Restore', all(guard.revision), guard.revision) };
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

/** The promoted revision as candidate, which had everything until a control was taken; in a trial the last good one is judged. */
function armsOf({ policy, service }: Case, guard: GuardState, stage: Stage) {
  const { revision, control, controlSince, restored, armedAt } = guard;
  const beside = percentOf(namedSplit(service.traffic) ?? [], revision);
  const changed = controlSince ?? restored?.at;
  const trial = stage === 'Trial';
  return {
    candidate: trial ? control : revision,
    control: trial ? revision : control,
    warmUntilMs: ms(changed ?? armedAt) + (changed === undefined ? 0 : policy.rollout.warmupMs),
    shares: [{ atMs: 0, percent: 100 }, ...(trial ? [] : sharesOf(guard, beside))],
    limit: limitOf(service),
    inGuard: true,
  };
}

/** What the promoted revision has had beside its control. */
const sharesOf = ({ controlSince, reduced }: GuardState, percent: number) => [
  ...(controlSince ? [{ atMs: ms(controlSince), percent: reduced?.from ?? percent }] : []),
  ...(reduced ? [{ atMs: ms(reduced.at), percent }] : []),
];
