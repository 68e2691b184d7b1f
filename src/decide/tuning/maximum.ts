/**
 * The most instances that a service may have: raised as soon as it binds, within the ceilings, and lowered only to what people
 * declared. It makes no revision.
 */
import type { Reason } from '../../facts/reason.ts';
import { resources } from '../../facts/saturation.ts';
import { maxInstancesOf } from '../../facts/service.ts';
import { ms } from '../../facts/time.ts';
import type { TuningPolicy } from '../../policy/policy.ts';
import type { TunerState } from '../../status/tuner.ts';
import type { Lever } from '../../status/tuning.ts';
import { cadence } from '../cadence.ts';
import type { Case } from '../case.ts';
import type { Settled } from '../concern.ts';
import type { Outcome } from '../outcome.ts';
import { type Ceiling, ceilingOf, declaredCeiling } from './ceiling.ts';
import { wantedMaximum } from './law.ts';
import { dayPeak, maximumAt, minuteMs, revisionMaximum, unknownMinute } from './memory.ts';
import { isManaged } from './own.ts';
import { fullPart, isFull, type Usage } from './usage.ts';
import { type Blocker, blockersOfAll, blockersOfRest, isOutstanding, ownBlockers } from './waits.ts';

/** What a look at the maximum comes to. */
export interface MaximumLook {
  readonly row: Lever;
  /** null: there is nothing to write, or it has to wait. */
  readonly proposal: Outcome | null;
}

interface Wanted {
  readonly maxInstances: number;
  readonly reason: Reason;
  readonly purpose: 'RaiseMaximum' | 'LowerMaximum';
  readonly message: string;
}

/** The maximum in force: of the service and of the revision that serves, the smaller. */
export const maximumInForce = ({ service }: Pick<Case, 'service'>, tuner: TunerState): number =>
  Math.min(maxInstancesOf(service) ?? Number.POSITIVE_INFINITY, revisionMaximum(tuner));

export function lookAtMaximum(at: Case, others: Settled, tuner: TunerState): MaximumLook {
  const current = maximumInForce(at, tuner);
  const ceiling = ceilingOf(at.policy.tuning, tuner, current);
  const lowered = toDeclared(at, current);
  const blockers = [...blockersOfAll(at, tuner), ...managedBy(at, tuner)];
  if (lowered) {
    const blockedBy = [...blockers, ...blockersOfRest(at, others, tuner)];
    return { row: rowOf(current, lowered, blockedBy), proposal: proposalOf(at, others, lowered, blockedBy) };
  }
  const wanted = raised(at, tuner, current, ceiling);
  if (!wanted) return { row: restingRow(tuner, current, ceiling), proposal: null };
  const bound = boundBy(at, wanted, tuner, current, ceiling);
  const binds = [...new Set([...blockersOfAll(at, tuner), ...bound, ...blockers])];
  const within = {
    ...wanted,
    maxInstances: Math.min(wanted.maxInstances, ceiling.maxInstances, revisionMaximum(tuner)),
  };
  const isPossible = within.maxInstances > current;
  const row = rowOf(
    current,
    { ...wanted, message: told(wanted, tuner, ceiling, binds) },
    isPossible ? blockers : binds,
  );
  return {
    row: isPossible ? { ...row, target: within.maxInstances } : row,
    proposal: isPossible ? proposalOf(at, others, within, blockers) : null,
  };
}

const managedBy = ({ policy }: Case, tuner: TunerState): Blocker[] =>
  isManaged(tuner, 'maxInstances', policy.generation) ? ['ExternallyManaged'] : [];

/** Down to what people declared, whatever the metrics say. */
function toDeclared({ policy }: Case, current: number): Wanted | null {
  const declared = declaredCeiling(policy.tuning);
  if (!declared || current <= declared.maxInstances) return null;
  const message = `There may be ${current} instances, and ${declared.text}: the maximum is lowered to ${declared.maxInstances}.`;
  return { maxInstances: declared.maxInstances, reason: 'AboveCeiling', purpose: 'LowerMaximum', message };
}

/** As it would be without any ceiling. */
function raised(at: Case, tuner: TunerState, current: number, ceiling: Ceiling): Wanted | null {
  const recent = usageOf(at, tuner);
  if (recent.length === 0) return null;
  const sinceRaiseMs = tuner.raisedAt === undefined ? Number.POSITIVE_INFINITY : at.nowMs - ms(tuner.raisedAt);
  const peak = dayPeak(tuner);
  const wanted = wantedMaximum({
    recent,
    dayPeak: peak,
    maxInstances: current,
    ceiling: Number.POSITIVE_INFINITY,
    minutesSinceRaise: sinceRaiseMs / minuteMs,
  });
  const least = at.policy.tuning.maxInstances?.min ?? 0;
  // Who gave it one instance may mean it, as long as that one has room.
  if (current === 1 && !isHot(at, tuner)) return null;
  const full = recent.filter((usage) => usage.maxInstances >= current && isFull(usage) === true);
  const active = Math.max(0, ...(full.length > 0 ? full : recent).map(({ minute }) => minute.activeInstances ?? 0));
  if (wanted?.because === 'Full') {
    const message = `${active} of at most ${current} instances were active.`;
    return { ...raise('AtMaximum', message), maxInstances: Math.max(least, wanted.maxInstances) };
  }
  if (tuner.incident && !isRaisedInIncident(tuner) && active > 0) {
    const maxInstances = Math.ceil(incidentFactor * current);
    return {
      ...raise('IncidentHeadroom', 'Something is wrong with the service, and more instances may help.'),
      maxInstances,
    };
  }
  if (!wanted || ceiling.maxInstances <= current) return null;
  const message = `Up to ${peak} of at most ${current} instances were active within a day, which leaves too little room.`;
  return { ...raise('NearMaximum', message), maxInstances: Math.max(least, wanted.maxInstances) };
}

const isHot = ({ policy }: Case, { recent }: TunerState): boolean =>
  recent.some((minute) => resources.some((one) => (minute[one] ?? 0) > policy.tuning.maxSaturation));

const raise = (reason: Reason, message: string) => ({ reason, message, purpose: 'RaiseMaximum' }) as const;

const incidentFactor = 1.5;

/** Once an incident. */
const isRaisedInIncident = ({ raisedAt, incident }: TunerState): boolean =>
  raisedAt !== undefined && incident !== undefined && ms(raisedAt) >= ms(incident.since);

/** Minutes that are older tell nothing of now. Where they are only read for people they are read more rarely. */
const staleMs = ({ mode }: TuningPolicy): number => (mode === 'Recommend' ? 20 : 10) * minuteMs;

function usageOf({ policy, nowMs }: Case, tuner: TunerState): readonly Usage[] {
  return tuner.recent
    .filter(({ endMs }) => nowMs - endMs < staleMs(policy.tuning))
    .map(({ endMs, active }) => ({
      minute: { ...unknownMinute, endMs, activeInstances: active ?? null },
      maxInstances: maximumAt(tuner, endMs),
      outOfMemory: 0,
    }));
}

function boundBy(at: Case, wanted: Wanted, tuner: TunerState, current: number, ceiling: Ceiling): Blocker[] {
  const byCeiling = wanted.maxInstances > ceiling.maxInstances && ceiling.maxInstances <= current;
  const byRevision = !byCeiling && revisionMaximum(tuner) <= current;
  return [
    ...(byCeiling ? [ceiling.because] : []),
    ...(byRevision ? (['RevisionMaximum', ...ownBlockers(at, tuner, 'maxInstances')] as const) : []),
  ];
}

function told({ message }: Wanted, tuner: TunerState, ceiling: Ceiling, binds: readonly Blocker[]): string {
  if (binds.includes('RevisionMaximum')) {
    return `${message} ${tuner.serving?.revision} itself may have no more than ${revisionMaximum(tuner)}: only a new revision raises that, which mode Auto makes.`;
  }
  if (binds.includes('ConnectionCeiling')) {
    return `${message} More are not to be had: ${ceiling.text}. What helps: fewer connections an instance, a larger database, or more CPU for each instance.`;
  }
  if (binds.includes('PolicyMaximum')) return `${message} More are not to be had: ${ceiling.text}.`;
  if (binds.includes('Quota')) return `${message} More are not to be had: ${ceiling.text}; ask for more quota.`;
  return message;
}

function proposalOf(at: Case, others: Settled, wanted: Wanted, blockers: readonly Blocker[]): Outcome | null {
  const { known, service } = at;
  // What is intended and not seen yet is not forgotten for this.
  const isTaken = others.write || isOutstanding(at) || !known.stable || !service.settled;
  if (isTaken || blockers.length > 0) return null;
  return {
    reason: wanted.reason,
    message:
      wanted.purpose === 'RaiseMaximum'
        ? `${wanted.message} The maximum is raised to ${wanted.maxInstances}.`
        : wanted.message,
    write: { purpose: wanted.purpose, change: { kind: 'Scaling', maxInstances: wanted.maxInstances }, needs: [] },
    lookInMs: cadence.settlingMs,
  };
}

/** Nothing is wanted; but where the day came near to what may be had, that is no room. */
function restingRow(tuner: TunerState, current: number, ceiling: Ceiling): Lever {
  const row = rowOf(current, null, []);
  const peak = dayPeak(tuner);
  if (ceiling.maxInstances > current || peak < fullPart * current) return row;
  const message = `Up to ${peak} of at most ${current} instances were active within a day, and more are not to be had: ${ceiling.text}.`;
  return { ...row, reason: 'AtCeiling', message };
}

const rowOf = (current: number, wanted: Wanted | null, blockedBy: readonly Blocker[]): Lever => ({
  lever: 'maxInstances',
  current,
  ...(wanted && { target: wanted.maxInstances }),
  reason: wanted?.reason ?? 'Fits',
  message: wanted?.message ?? `At most ${current} instances are enough.`,
  blockedBy: [...blockedBy],
});
