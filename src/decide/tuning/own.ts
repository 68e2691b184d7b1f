/**
 * What became of the revisions that the tuner made, and of the values that it set. What came to nothing is not tried again on
 * the same code for a week; what a pipeline sets back twice in a row is left to the pipeline.
 */
import { maxInstancesOf } from '../../facts/service.ts';
import { iso, ms } from '../../facts/time.ts';
import type { Status } from '../../status/status.ts';
import { longestBarMs, type Serving, type TunedBy, type TunerState, type TuningRevision } from '../../status/tuner.ts';
import type { Case } from '../case.ts';
import { mayReturn } from '../newest.ts';
import { earlierWith, revisionMaximum } from './memory.ts';

const mostKept = 12;
const resetsThatCount = 2;

/** The levers of a template, by the field of a change. */
export const templateLevers = {
  concurrency: 'concurrency',
  cpuTargetPercent: 'cpuTarget',
  concurrencyTargetPercent: 'concurrencyTarget',
} as const satisfies Partial<Record<keyof TunedBy, string>>;

export type Field = keyof typeof templateLevers;
export const fields = Object.keys(templateLevers) as Field[];

/** It takes a revision to move it. */
export const isTemplates = (lever: string): boolean => (Object.values(templateLevers) as string[]).includes(lever);

/** A revision's own maximum is a lever, too, that is only raised. */
const settable = { ...templateLevers, maxInstances: 'maxInstances' } as const satisfies Record<keyof TunedBy, string>;
export type TemplateLever = (typeof settable)[keyof typeof settable];

/** The memory with what has become of the revisions by now. */
export function withOutcomes(at: Case, tuner: TunerState): TunerState {
  let barred = tuner.barred.filter(({ until }) => ms(until) > at.nowMs);
  let { movedUnder } = tuner;
  const revisions = tuner.revisions.map((own) => {
    const outcome = outcomeOf(at, own);
    if (outcome === own.outcome) return own;
    if (outcome === 'RolledBack') barred = [...barsOf(own, at.nowMs), ...barred].slice(0, mostKept);
    if (outcome === 'ImageMoved') movedUnder = tuner.serving?.revision;
    return { ...own, outcome };
  });
  const isSame = revisions.every((own, i) => own === tuner.revisions[i]) && barred.length === tuner.barred.length;
  return isSame ? tuner : { ...tuner, revisions, barred, ...(movedUnder && { movedUnder }) };
}

function outcomeOf({ known, seen, service }: Case, { name, outcome }: TuningRevision): string {
  if (outcome !== 'Open' && outcome !== 'Promoted') return outcome;
  const rejected = known.rejected?.find(({ revision }) => revision === name);
  if (rejected) return outcomes[rejected.reason] ?? 'RolledBack';
  if (known.stable?.revision === name) return 'Promoted';
  if (outcome === 'Promoted') return outcome;
  const { withdrawn } = known;
  if (withdrawn?.revision === name && withdrawn.reason === 'EffectUnknown') return 'Unproven';
  if (withdrawn?.revision === name && !mayReturn(withdrawn)) return 'RolledBack';
  if (seen.revisions[name]?.ready === 'False') return 'RolledBack';
  return service.latestCreated === name || known.rollout?.candidate === name ? outcome : 'Superseded';
}

/** What a rejection comes to, where it says nothing of how the revision did. */
const outcomes: Readonly<Record<string, string | undefined>> = { ImageMoved: 'ImageMoved', TuningOff: 'Unproven' };

/** A maximum that was raised beside something else is not what made things worse. */
function barsOf({ set, image }: TuningRevision, nowMs: number): TunerState['barred'] {
  const until = iso(nowMs + longestBarMs);
  const barred = fields.filter((field) => set[field] !== undefined).map((field) => templateLevers[field]);
  const levers: readonly TemplateLever[] = barred.length > 0 ? barred : ['maxInstances'];
  return levers.map((lever) => ({ lever, image, until }));
}

export const isBarred = ({ barred, serving }: TunerState, lever: TemplateLever): boolean =>
  barred.some((bar) => bar.lever === lever && bar.image === serving?.image);

/** Memory that is short again after so many cuts is short for another reason. */
const mostCuts = 2;

export const isCutInVain = ({ revisions, serving }: TunerState, nowMs: number): boolean =>
  revisions.filter(
    ({ set, image, outcome, at }) =>
      set.concurrency !== undefined &&
      outcome === 'Promoted' &&
      image === serving?.image &&
      nowMs - ms(at) < longestBarMs,
  ).length >= mostCuts;

/** The revision whose template has to be put back: it came to nothing, and a deployment would inherit it. */
export const toPutBack = ({ revisions }: TunerState, latestCreated: string | null): TuningRevision | undefined =>
  revisions.find(
    ({ name, outcome }) => name === latestCreated && ['RolledBack', 'Unproven', 'ImageMoved'].includes(outcome),
  );

/** Another hand's revision serves, made later than ours: what it set back, and what it kept, of what was set. */
export function resetsAfter(
  tuner: TunerState,
  { serving, createdAtMs }: { readonly serving: Serving; readonly createdAtMs: number },
  generation: number,
  nowMs: number,
): TunerState['resets'] {
  const ours = tuner.revisions.filter(({ outcome, at }) => outcome === 'Promoted' && createdAtMs > ms(at));
  const inForce: TunedBy = { ...serving, maxInstances: revisionMaximum({ serving }) };
  return (Object.keys(settable) as (keyof TunedBy)[]).reduce<TunerState['resets']>((resets, field) => {
    const lever = settable[field];
    const set = ours.find((own) => own.set[field] !== undefined)?.set[field];
    const now = inForce[field];
    if (set === undefined || now === undefined) return resets;
    const isKept = field === 'maxInstances' ? now >= set : now <= set;
    return withReset(resets, { lever, at: iso(nowMs), revision: serving.revision, generation }, isKept);
  }, tuner.resets);
}

/** One more in the row of this lever's resets, which ends with a hand that keeps what was set. */
function withReset(resets: TunerState['resets'], reset: TunerState['resets'][number], isKept: boolean) {
  const isOfRow = ({ lever, generation }: typeof reset) => lever === reset.lever && generation === reset.generation;
  const others = resets.filter((one) => !isOfRow(one));
  return isKept ? others : [reset, ...resets.filter(isOfRow), ...others].slice(0, mostKept);
}

/** The memory with the maximum as it is. What was there at the first look is nobody's news; any other change is another hand's. */
export function withMaximum({ service, known, policy, nowMs }: Omit<Case, 'seen'>, tuner: TunerState): TunerState {
  const value = maxInstancesOf(service);
  const { maximum, ...rest } = tuner;
  if (value === (maximum?.value ?? null)) return tuner;
  const since = iso(nowMs);
  const reset = {
    lever: 'maxInstances',
    at: since,
    revision: tuner.serving?.revision ?? '',
    generation: policy.generation,
  };
  return {
    ...rest,
    ...(value !== null && { maximum: { value, since, ours: false } }),
    earlier: earlierWith(tuner, since),
    ...(known.tuner && { scaledByHandAt: since }),
    ...(maximum?.ours && value !== null && { resets: withReset(tuner.resets, reset, value >= maximum.value) }),
  };
}

/** Set back twice in a row since the policy was last edited: somebody else's to set. */
export const isManaged = ({ resets }: TunerState, lever: TemplateLever, generation: number): boolean =>
  resets.filter((one) => one.lever === lever && one.generation === generation).length >= resetsThatCount;

/** A rollback in the last six hours: whatever it was, it is not the time to try more. */
const calmMs = 6 * 3_600_000;
export const isAfterRollback = ({ rejected }: Status, nowMs: number): boolean =>
  rejected?.some(({ at }) => nowMs - ms(at) < calmMs) ?? false;
