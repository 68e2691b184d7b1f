/** A revision that has all of the traffic by whatever hand is stable, and watched for the guard window. */
import { type Split, soleRevision } from '../../facts/split.ts';
import { iso } from '../../facts/time.ts';
import { welcome, without } from '../../status/edit.ts';
import type { Status } from '../../status/status.ts';
import type { Case } from '../case.ts';
import { beginEvidence } from '../evidence/judge.ts';
import { arm } from './guard/state.ts';

export function arrived({ policy, known, nowMs }: Pick<Case, 'policy' | 'known' | 'nowMs'>, split: Split): Status {
  const revision = soleRevision(split)!;
  const before = known.stable?.revision;
  const { guard } = known;
  const settled: Status = {
    ...without(without(known, 'guard'), 'rollout'),
    split: [...split],
    stable: { revision, percent: 100 },
  };
  if (guard?.revision === revision) return { ...welcome(settled, revision), guard };
  if (before === undefined || before === revision) return welcome(settled, revision);
  return {
    ...welcome(settled, revision),
    lastGood: { revision: before, since: iso(nowMs) },
    guard: arm({
      revision,
      control: before,
      external: true,
      nowMs,
      windowMs: policy.rollout.guardWindowMs,
      requestsPerSecond: 0,
      evidence: beginEvidence(policy, () => null, nowMs),
    }),
  };
}
