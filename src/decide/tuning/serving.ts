/** How the revision runs that serves: asked once, since a revision never changes. */
import { iso } from '../../facts/time.ts';
import type { Serving, TunedBy, TunerState } from '../../status/tuner.ts';
import type { Case } from '../case.ts';
import { revisionMaximum } from './memory.ts';
import { fields, resetsAfter } from './own.ts';

/** The memory with how the serving revision runs, as far as this look found it out. */
export function withServing(at: Case, tuner: TunerState): TunerState {
  const { seen, known, policy, nowMs } = at;
  const revision = known.stable!.revision;
  const before = tuner.serving;
  if (before?.revision === revision) {
    return seen.targets ? { ...tuner, serving: { ...before, ...targetsIn(seen) } } : tuner;
  }
  const found = seen.revisions[revision];
  const settings = found?.settings;
  if (!settings) return tuner;
  const { maxInstances, minInstances: _, ...rest } = settings;
  const isSameCode = before?.image === settings.image;
  const serving: Serving = {
    revision,
    ...rest,
    since: isSameCode ? before.since : iso(nowMs),
    ...(maxInstances !== null && { maxInstances }),
    ...targetsIn(seen),
  };
  const { steadySince: _steady, runs: _runs, ...kept } = tuner;
  const isOwn = tuner.revisions.some(({ name }) => name === revision);
  const theirs = { serving, createdAtMs: found.createdAtMs };
  return { ...kept, serving, resets: isOwn ? tuner.resets : resetsAfter(tuner, theirs, policy.generation, nowMs) };
}

function targetsIn({
  targets,
}: Case['seen']): Pick<Serving, 'cpuTargetPercent' | 'concurrencyTargetPercent' | 'targetsAsked'> {
  if (targets?.kind !== 'Known') return {};
  if (targets.value === null) return { targetsAsked: true };
  const { cpuPercent, concurrencyPercent } = targets.value;
  return { targetsAsked: true, cpuTargetPercent: cpuPercent, concurrencyTargetPercent: concurrencyPercent };
}

/** As it runs, of what is set. */
export function inForceOf(serving: Serving, set: TunedBy): TunedBy {
  const now: TunedBy = { ...serving, maxInstances: revisionMaximum({ serving }) };
  return Object.fromEntries(
    [...fields, 'maxInstances' as const].flatMap((field) =>
      set[field] === undefined || now[field] === undefined ? [] : [[field, now[field]]],
    ),
  );
}
