/** What tuning waits for. A raise of the maximum waits for less than the rest. */
import { maxInstancesOf } from '../../facts/service.ts';
import { iso, ms } from '../../facts/time.ts';
import type { Status } from '../../status/status.ts';
import type { TunerState } from '../../status/tuner.ts';
import type { Case } from '../case.ts';
import type { Settled } from '../concern.ts';
import { dayMs, earlierWith, isWithin, minuteMs } from './memory.ts';
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

/** The memory with the maximum as it is. What was there at the first look is nobody's news; any other change is another hand's. */
export function withMaximum(
  { service, known, policy, nowMs }: Pick<Case, 'service' | 'known' | 'policy' | 'nowMs'>,
  tuner: TunerState,
): TunerState {
  const value = maxInstancesOf(service);
  const { maximum, ...rest } = tuner;
  if (value === (maximum?.value ?? null)) return tuner;
  const since = iso(nowMs);
  return {
    ...rest,
    ...(value !== null && { maximum: { value, since, ours: false } }),
    earlier: earlierWith(tuner, since),
    ...(known.tuner && { scaledByHandAt: since }),
    ...(maximum?.ours && value !== null && { resets: maximumReset(tuner, value, policy.generation, since) }),
  };
}

/** What we set was set back, or kept, or set to something else that is no less. */
function maximumReset({ resets, maximum, serving }: TunerState, value: number, generation: number, at: string) {
  const others = resets.filter(({ lever }) => lever !== 'maxInstances');
  const before = resets.filter((one) => one.lever === 'maxInstances' && one.generation === generation);
  if (value >= maximum!.value) return others;
  return [{ lever: 'maxInstances', at, revision: serving?.revision ?? '', generation }, ...before, ...others].slice(
    0,
    12,
  );
}

/** What was sent and has not been seen by then never will be. */
const lateMs = 10 * minuteMs;

/** A write of before may still take effect: another one waits until it has, or has not. */
export const isOutstanding = ({ known: { intent }, nowMs }: Pick<Case, 'known' | 'nowMs'>): boolean =>
  intent !== undefined && !intent.unsent && nowMs - ms(intent.at) < lateMs;
