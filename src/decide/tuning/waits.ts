/** What tuning waits for. A raise of the maximum waits for less than the rest. */
import { iso, ms } from '../../facts/time.ts';
import type { Status } from '../../status/status.ts';
import type { TunerState } from '../../status/tuner.ts';
import type { Case } from '../case.ts';
import type { Settled } from '../concern.ts';
import { dayMs, isWithin, minuteMs } from './memory.ts';
import { isAfterRollback, isBarred, isCutInVain, isManaged, type TemplateLever } from './own.ts';

export type Blocker =
  | 'Mode'
  | 'Paused'
  | 'InvalidSpec'
  | 'ManualScaling'
  | 'ScaledByHand'
  | 'Observing'
  | 'RolloutInProgress'
  | 'Held'
  | 'Incident'
  | 'Budget'
  | 'AfterRollback'
  | 'ConnectionCeiling'
  | 'PolicyMaximum'
  | 'Quota'
  | 'RevisionMaximum'
  | 'ExternallyManaged'
  | 'Blacklisted'
  | 'ImageMoved'
  | 'NewerTemplate'
  | 'FollowsLatest'
  | 'TooManyRevisions'
  | 'TargetsNotSettable'
  | 'CutInVain'
  | 'AtBound'
  | 'NeverRaised'
  | 'NeverAutomatic';

/** What even a raise of the maximum waits for. */
export function blockersOfAll({ policy, service, nowMs }: Case, tuner: TunerState): Blocker[] {
  const { mode } = policy.tuning;
  const blockers: (Blocker | false)[] = [
    (mode === 'Off' || mode === 'Recommend') && 'Mode',
    policy.mode === 'Observe' && 'Observing',
    policy.requests.paused !== null && 'Paused',
    policy.invalidEdit !== undefined && 'InvalidSpec',
    service.scaling.mode === 'Manual' && 'ManualScaling',
    isWithin(tuner.scaledByHandAt, dayMs, nowMs) && 'ScaledByHand',
  ];
  return blockers.filter((blocker) => blocker !== false);
}

/** What the rest waits for beside that. */
export function blockersOfRest(at: Case, others: Settled, tuner: TunerState): Blocker[] {
  const blockers: (Blocker | false)[] = [
    tuner.incident !== undefined && 'Incident',
    others.traffic === 'Busy' && (at.known.rollout ? 'RolloutInProgress' : 'Held'),
    others.frozen && 'Budget',
    isAfterRollback(at.known, at.nowMs) && 'AfterRollback',
  ];
  return blockers.filter((blocker) => blocker !== false);
}

/** What one lever of the template waits for. */
export const ownBlockers = ({ policy, nowMs }: Case, tuner: TunerState, lever: TemplateLever): Blocker[] => [
  ...(lever === 'concurrency' && isCutInVain(tuner, nowMs) ? (['CutInVain'] as const) : []),
  ...(isBarred(tuner, lever) ? (['Blacklisted'] as const) : []),
  ...(isManaged(tuner, lever, policy.generation) ? (['ExternallyManaged'] as const) : []),
];

/** Something is wrong that no revision is to blame for, or is not known to be. */
const isIncident = ({ hold, guard, decision }: Status): boolean =>
  guard?.controlSince !== undefined ||
  hold?.reason === 'SharedOutage' ||
  (guard !== undefined && hold?.reason === 'LastGoodDeleted') ||
  decision?.reason === 'Burning' ||
  decision?.reason === 'BurningAfterPromotion';

/** It is over when nothing has shown it for so long: a write of ours, too, is what was decided last. */
const incidentEndsMs = 10 * minuteMs;

/** The memory with what is wrong with the service, and since when. */
export function withIncident({ known, nowMs }: Pick<Case, 'known' | 'nowMs'>, tuner: TunerState): TunerState {
  const { incident, ...rest } = tuner;
  const seen = iso(nowMs);
  if (isIncident(known)) {
    if (incident && isWithin(incident.seen, minuteMs, nowMs)) return tuner;
    return { ...rest, incident: { since: incident?.since ?? seen, seen } };
  }
  return !incident || isWithin(incident.seen, incidentEndsMs, nowMs) ? tuner : rest;
}

/** What was sent and has not been seen by then never will be. */
const lateMs = 10 * minuteMs;

/** A write of before may still take effect: another one waits until it has, or has not. */
export const isOutstanding = ({ known: { intent }, nowMs }: Pick<Case, 'known' | 'nowMs'>): boolean =>
  intent !== undefined && !intent.unsent && nowMs - ms(intent.at) < lateMs;
