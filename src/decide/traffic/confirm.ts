/**
 * What a write changes once it is seen in the traffic, and only then. A crash between a write and its report changes
 * nothing: whoever reads the split next confirms it from the persisted intent.
 */

import type { Service } from '../../facts/service.ts';
import { type Split, soleRevision } from '../../facts/split.ts';
import { iso } from '../../facts/time.ts';
import type { Policy } from '../../policy/policy.ts';
import { reject, welcome, without } from '../../status/edit.ts';
import type { IntentKind } from '../../status/intent.ts';
import type { RolloutState } from '../../status/rollout.ts';
import type { Status } from '../../status/status.ts';
import { beginAnew } from '../evidence/judge.ts';
import { arm, closed } from './guard/guard.ts';
import { withShare } from './rollout/state.ts';

export interface Effect {
  readonly kind: IntentKind;
  readonly split: Split;
  readonly reason: string;
  /** What becomes the running rollout on a Start. */
  readonly rollout?: RolloutState | undefined;
}

export function confirm(policy: Policy, service: Service, state: Status, effect: Effect, nowMs: number): Status {
  const { intent: _, ...rest } = state;
  const base: Status = { ...rest, split: [...effect.split] };
  const at = iso(nowMs);
  const { rollout, guard } = base;
  switch (effect.kind) {
    case 'Pin':
      return {
        ...base,
        adoption: {
          at: base.adoption?.at ?? at,
          serviceUid: service.uid,
          followedLatest: base.adoption?.followedLatest ?? true,
          externallyManaged: false,
          pinnedAgainAt: base.adoption ? [at, ...base.adoption.pinnedAgainAt].slice(0, 4) : [],
        },
        stable: { revision: percentOwner(effect.split), percent: 100 },
        lastGood: base.lastGood ?? { revision: percentOwner(effect.split), since: at },
      };
    case 'Start':
      return started(base, effect, nowMs);
    case 'Step':
    case 'Retreat':
    case 'TakeControl':
      return rollout ? { ...base, rollout: withShare(rollout, effect.split, at) } : base;
    case 'Watch':
      return rollout
        ? { ...base, rollout: { ...withShare(rollout, effect.split, at), stage: 'Watch', watchedSeconds: 0 } }
        : base;
    case 'Promote':
      return rollout ? promoted(policy, base, rollout, false, nowMs) : base;
    case 'Withdraw':
      return rollout
        ? {
            ...guardedAgain(without(base, 'rollout'), nowMs),
            withdrawn: { revision: rollout.candidate, at, reason: effect.reason },
          }
        : base;
    case 'RollBack': {
      // Past the rollout's own control, to the last good revision: it is the promoted one that is rejected.
      const past = guard?.control === soleRevision(effect.split) && rollout?.control !== guard?.control;
      if (rollout && !past)
        return reject(guardedAgain(without(base, 'rollout'), nowMs), rollout.candidate, effect.reason, nowMs);
      if (guard) {
        const back = reject(without(without(base, 'guard'), 'rollout'), guard.revision, effect.reason, nowMs);
        return {
          ...back,
          stable: { revision: guard.control, percent: 100 },
          lastGood: { revision: guard.control, since: at },
        };
      }
      return base;
    }
    case 'GuardControl':
      return guard
        ? {
            ...base,
            guard: {
              ...guard,
              controlSince: at,
              controlsTaken: guard.controlsTaken + 1,
              evidence: beginAnew(guard.evidence, nowMs),
            },
          }
        : base;
    case 'Restore': {
      return guard ? { ...base, guard: closed(guard, nowMs) } : base;
    }
  }
}

function started(base: Status, effect: Effect, nowMs: number): Status {
  if (!effect.rollout) return base;
  const at = iso(nowMs);
  const superseded = base.rollout !== undefined;
  return {
    ...without(base, 'withdrawn'),
    // Its own rollout is over, so a rollback has it to return to.
    lastGood: { revision: effect.rollout.control, since: lastGoodSince(base, effect.rollout.control, at) },
    supersededInARow: superseded ? (base.supersededInARow ?? 0) + 1 : 0,
    rollout: {
      ...withShare(effect.rollout, effect.split, at),
      startedAt: at,
      evidence: beginAnew(effect.rollout.evidence, nowMs),
    },
  };
}

const percentOwner = (split: Split): string => soleRevision(split)!;

const lastGoodSince = (state: Status, revision: string, at: string): string =>
  state.lastGood?.revision === revision ? state.lastGood.since : at;

/** The candidate has all of the traffic; the old revision is remembered as last good, and the guard window begins. */
export function promoted(
  policy: Policy,
  state: Status,
  rollout: RolloutState,
  external: boolean,
  nowMs: number,
): Status {
  return {
    ...welcome(without(state, 'rollout'), rollout.candidate),
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
