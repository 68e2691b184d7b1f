/**
 * All instances of a candidate are new when its rollout begins. What their latency shows beyond what is allowed may be no more
 * than that, and it may take minutes until it is told: those are spent at the first share.
 */
import { ms } from '../../../facts/time.ts';
import type { Policy } from '../../../policy/policy.ts';
import type { RolloutState } from '../../../status/rollout.ts';
import { type Assessment, evidenceOf } from '../../evidence/assess.ts';
import { youngMs } from '../../evidence/young.ts';
import { evidenceText } from '../../words.ts';
import type { Advanced, Moment } from './moves.ts';
import { firstPercent } from './ramp.ts';

/** The wait, or null: it is not young any more, or as fast as it has to be. */
export function youth(
  policy: Policy,
  rollout: RolloutState,
  gating: readonly Assessment[],
  moment: Moment,
): Advanced | null {
  const untilMs = ms(rollout.startedAt) + youngMs;
  const slow = gating.find(
    (one) => one.kind === 'Latency' && ms(evidenceOf(rollout, one).judgedUntil) < untilMs && isSlow(rollout, one),
  );
  if (!slow || rollout.retreat || rollout.stage === 'Watch') return null;
  const first = firstPercent(policy, rollout.requestsPerSecond, moment.pace, moment.limit);
  const percent = Math.min(first, moment.percent);
  const figures = evidenceText(evidenceOf(rollout, slow), slow, rollout.candidate, rollout.control);
  const message = `The instances of ${rollout.candidate} are new and may be slow for that alone: it waits at ${percent} %. ${figures}.`;
  const action = percent < moment.percent ? ('Retreat' as const) : ('None' as const);
  return { rollout, move: { action, percent, reason: 'Doubtful', message } };
}

/** More of its requests are slow than are allowed, by more than chance and by more than one. */
function isSlow(rollout: RolloutState, { objective, base }: Assessment): boolean {
  const { bad, total } = rollout.evidence.find((one) => one.objective === objective)!.certified;
  return bad > base * total + Math.sqrt(base * total) + 1;
}
