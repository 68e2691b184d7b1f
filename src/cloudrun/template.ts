/**
 * A template that runs otherwise, as one masked request. What is not in the mask stays as it is, whatever is newer than this
 * code; the image is in none. Pure.
 */
import type { TemplateChange, TunedSettings } from '../facts/change.ts';
import { type Json, record } from '../facts/json.ts';

/** Later deployments inherit it, so it means something on the revision that it names only. */
export const causeAnnotation = 'steadyrun.dev/cause';

export interface Patch {
  /** Its paths are those of the body's template. */
  readonly mask: readonly string[];
  readonly body: Json;
}

/** `service`: as REST has just told of it. */
export function templatePatch(service: Json, { revision, set }: TemplateChange): Patch {
  const annotations = {
    ...record(record(service.template).annotations),
    [causeAnnotation]: `tuning/${revision}`,
  };
  const fields: (readonly [path: string, value: unknown])[] = [
    ['revision', revision],
    // Whoever names a map replaces all of it.
    ['annotations', annotations],
    ...tuned.flatMap(([path, read]) => {
      const value = read(set);
      return value === undefined ? [] : [[path, value] as const];
    }),
  ];
  return {
    mask: fields.map(([path]) => `template.${path}`),
    body: {
      etag: service.etag,
      template: fields.reduce((template, [path, value]) => at(template, path.split('.'), value), {} as Json),
    },
  };
}

const fraction = (percent: number | undefined): number | undefined =>
  percent === undefined ? undefined : percent / 100;

const tuned: readonly (readonly [path: string, read: (set: TunedSettings) => number | undefined])[] = [
  ['maxInstanceRequestConcurrency', ({ concurrency }) => concurrency],
  ['scaling.cpuUtilization', ({ cpuTargetPercent }) => fraction(cpuTargetPercent)],
  ['scaling.concurrencyUtilization', ({ concurrencyTargetPercent }) => fraction(concurrencyTargetPercent)],
  ['scaling.maxInstanceCount', ({ maxInstances }) => maxInstances],
];

const at = (object: Json, [field, ...rest]: readonly string[], value: unknown): Json => ({
  ...object,
  [field!]: rest.length === 0 ? value : at(record(object[field!]), rest, value),
});

/** What is wrong with what is to be set; null: nothing. */
export function settingsProblem(set: TunedSettings): string | null {
  const values = Object.entries(set).filter(([, value]) => value !== undefined);
  if (values.length === 0) return 'nothing is to be set';
  const [wrong] = values.filter(([name, value]) =>
    // 0: the autoscaler does not look at it.
    name.endsWith('Percent') ? !(value >= 0 && value <= 100) : !Number.isInteger(value) || value < 1,
  );
  return wrong ? `${wrong[0]} cannot be ${wrong[1]}` : null;
}
