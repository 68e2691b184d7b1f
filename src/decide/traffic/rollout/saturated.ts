/**
 * What the fullness of the instances says of a candidate. It convicts nobody: one that alone is full waits, one that dies for
 * want of memory is withdrawn; only a revision that was made to be less full, and is not, has failed.
 */
import { type Resource, type SaturationMinute, saturationText } from '../../../facts/saturation.ts';
import { iso, ms } from '../../../facts/time.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import type { Case, Unasked } from '../../case.ts';
import {
  type Beside,
  diesAlone,
  effectOn,
  isSeen,
  killsMs,
  saturatedAlone,
  withMinute,
} from '../../evidence/saturation.ts';
import type { Questions } from '../../questions.ts';
import { madeFor, tunedRevision } from '../../tuned.ts';
import type { TrafficOutcome } from '../outcome.ts';
import { isOverdue } from './bake.ts';
import type { Move } from './moves.ts';
import { away } from './proposal.ts';

const everyMs = 60_000;
/** So far back goes the first question of a rollout. */
const firstMs = 10 * 60_000;
const staleMs = 10 * 60_000;

/** Once a minute, since that is how often there is something new. */
export function saturationQuestions({ policy, known: { rollout, tuner }, nowMs }: Unasked): Partial<Questions> {
  if (!rollout || policy.tuning.mode === 'Off') return {};
  const { saturation } = rollout;
  if (saturation && nowMs - ms(saturation.askedAt) < everyMs) return {};
  const fromMs = Math.max(ms(saturation?.until ?? rollout.startedAt), nowMs - firstMs);
  const revisions = [rollout.candidate, rollout.control];
  const isAsked = tuner?.logsAskedAt !== undefined && nowMs - ms(tuner.logsAskedAt) < everyMs;
  return { saturation: { revisions, fromMs }, ...(!isAsked && { outOfMemorySinceMs: nowMs - killsMs }) };
}

/** The rollout with what was asked at this look. */
export function withSaturation(at: Case, rollout: RolloutState): RolloutState {
  const { policy, seen, nowMs } = at;
  if (!seen.saturation && !seen.outOfMemory) return rollout;
  const { candidate, control, saturation } = rollout;
  const before = saturation ?? { until: rollout.startedAt, beside: [] };
  const asked = { ...before, askedAt: iso(nowMs) };
  const [ours, theirs] = [candidate, control].map((name) => seen.revisions[name]?.settings?.concurrency);
  if (seen.saturation?.kind !== 'Known' || ours === undefined || theirs === undefined) {
    return { ...rollout, saturation: asked };
  }
  const minutes = paired(seen.saturation.value[candidate], seen.saturation.value[control], ms(before.until));
  const last = minutes.at(-1);
  if (!last) return { ...rollout, saturation: asked };
  const beside = minutes.reduce<readonly Beside[]>(
    (sum, [one, other]) =>
      withMinute(
        sum,
        { minute: one, concurrency: ours },
        { minute: other, concurrency: theirs },
        policy.tuning.maxSaturation,
      ),
    before.beside,
  );
  const active = last[0].activeInstances;
  return {
    ...rollout,
    saturation: {
      ...asked,
      until: iso(last[0].endMs),
      beside: [...beside],
      ...(active !== null && { instances: active }),
    },
  };
}

/** The minutes after `fromMs` in which there is something of both. */
function paired(
  candidate: readonly SaturationMinute[] = [],
  control: readonly SaturationMinute[] = [],
  fromMs: number,
): readonly (readonly [SaturationMinute, SaturationMinute])[] {
  const others = new Map(control.map((minute) => [minute.endMs, minute]));
  return candidate.flatMap((minute) => {
    const other = others.get(minute.endMs);
    return other && minute.endMs > fromMs ? [[minute, other] as const] : [];
  });
}

/** Instances of the candidate die for want of memory, and none of the control's: no metric shows that. */
export function outOfMemory({ seen, known, nowMs }: Case, rollout: RolloutState): TrafficOutcome | null {
  if (seen.outOfMemory?.kind !== 'Known') return null;
  const { candidate, control } = rollout;
  const kills = seen.outOfMemory.value[candidate] ?? 0;
  const isOfNow = rollout.saturation !== undefined && nowMs - ms(rollout.saturation.until) < staleMs;
  const instances = isOfNow ? (rollout.saturation?.instances ?? null) : null;
  if (!diesAlone(kills, instances, seen.outOfMemory.value[control] ?? 0)) return null;
  const message =
    `${kills} of the instances of ${candidate} were killed for want of memory within 10 min, with ${instances} active; ` +
    `none of ${control} was. It goes back to 0 %, and is not rejected.`;
  return away('Withdraw', known, rollout, { reason: 'OutOfMemory', message });
}

/** A move to more than a trial, or that all the same. */
export function restrained(at: Case, rollout: RolloutState, move: Move, percent: number): Move {
  if (move.action !== 'Watch' && move.action !== 'Promote') return move;
  const { candidate, control, saturation } = rollout;
  // What was not seen any more tells nothing of now.
  const isOfNow = saturation !== undefined && at.nowMs - ms(saturation.until) < staleMs;
  const alone = isOfNow && at.policy.tuning.mode !== 'Off' ? saturatedAlone(saturation.beside) : [];
  if (alone.length > 0) {
    const message = `${candidate} alone is over ${limitText(at)} of its ${alone.map(saturationText).join(' and ')}: it gets no more traffic while ${control} is not. ${move.message}`;
    return { action: 'Hold', percent, reason: 'CandidateSaturated', message };
  }
  return move.action === 'Promote' ? effective(at, rollout, move, percent) : move;
}

const limitText = ({ policy }: Case): string => `${Math.round(100 * policy.tuning.maxSaturation)} %`;

/** A tuning revision is promoted for what it was made for. */
function effective({ policy, known }: Case, rollout: RolloutState, move: Move, percent: number): Move {
  const { candidate, control, saturation } = rollout;
  const own = tunedRevision(known, candidate);
  if (own?.outcome !== 'Open') return move;
  const effects = madeFor(own).map((resource) => [resource, effectOn(saturation?.beside ?? [], resource)] as const);
  const failed = effects.filter(([, effect]) => effect === 'Same' || effect === 'Rises').map(([resource]) => resource);
  if (failed.length > 0) {
    const message = `${candidate} was made to lower saturation, and its ${failed.map((one) => besideText(rollout, one)).join(' and ')}: everything goes back to ${control}.`;
    return { action: 'RollBack', percent: 0, reason: 'NoImprovement', message };
  }
  const open = effects.filter(([, effect]) => effect === 'Unknown').map(([resource]) => resource);
  if (open.length === 0) return move;
  const made = `${candidate} was made to lower saturation, and whether its ${open.map(saturationText).join(' and ')} is lower`;
  if (!isOverdue(policy, rollout)) {
    return { action: 'None', percent, reason: 'Watching', message: `${made} does not show yet. ${move.message}` };
  }
  // Where the control has room by now there is nothing to show; where nothing is known of it nothing is taken for granted.
  if (open.every((resource) => isSeen(saturation?.beside ?? [], resource))) return move;
  return {
    action: 'Withdraw',
    percent: 0,
    reason: 'EffectUnknown',
    message: `${made} cannot be read: it goes back to 0 %.`,
  };
}

function besideText({ saturation, control }: RolloutState, resource: Resource): string {
  const known = saturation?.beside.find((one) => one.resource === resource);
  if (!known) return saturationText(resource);
  const [ours, theirs] = [known.candidate, known.control].map((sum) => `${Math.round((100 * sum) / known.minutes)} %`);
  return `${saturationText(resource)} is at ${ours} where ${control} is at ${theirs}`;
}
