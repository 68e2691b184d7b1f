/**
 * Conditions as kstatus reads them: Ready is normal when true; Reconciling and Stalled exist only while they are true.
 */

import { unmeasurable } from '../decide/inspection.ts';
import { clipped } from '../decide/words.ts';
import { iso, ms } from '../facts/time.ts';
import { connectionCeiling } from '../policy/connections.ts';
import type { Policy } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Standing } from '../ports/kept.ts';
import { type Condition, type ConditionType, well } from '../status/condition.ts';
import type { Status } from '../status/status.ts';
import { troubleText } from '../status/trouble.ts';
import { budgetOrNot } from './budgeted.ts';
import type { Failure } from './failure.ts';
import { saturatedOrNot, worstText } from './saturated.ts';
import { lossText, strangeText } from './told.ts';
import { withWatched } from './watched.ts';

/**
 * The status to be written: the state with its conditions; times of transitions are kept where nothing changed. `standing` is
 * of what is kept in the cluster; undefined: what was said of it stands.
 */
export function reported(
  stored: StoredPolicy,
  state: Status,
  failure: Failure | null,
  nowMs: number,
  standing?: Standing | null,
): Status {
  const before = stored.status.conditions ?? [];
  const policy = stored.spec.ok ? stored.spec.policy : null;
  const wanted = withRoom([
    ...conditionsOf(policy, state, failure),
    ...ofMemory(stored, before, nowMs),
    ...ofAnnotations(stored),
    ...ofKept(before, standing),
  ]);
  const conditions = wanted.map((condition): Condition => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return {
      ...condition,
      observedGeneration: stored.generation,
      lastTransitionTime: same?.lastTransitionTime ?? iso(nowMs),
    };
  });
  const { trouble: _, ...known } = withWatched(policy, withWorst(state), nowMs);
  const trouble = troubleText({ ...known, conditions });
  return {
    ...known,
    observedGeneration: stored.generation,
    conditions,
    phase: state.phase ?? 'Pending',
    ...(trouble !== undefined && { trouble }),
  };
}

/** The first version reads no more of them: what is well is left out above that, and what is not is always said. */
const fewConditions = 16;

export function withRoom(wanted: readonly Wanted[]): readonly Wanted[] {
  const wells: Readonly<Record<string, string | undefined>> = well;
  const spare = wanted.filter(({ type, status }) => wells[type] === status && type !== 'Ready').toReversed();
  const left = spare.slice(0, Math.max(0, wanted.length - fewConditions));
  return wanted.filter((one) => !left.includes(one));
}

/** What the column shows. */
function withWorst(state: Status): Status {
  if (!state.saturation) return state;
  const { worst: _, ...known } = state.saturation;
  const worst = worstText(known);
  return { ...state, saturation: { ...known, ...(worst !== undefined && { worst }) } };
}

type Wanted = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

function conditionsOf(policy: Policy | null, state: Status, failure: Failure | null): Wanted[] {
  const { decision } = state;
  const reason = decision?.reason ?? 'Pending';
  const message = decision?.message ?? 'Not looked at yet.';
  const adopted = state.stable !== undefined;
  const missing = state.hold?.reason === 'ServiceNotFound';
  const unable = bereftOfLastGood(state) ?? (policy && (unmeasurable(policy, state) ?? blindInRollout(state)));
  const conditions: Wanted[] = [];

  if (failure?.terminal) conditions.push(stating('Ready', false, failure), stating('Stalled', true, failure));
  else if (!adopted || missing) conditions.push(stating('Ready', false, failure ?? { reason, message }));
  else if (unable) conditions.push(stating('Ready', false, unable));
  else conditions.push(stating('Ready', true, { reason, message }));

  if (failure && !failure.terminal) conditions.push(stating('Reconciling', true, failure));
  else if (!failure && (state.rollout || state.guard?.controlSince || !adopted)) {
    conditions.push(stating('Reconciling', true, { reason, message }));
  }

  if (adopted) {
    conditions.push(ofTraffic(state));
  }
  if (state.rollout || state.hold?.reason === 'MetricsOutage') {
    const away =
      blindInRollout(state) !== null || state.hold?.reason === 'MetricsOutage' || state.hold?.reason === 'NoTraffic';
    const why = away ? { reason, message } : { reason: 'SamplesPresent', message: 'Samples are coming in.' };
    conditions.push(stating('MetricsAvailable', !away, why));
  }
  conditions.push(...ofQueries(state), ...ofReadings(policy));
  const connectable = connectionCeiling(policy?.tuning.connections ?? []);
  conditions.push(...budgetOrNot(policy, state).map(({ type, is, ...why }) => stating(type, is, why)));
  conditions.push(...saturatedOrNot(state, connectable).map(({ type, is, ...why }) => stating(type, is, why)));
  return conditions;
}

function ofTraffic({ unpinned, adoption }: Status): Wanted {
  if (unpinned === undefined) {
    return stating('TrafficPinned', true, { reason: 'Pinned', message: 'The traffic names its revisions.' });
  }
  const reason = adoption?.externallyManaged ? 'ExternallyManaged' : 'FollowsLatest';
  return stating('TrafficPinned', false, { reason, message: unpinned });
}

/** A rollback would have nowhere to go. */
function bereftOfLastGood({ hold, guard }: Status) {
  if (hold?.reason === 'StableDeleted' || hold?.reason === 'LastGoodDeleted') return hold;
  if (!guard?.controlGone) return null;
  const message = `${guard.control}, the last good revision, does not exist any more: ${guard.revision} has nothing to go back to.`;
  return { reason: 'LastGoodDeleted', message };
}

/** What a tick of a rollout found, which the last dry run could not know. */
const blindInRollout = ({ rollout, hold }: Status) =>
  rollout && hold && ['MetricsOutage', 'MetricsIncomplete'].includes(hold.reason) ? hold : null;

const problemsOf = ({ inspection }: Status) =>
  inspection?.objectives.flatMap(({ problem }) => (problem ? [problem] : [])) ?? [];

/** What the last dry run of the objectives' queries found. */
function ofQueries(state: Status): Wanted[] {
  if (!state.inspection) return [];
  const problems = problemsOf(state);
  const worst = problems.find(({ reason }) => reason !== 'NoTraffic') ?? problems[0];
  const found = worst
    ? { reason: worst.reason, message: problems.map(({ message }) => message).join(' ') }
    : { reason: 'SeriesPresent', message: 'Every objective has series that name their revision.' };
  const unaligned = state.inspection.objectives.flatMap((one) => (one.unaligned ? [one.unaligned] : []));
  return [
    stating('DataAvailable', worst === undefined, found),
    ...(unaligned.length > 0
      ? [stating('LatencyBucketAligned', false, { reason: 'BoundaryMissing', message: unaligned.join('; ') })]
      : []),
  ];
}

/** Which queries answer with what is good, and were turned round. */
function ofReadings(policy: Policy | null): Wanted[] {
  const turned = (policy?.objectives ?? []).flatMap(({ name, reading }) =>
    reading?.direction === 'Turned' ? [`${name}: ${reading.why}`] : [],
  );
  if (turned.length === 0) return [];
  return [stating('QueriesTurned', true, { reason: 'TurnedRound', message: turned.join(' ') })];
}

/** That something was forgotten is said for so long: the status that was lost is gone with the first write. */
const saidForMs = 24 * 3_600_000;

function ofMemory({ recalled }: StoredPolicy, before: readonly Condition[], nowMs: number): Wanted[] {
  if (recalled.lost.length > 0) {
    return [stating('MemoryIntact', false, { reason: 'MemoryLost', message: lossText(recalled) })];
  }
  const said = before.find(({ type }) => type === 'MemoryIntact');
  return said && nowMs - ms(said.lastTransitionTime) < saidForMs ? [said] : [];
}

function ofAnnotations({ strange }: StoredPolicy): Wanted[] {
  if (strange.length === 0) return [];
  return [stating('AnnotationsKnown', false, { reason: 'UnknownAnnotation', message: strangeText(strange) })];
}

function ofKept(before: readonly Condition[], standing: Standing | null | undefined): Wanted[] {
  if (standing) return [stating('RulesApplied', standing.isKept, standing)];
  const said = before.find(({ type }) => type === 'RulesApplied');
  return standing === undefined && said ? [said] : [];
}

const stating = (
  type: ConditionType,
  status: boolean,
  { reason, message }: { reason: string; message: string },
): Wanted => ({
  type,
  status: status ? 'True' : 'False',
  reason,
  message: clipped(message),
});
