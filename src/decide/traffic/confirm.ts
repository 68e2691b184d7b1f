/**
 * What a write changes once it is seen in the traffic, and only then. A crash between a write and its report changes
 * nothing: whoever reads the split next confirms it from the persisted intent.
 */

import type { TrafficPurpose } from '../../facts/purpose.ts';
import { percentOf, type Split, soleRevision } from '../../facts/split.ts';
import { iso } from '../../facts/time.ts';
import { reject, welcome, without } from '../../status/edit.ts';
import type { RolloutState } from '../../status/rollout.ts';
import type { Status } from '../../status/status.ts';
import type { Unasked } from '../case.ts';
import type { Effect } from '../concern.ts';
import { beginAnew } from '../evidence/judge.ts';
import { isTuning } from '../tuned.ts';
import { arm, opened, restored, tried } from './guard/state.ts';
import { withShare } from './rollout/state.ts';

export function confirm(
  { policy, service, known, nowMs }: Unasked,
  { purpose, change, reason, rollout: begun }: Effect,
): Status {
  if (change.kind !== 'Traffic') return known;
  const { split } = change;
  const base: Status = { ...known, split: [...split] };
  const at = iso(nowMs);
  const { rollout, guard } = base;
  switch (purpose as TrafficPurpose) {
    case 'Pin':
      return {
        ...(guard && guard.revision !== soleRevision(split) ? without(base, 'guard') : base),
        adoption: {
          ...base.adoption,
          at: base.adoption?.at ?? at,
          serviceUid: service.uid,
          followedLatest: base.adoption?.followedLatest ?? true,
          externallyManaged: false,
          ...pinsOf(base, reason, at),
        },
        stable: { revision: soleRevision(split)!, percent: 100 },
        lastGood: base.lastGood ?? { revision: soleRevision(split)!, since: at },
      };
    case 'Start':
      return begun ? started(base, split, begun, nowMs) : base;
    case 'Step':
    case 'Retreat':
    case 'TakeControl':
      return rollout ? { ...base, rollout: withShare(rollout, split, at) } : base;
    case 'Watch':
      return rollout
        ? { ...base, rollout: { ...withShare(rollout, split, at), stage: 'Watch', watchedSeconds: 0 } }
        : base;
    case 'Promote':
      return rollout ? promoted({ policy, known: base, nowMs }, rollout, { external: false }) : base;
    case 'Withdraw':
      return rollout
        ? {
            ...guardedAgain(without(base, 'rollout'), nowMs),
            withdrawn: { revision: rollout.candidate, at, reason: reason },
          }
        : base;
    case 'RollBack': {
      // Past the rollout's own control, to the last good revision: it is the promoted one that is rejected.
      const past = guard?.control === soleRevision(split) && rollout?.control !== guard?.control;
      if (rollout && !past) {
        const back = reject(guardedAgain(without(base, 'rollout'), nowMs), rollout.candidate, reason, nowMs);
        return { ...back, wentBack: { revision: rollout.candidate, since: rollout.startedAt } };
      }
      if (guard) {
        const back = reject(without(without(base, 'guard'), 'rollout'), guard.revision, reason, nowMs);
        return {
          ...back,
          wentBack: { revision: guard.revision, since: guard.armedAt },
          stable: { revision: guard.control, percent: 100 },
          lastGood: { revision: guard.control, since: at },
        };
      }
      return base;
    }
    case 'GuardControl':
      return guard ? { ...base, guard: opened(guard, percentOf(known.split ?? [], guard.revision), nowMs) } : base;
    case 'Trial':
      return guard ? { ...base, guard: tried(guard, nowMs) } : base;
    case 'Restore':
      return guard ? { ...base, guard: restored(guard, nowMs) } : base;
    case 'PutRight':
    case 'Leave':
      return base;
  }
}

const mostPins = 4;

/** A pin that took the traffic back from a rejected revision is counted apart: another deploy's is no repetition of it. */
function pinsOf({ adoption }: Status, reason: string, at: string) {
  const { pinnedAgainAt = [], takenBackAt = [] } = adoption ?? {};
  if (reason === 'RejectedOnLatest') return { pinnedAgainAt, takenBackAt: [at, ...takenBackAt].slice(0, mostPins) };
  return { pinnedAgainAt: adoption ? [at, ...pinnedAgainAt].slice(0, mostPins) : [] };
}

function started(base: Status, split: Split, begun: RolloutState, nowMs: number): Status {
  const at = iso(nowMs);
  const superseded = base.rollout !== undefined && !isTuning(base, base.rollout.candidate);
  const { lastGood } = base;
  return {
    // Figures of the pair before say nothing of this one.
    ...without(without(without(base, 'withdrawn'), 'objectives'), 'compared'),
    // Its own rollout is over, so a rollback has it to return to.
    lastGood: lastGood?.revision === begun.control ? lastGood : { revision: begun.control, since: at },
    supersededInARow: superseded ? (base.supersededInARow ?? 0) + 1 : 0,
    rollout: {
      ...withShare(begun, split, at),
      startedAt: at,
      evidence: beginAnew(begun.evidence, nowMs),
    },
  };
}

/** The candidate has all of the traffic; the old revision is remembered as last good, and the guard window begins. */
export function promoted(
  { policy, known, nowMs }: Pick<Unasked, 'policy' | 'known' | 'nowMs'>,
  rollout: RolloutState,
  { external }: { readonly external: boolean },
): Status {
  return {
    ...welcome(without(known, 'rollout'), rollout.candidate),
    stable: { revision: rollout.candidate, percent: 100 },
    lastGood: { revision: rollout.control, since: iso(nowMs) },
    supersededInARow: 0,
    guard: arm({
      revision: rollout.candidate,
      control: rollout.control,
      external,
      nowMs,
      windowMs: policy.rollout.guardWindowMs,
      requestsPerSecond: rollout.requestsPerSecond,
      evidence: beginAnew(rollout.evidence, nowMs),
    }),
  };
}

/** The guard over the stable revision, which rested during a rollout, goes on with what comes from now. */
function guardedAgain(state: Status, nowMs: number): Status {
  const { guard } = state;
  return guard ? { ...state, guard: { ...guard, evidence: beginAnew(guard.evidence, nowMs) } } : state;
}
