/** A row for each objective that is only watched, beside those by which revisions are judged. */
import { ms } from '../facts/time.ts';
import type { Policy, WatchedObjective } from '../policy/policy.ts';
import { without } from '../status/edit.ts';
import type { Status } from '../status/status.ts';

type Row = NonNullable<Status['objectives']>[number];

/** A row of an objective that there is no more goes with it. */
export function withWatched(policy: Policy | null, state: Status, nowMs: number): Status {
  if (policy === null || (policy.watched.length === 0 && state.objectives === undefined)) return state;
  const judged = (state.objectives ?? []).filter(({ name }) => policy.objectives.some((one) => one.name === name));
  const rows = [...judged, ...policy.watched.map((one) => rowOf(one, state, nowMs))];
  return rows.length === 0 ? without(state, 'objectives') : { ...state, objectives: rows };
}

function rowOf({ name, resource, allowedBadFraction }: WatchedObjective, state: Status, nowMs: number): Row {
  const { total, over } = minutesOf(state, resource, nowMs);
  const full = state.saturation?.[resource];
  const share = total > 0 ? over / total : 0;
  const percent = Number((100 * share).toPrecision(3));
  // The instances that serve are those of a promoted revision while its figures are shown.
  const ofPromoted = state.compared?.as === 'Promoted';
  const row = {
    name,
    gate: false,
    limitPercent: Number((100 * allowedBadFraction).toPrecision(6)),
    ...(total > 0 && (ofPromoted ? { candidatePercent: percent } : { stablePercent: percent })),
    candidateTotal: ofPromoted ? total : 0,
    stableTotal: ofPromoted ? 0 : total,
    odds: 1,
  };
  if (!full) return { ...row, verdict: 'Unknown', reason: 'NoSeries' };
  return { ...row, verdict: full.sustained || share > allowedBadFraction ? 'Breaching' : 'Healthy' };
}

const hourMs = 3_600_000;

/** Of the last 24 hours, those in which the instances were looked at. */
function minutesOf({ tuner }: Status, resource: WatchedObjective['resource'], nowMs: number) {
  const hours = (tuner?.hours ?? []).filter(({ hour }) => ms(hour) > nowMs - 24 * hourMs);
  const over = hours.reduce((sum, hour) => sum + hour[resource], 0);
  const untilMs = tuner ? ms(tuner.until) : nowMs;
  const minutes = hours.map(({ hour }) => Math.min(hourMs, Math.max(0, untilMs - ms(hour))) / 60_000);
  return { over, total: Math.round(minutes.reduce((sum, one) => sum + one, 0)) };
}
