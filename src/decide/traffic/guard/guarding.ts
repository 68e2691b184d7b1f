/** Steady, inside the guard window: the promoted revision is watched over. */
import { all, between, namedSplit, percentOf } from '../../../facts/split.ts';
import { iso, ms } from '../../../facts/time.ts';
import { without } from '../../../status/edit.ts';
import type { GuardState } from '../../../status/guard.ts';
import type { Status } from '../../../status/status.ts';
import { cadence } from '../../cadence.ts';
import { fairPercent, limitOf, tooFew, tooFewInstances } from '../../capacity.ts';
import type { Case } from '../../case.ts';
import { judge, withoutUntold } from '../../evidence/judge.ts';
import { countsOf, paceOf, tickOfObjective, unmeasured } from '../../freshness.ts';
import { rows } from '../../view.ts';
import { hold, type TrafficOutcome, toSplit } from '../outcome.ts';
import { watchOver } from './guard.ts';

/** null: nothing to guard. */
export function guarding(given: Case): TrafficOutcome | null {
  const { policy, seen, service, nowMs } = given;
  if (!given.known.guard) return null;
  const evidence = [...withoutUntold(given.known.guard.evidence, (name) => countsOf(given, name))];
  const guard: GuardState = { ...given.known.guard, evidence };
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
  const away = open ? unmeasured(at) : null;
  if (away !== null) {
    const message = `${guard.revision} and ${guard.control} share the traffic, and the metrics cannot be read (${away}).`;
    return hold(known, 'MetricsOutage', message);
  }
  const { tickMs } = paceOf(at);
  const tickOf = (name: string) => tickOfObjective(seen, name);
  const result = judge(policy, armsOf(at, guard), guard.evidence, (name) => countsOf(at, name), tickOf);
  const percent = fairPercent(limitOf(service), 50);
  const { guard: next, move } = watchOver(guard, result, tickMs, percent);
  const state: Status = {
    ...known,
    guard: next,
    ...(result.newest && open && { objectives: rows(policy, result) }),
  };
  const said = { reason: move.reason, message: move.message };
  switch (move.action) {
    case 'None': {
      const lookInMs = open ? cadence.rolloutMs : cadence.guardMs;
      return { ...said, state, lookInMs, ...(move.reason === 'Guarding' && { unremarkable: 'AllIsWell' as const }) };
    }
    case 'RollBack': {
      const sealed = { ...next, convicted: { ...said, at: iso(nowMs) } };
      return back({ ...state, guard: sealed }, sealed, said);
    }
    case 'TakeControl': {
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

const back = (
  state: Status,
  { control }: GuardState,
  { reason, message }: { readonly reason: string; readonly message: string },
): TrafficOutcome => ({
  state,
  reason: reason as TrafficOutcome['reason'],
  message,
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
