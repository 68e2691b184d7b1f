/** What is to become of the traffic, as a write of the whole split, or as what it has to wait for. */
import type { Reason } from '../../../facts/reason.ts';
import { all, between } from '../../../facts/split.ts';
import { iso } from '../../../facts/time.ts';
import { goneBack } from '../../../status/edit.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { Status } from '../../../status/status.ts';
import { cadence } from '../../cadence.ts';
import { tooFew, tooFewInstances } from '../../capacity.ts';
import type { Case } from '../../case.ts';
import { heldStill, hold, type TrafficOutcome, toSplit, wait } from '../outcome.ts';
import type { Move } from './moves.ts';

/** Everything to the control again: for good, or until it may be tried anew. */
export const away = (
  purpose: 'RollBack' | 'Withdraw',
  state: Status,
  { candidate, startedAt, control }: RolloutState,
  { reason, message }: { readonly reason: Reason; readonly message: string },
): TrafficOutcome => ({
  state,
  reason,
  message,
  ...(purpose === 'RollBack' && { once: goneBack(candidate, startedAt) }),
  write: toSplit(purpose, all(control), control),
  lookInMs: cadence.settlingMs,
});

/** What is decided against the candidate. */
export const sentBack = (
  state: Status,
  rollout: RolloutState,
  { reason, message }: NonNullable<RolloutState['convicted']>,
): TrafficOutcome => away('RollBack', state, rollout, { reason: reason as Reason, message });

/** A move becomes a write, or waits until Cloud Run has finished with the last one. */
export function outcomeOf({ service, nowMs }: Case, state: Status, rollout: RolloutState, move: Move): TrafficOutcome {
  const { action, reason, message } = move;
  const said = { reason, message };
  switch (action) {
    case 'None':
      return {
        ...said,
        state,
        lookInMs: cadence.rolloutMs,
        ...(reason === 'AwaitingMetrics' && { unremarkable: 'NoNews' as const, ...heldStill(state) }),
      };
    case 'Hold':
      return hold(state, reason, message);
    case 'RollBack': {
      const sealed = { ...rollout, convicted: { ...said, at: iso(nowMs) } };
      return away('RollBack', { ...state, rollout: sealed }, sealed, said);
    }
    case 'Withdraw':
      return away('Withdraw', state, rollout, said);
    case 'Retreat':
    case 'TakeControl':
      break;
    case 'Step':
    case 'Watch':
    case 'Promote':
      if (action !== 'Promote' && tooFewInstances(service)) return hold(state, 'ManualScaling', tooFew(service));
      if (!service.settled) return wait(state, `Cloud Run is still working on the last change. ${message}`);
      break;
  }
  const split = between(rollout.candidate, move.percent, rollout.control);
  return { ...said, state, write: toSplit(action, split, rollout.candidate), lookInMs: cadence.settlingMs };
}
