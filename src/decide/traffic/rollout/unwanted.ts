/** A revision that was made to tune, under a policy that has been edited since and makes none any more. */
import { tunedText } from '../../../facts/change.ts';
import { isUnguided, type Policy } from '../../../policy/policy.ts';
import { reject } from '../../../status/edit.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { TuningRevision } from '../../../status/tuner.ts';
import { cadence } from '../../cadence.ts';
import type { Case } from '../../case.ts';
import { tunedRevision } from '../../tuned.ts';
import type { TrafficOutcome } from '../outcome.ts';
import { away } from './proposal.ts';

/** In mid-rollout it goes back; null: it is wanted, or a team's own. */
export function noMoreWanted({ policy, known }: Case, rollout: RolloutState): TrafficOutcome | null {
  const own = unwanted(policy, tunedRevision(known, rollout.candidate));
  if (!own) return null;
  const message = `${messageOf(policy, own)} Everything goes back to ${rollout.control}.`;
  return away('RollBack', known, rollout, { reason: 'TuningOff', message });
}

/** The same of one that has had no traffic yet. */
export function neverWanted({ policy, known, nowMs }: Case, name: string): TrafficOutcome | null {
  const own = unwanted(policy, tunedRevision(known, name));
  if (!own) return null;
  const state = reject(known, name, 'TuningOff', nowMs);
  return { state, reason: 'TuningOff', message: messageOf(policy, own), lookInMs: cadence.settlingMs };
}

const unwanted = (policy: Policy, own: TuningRevision | undefined): TuningRevision | null =>
  own?.outcome === 'Open' && policy.tuning.mode !== 'Auto' && !isUnguided(policy) ? own : null;

const messageOf = ({ tuning }: Policy, { name, set }: TuningRevision): string =>
  `${name} was made to tune, which the policy does not ask for any more (mode ${tuning.mode}); ` +
  `the template keeps ${tunedText(set)} until a deployment sets it otherwise.`;
