/** Which services a lab holds: the usual two, or those of a file. */
import { parse } from 'yaml';
import { z } from 'zod';
import { Misshapen, percent, shaped } from './shape.ts';
import type { ServiceSeed } from './world.ts';

export const USUAL_SERVICES: readonly ServiceSeed[] = [
  { project: 'acme', region: 'europe-west1', name: 'api', rps: 100 },
  { project: 'acme', region: 'europe-west1', name: 'chat', rps: 50, websockets: true },
];

const target = z
  .strictObject({ revision: z.string().optional(), percent: percent.multipleOf(1), tag: z.string().optional() })
  .transform(({ revision = null, percent: share, tag }) => ({
    revision,
    percent: share,
    ...(tag !== undefined && { tag }),
  }));

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const service = z
  .strictObject({
    project: z.string().min(1),
    region: z.string().min(1),
    name: z
      .string()
      .regex(/^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/, 'must be a name that Cloud Run takes: a-z, 0-9 and -, at most 49'),
    rps: z.number().min(0).max(1_000_000),
    websockets: z.boolean().optional(),
    env: z.record(z.string(), text).optional(),
    traffic: z.array(target).optional(),
  })
  .transform(
    ({ websockets = false, env = {}, traffic = [], ...rest }): ServiceSeed => ({ ...rest, websockets, env, traffic }),
  );

const population = z
  .array(service)
  .min(1)
  .superRefine((services, context) => {
    const names = services.map(({ name }) => name);
    const twice = names.findIndex((name, i) => names.indexOf(name) < i);
    if (twice >= 0)
      context.addIssue({ code: 'custom', path: [twice, 'name'], message: `'${names[twice]}' is there already` });
  });

/**
 * Reads a YAML list of services: `project`, `region`, `name` and `rps` (requests a second) each, and where wanted
 * `websockets: true`, `env` of the first revision and its `traffic` ({revision, percent, tag}; no revision is LATEST).
 * Names are unique in a lab. Throws Misshapen, a line a problem, with its path.
 */
export function populationFrom(yaml: string): readonly ServiceSeed[] {
  let value: unknown;
  try {
    value = parse(yaml);
  } catch (error) {
    throw new Misshapen(error instanceof Error ? error.message : String(error));
  }
  return shaped(population, value);
}
