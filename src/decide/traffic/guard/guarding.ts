/** Steady, inside the guard window: the promoted revision is watched over. */

import type { Observation } from '../../../facts/observation.ts';
import type { Service } from '../../../facts/service.ts';
import { all, between, namedSplit, percentOf } from '../../../facts/split.ts';
import { iso, ms } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import { without } from '../../../status/edit.ts';
import type { Status } from '../../../status/status.ts';
import { fairPercent, limitOf, tooFew, tooFewInstances } from '../../capacity.ts';
import { judge } from '../../evidence/judge.ts';
import { isFresh, paceOf, readingsOf, tickOfObjective, unreadable } from '../../freshness.ts';
import { cadence, hold, type Outcome, released } from '../../outcome.ts';
import { rows } from '../../view.ts';
import { watchOver } from './guard.ts';

/** null: nothing to guard. */
export function guarding(
  policy: Policy,
  observation: Observation,
  service: Service,
  state: Status,
  nowMs: number,
): Outcome | null {
  const { guard } = state;
  if (!guard) return null;
  const back = (current: Status, reason: string, message: string): Outcome => ({
    state: current,
    action: 'RollBack',
    reason,
    message,
    write: { kind: 'RollBack', split: all(guard.control), back: true, target: guard.control },
    lookInMs: cadence.settlingMs,
  });
  if (guard.convicted) return back(state, guard.convicted.reason, guard.convicted.message);
  const open = guard.controlSince !== undefined;
  if (!open && nowMs >= ms(guard.until)) {
    return {
      state: without(released(state), 'guard'),
      action: 'None',
      reason: 'GuardOver',
      message: `${guard.revision} held through its guard window.`,
      lookInMs: cadence.steadyMs,
    };
  }

  const away = open ? controlUnmeasured(policy, observation, nowMs) : null;
  if (away !== null) {
    const message = `${guard.revision} and ${guard.control} share the traffic, and the metrics cannot be read (${away}).`;
    return hold(policy, state, 'MetricsOutage', message, nowMs);
  }
  const { tickMs } = paceOf(policy, observation, nowMs);
  const tickOf = (name: string) => tickOfObjective(observation, name);
  const limit = limitOf(service);
  const arms = {
    candidate: guard.revision,
    control: guard.control,
    warmUntilMs: ms(guard.controlSince ?? guard.armedAt) + (open ? policy.rollout.warmupMs : 0),
    shares: [
      { atMs: 0, percent: 100 },
      ...(guard.controlSince
        ? [{ atMs: ms(guard.controlSince), percent: percentOf(namedSplit(service.traffic) ?? [], guard.revision) }]
        : []),
    ],
    limit,
  };
  const result = judge(policy, arms, guard.evidence, readingsOf(policy, observation, nowMs), tickOf);
  const percent = fairPercent(limit, 50);
  const { guard: next, move } = watchOver(guard, result, tickMs, percent);
  const seen: Status = {
    ...released(state),
    guard: next,
    ...(result.newest && open && { objectives: rows(policy, result) }),
  };
  const said = { action: move.action, reason: move.reason, message: move.message };
  switch (move.action) {
    case 'None': {
      const lookInMs = open ? cadence.rolloutMs : cadence.guardMs;
      return {
        ...said,
        state: seen,
        lookInMs,
        ...(move.reason === 'Guarding' && { unremarkable: 'AllIsWell' as const }),
        ...(move.page && { announce: 'Warning' as const }),
      };
    }
    case 'RollBack': {
      const sealed = { ...next, convicted: { reason: move.reason, message: move.message, at: iso(nowMs) } };
      return back({ ...seen, guard: sealed }, move.reason, move.message);
    }
    case 'TakeControl': {
      if (tooFewInstances(service)) {
        const message = `${guard.revision} is burning budget, and no control can be taken. ${tooFew(service)}`;
        return {
          state: seen,
          action: 'None',
          reason: 'Burning',
          message,
          announce: 'Warning',
          lookInMs: cadence.guardMs,
        };
      }
      const split = between(guard.revision, percent, guard.control);
      const write = { kind: 'GuardControl' as const, split, back: false, target: guard.control };
      return { ...said, state: seen, write, lookInMs: cadence.settlingMs };
    }
    case 'Restore': {
      const write = { kind: 'Restore' as const, split: all(guard.revision), back: false, target: guard.revision };
      return { ...said, state: seen, write, lookInMs: cadence.settlingMs };
    }
  }
}

/** Why nothing can be told from the metrics, or null. */
function controlUnmeasured(policy: Policy, observation: Observation, nowMs: number): string | null {
  return unreadable(policy, observation) ?? (isFresh(observation, nowMs) ? null : 'no recent samples');
}
