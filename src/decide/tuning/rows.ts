/** What people read of each lever: what it is, what it should be, why, what that would bring, and what keeps it from being done. */
import { type Resource, saturationText } from '../../facts/saturation.ts';
import { ms } from '../../facts/time.ts';
import { levers } from '../../facts/tuning.ts';
import type { Serving, TunerState } from '../../status/tuner.ts';
import type { Lever } from '../../status/tuning.ts';
import { law, type Symptom, type WantedTemplate } from './law.ts';
import { dayMs } from './memory.ts';
import { type Field, fields, templateLevers } from './own.ts';
import type { Blocker } from './waits.ts';

const resourceOf = {
  concurrency: 'memory',
  cpuTargetPercent: 'cpu',
  concurrencyTargetPercent: 'concurrency',
} as const satisfies Record<Field, Resource>;
const reasonOf = {
  cpu: 'CpuSaturated',
  memory: 'MemorySaturated',
  concurrency: 'ConcurrencySaturated',
} as const satisfies Record<Resource, string>;
const wordsOf = (field: Field) => levers[templateLevers[field]];

/** "memory was at 91 % in 34 min of the last day" */
const symptomText = ({ resource, level, hotMinutes }: Symptom): string =>
  hotMinutes > 0
    ? `${saturationText(resource)} was over the limit for ${hotMinutes} min of the last day, at up to ${percent(level)}`
    : `instances were killed for want of ${saturationText(resource)}`;

export const symptomsText = (symptoms: readonly Symptom[]): string => symptoms.map(symptomText).join('; ');

const percent = (fraction: number): string => `${Math.round(100 * fraction)} %`;

/** One row for each field of the template that should change. */
export function rowsOf(
  wanted: WantedTemplate,
  serving: Serving,
  blockersOf: (field: Field) => readonly Blocker[],
): Lever[] {
  return fields.flatMap((field) => {
    const target = wanted.set[field];
    const symptom = wanted.symptoms.find(({ resource }) => resource === resourceOf[field]);
    if (target === undefined || !symptom) return [];
    const current = serving[field];
    const { text, unit } = wordsOf(field);
    return [
      {
        lever: templateLevers[field],
        ...(current !== undefined && { current }),
        target,
        reason: reasonOf[symptom.resource],
        message: `${symptomText(symptom)}: ${text} ${current === undefined ? '' : `${current}${unit} `}should be ${target}${unit}.`,
        predicted: predictedText(symptom, field, target, current, wanted.growth),
        blockedBy: [...blockersOf(field)],
      },
    ];
  });
}

function predictedText(
  { resource, level }: Symptom,
  field: Field,
  target: number,
  current: number | undefined,
  growth: number,
): string {
  const cost = growth > 1.005 ? `up to ${growth.toFixed(2)} times the instances` : 'no more instances';
  if (field === 'concurrency' || current === undefined || level === 0)
    return `Less ${saturationText(resource)} in each instance, with ${cost}.`;
  return `${saturationText(resource)} at about ${percent((level * target) / current)}, with ${cost}.`;
}

/** Sizes in which memory is given, and CPUs. */
const memoryStepMib = 128;
const cpuSizes = [1, 2, 4, 6, 8];

/** Where the autoscaler cannot help any more, larger instances do. They are never made by us: they cost what they cost. */
export function limitRows(
  symptoms: readonly Symptom[],
  { cpus, memoryMib, concurrency }: Serving,
  wanted: WantedTemplate | null,
  limit: number,
): Lever[] {
  return symptoms.flatMap((symptom): Lever[] => {
    const row = { reason: reasonOf[symptom.resource], blockedBy: ['NeverAutomatic'] };
    const factor = symptom.level / (law.aim * limit);
    if (symptom.resource === 'memory') {
      const target = Math.ceil((memoryMib * Math.max(1.25, factor)) / memoryStepMib) * memoryStepMib;
      const message = `${symptomText(symptom)}: a memory limit of ${target} MiB instead of ${memoryMib} MiB would leave room.`;
      return [
        {
          ...row,
          lever: 'memory',
          current: memoryMib,
          target,
          message,
          predicted: largerText('Memory', (symptom.level * memoryMib) / target),
        },
      ];
    }
    const isLowest = wanted?.set[`${symptom.resource}TargetPercent`] === undefined;
    const target = cpuSizes.find((size) => size > cpus);
    if (!isLowest || target === undefined || (symptom.resource === 'concurrency' && concurrency <= 1)) return [];
    const message = `${symptomText(symptom)}, and no scaling target may be lower: ${target} CPUs instead of ${cpus} would let each do more.`;
    return [
      {
        ...row,
        lever: 'cpu',
        current: cpus,
        target,
        message,
        predicted: largerText(saturationText(symptom.resource), (symptom.level * cpus) / target),
      },
    ];
  });
}

/** Where instances were killed, and nothing more is known, nothing is foretold. */
const largerText = (what: string, level: number): string =>
  `${level > 0 ? `${what} at about ${percent(level)}` : 'Room'}, at the price of the larger instances.`;

/** What is saturated, and whose lever is where it may go no further. */
export function boundRows(symptoms: readonly Symptom[], serving: Serving, wanted: WantedTemplate | null): Lever[] {
  return symptoms.flatMap((symptom): Lever[] => {
    const field = fields.find((one) => resourceOf[one] === symptom.resource);
    if (field === undefined || wanted?.set[field] !== undefined) return [];
    const current = serving[field];
    const { text, unit } = wordsOf(field);
    const now = current === undefined ? '' : ` (${current}${unit})`;
    return [
      {
        lever: templateLevers[field],
        ...(current !== undefined && { current }),
        reason: reasonOf[symptom.resource],
        message: `${symptomText(symptom)}, and the ${text}${now} is as low as it may be.`,
        blockedBy: ['AtBound'],
      },
    ];
  });
}

/** A cut that is not needed any more: other code serves, and for a week it has never been over half of the limit. */
const outlivedMs = 7 * dayMs;

export function outlivedRows({ revisions, serving, overHalf }: TunerState, nowMs: number): Lever[] {
  if (!serving || !overHalf || nowMs - ms(serving.since) < outlivedMs) return [];
  return fields.flatMap((field): Lever[] => {
    const own = revisions.find(({ outcome, set }) => outcome === 'Promoted' && set[field] !== undefined);
    const resource = resourceOf[field];
    const [set, was] = [own?.set[field], own?.was[field]];
    if (!own || set === undefined || was === undefined || serving[field] !== set || own.image === serving.image)
      return [];
    if (nowMs - ms(overHalf[resource]) < outlivedMs) return [];
    const { text, unit } = wordsOf(field);
    const message = `${text} was lowered from ${was}${unit} to ${set}${unit} for other code; with this one ${saturationText(resource)} has not been over half of the limit for a week: it may be raised again.`;
    return [
      {
        lever: templateLevers[field],
        current: set,
        target: was,
        reason: 'CutOutlived',
        message,
        blockedBy: ['NeverRaised'],
      },
    ];
  });
}
