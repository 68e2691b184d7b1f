/** What is to become of the traffic, as a write of the whole split, or as what it has to wait for. */

import type { Service } from '../../../facts/service.ts';
import { all, between } from '../../../facts/split.ts';
import { iso } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { Status } from '../../../status/status.ts';
import { tooFew, tooFewInstances } from '../../capacity.ts';
import { cadence, hold, type Outcome, waiting } from '../../outcome.ts';
import type { Move } from './moves.ts';

/** Everything to the control again: for good, or until it may be tried anew. */
export const away = (
  kind: 'RollBack' | 'Withdraw',
  state: Status,
  { control }: RolloutState,
  reason: string,
  message: string,
): Outcome => ({
  state,
  action: kind,
  reason,
  message,
  write: { kind, split: all(control), back: kind === 'RollBack', target: control },
  lookInMs: cadence.settlingMs,
});

/** A move becomes a write, or waits until Cloud Run has finished with the last one. */
export function outcomeOf(
  policy: Policy,
  service: Service,
  before: Status,
  state: Status,
  rollout: RolloutState,
  move: Move,
  nowMs: number,
): Outcome {
  const { action, reason, message } = move;
  const said = { action, reason, message };
  switch (action) {
    case 'None':
      return {
        ...said,
        state,
        lookInMs: cadence.rolloutMs,
        ...(reason === 'AwaitingMetrics' && { unremarkable: 'NoNews' as const }),
      };
    case 'Hold':
      return hold(policy, { ...state, ...(before.hold && { hold: before.hold }) }, reason, message, nowMs);
    case 'RollBack': {
      const sealed = { ...rollout, convicted: { reason, message, at: iso(nowMs) } };
      return away('RollBack', { ...state, rollout: sealed }, sealed, reason, message);
    }
    case 'Withdraw':
      return away('Withdraw', state, rollout, reason, message);
    case 'Retreat':
    case 'TakeControl':
      break;
    case 'Step':
    case 'Watch':
    case 'Promote':
      if (action !== 'Promote' && tooFewInstances(service)) {
        return hold(
          policy,
          { ...state, ...(before.hold && { hold: before.hold }) },
          'ManualScaling',
          tooFew(service),
          nowMs,
        );
      }
      if (!service.settled) return waiting(state, `Cloud Run is still working on the last change. ${message}`);
      break;
  }
  const split = between(rollout.candidate, move.percent, rollout.control);
  return {
    ...said,
    state,
    write: { kind: action, split, back: false, target: rollout.candidate },
    ...(reason === 'Inconclusive' && { announce: 'Warning' as const }),
    lookInMs: cadence.settlingMs,
  };
}
