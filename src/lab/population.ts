/** Which services a lab holds: the usual two, or those of a file. */
import { parse } from 'yaml';
import { z } from 'zod';
import { labNoiseShape } from '../scenario/noise.ts';
import { Misshapen, percent, shaped } from '../scenario/shape.ts';
import { checkSeed, type ServiceSeed } from './seed.ts';
import { behaviourFrom } from './world/behaviour.ts';
import { Refusal } from './world/refusal.ts';
import { firstRevision } from './world/service.ts';
import { checkTraffic } from './world/traffic.ts';

export const usualServices: readonly ServiceSeed[] = [
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

const count = z.number().int().min(0).max(100_000);
const atLeastOne = count.min(1);

const template = z.strictObject({
  concurrency: atLeastOne.max(1000).optional(),
  cpu: z.union([z.string(), z.number()]).transform(String).optional(),
  memory: z.string().optional(),
  minInstances: count.optional(),
  maxInstances: atLeastOne.optional(),
  concurrencyTargetPercent: percent.optional(),
});

const scaling = z.strictObject({ minInstances: count.optional(), maxInstances: atLeastOne.optional() });

const fields = z.strictObject({
  project: z.string().min(1),
  region: z.string().min(1),
  name: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/, 'must be a name that Cloud Run takes: a-z, 0-9 and -, at most 49'),
  rps: z.number().min(0).max(1_000_000),
  websockets: z.boolean().optional(),
  database: z.boolean().optional(),
  env: z.record(z.string(), text).optional(),
  traffic: z.array(target).optional(),
  template: template.optional(),
  scaling: scaling.optional(),
  connections: z.strictObject({ max: atLeastOne, perInstance: atLeastOne }).optional(),
  quota: atLeastOne.optional(),
  image: z.string().min(1).optional(),
  noise: labNoiseShape.optional(),
});

/** What may be said of a service. */
export const serviceFields: readonly string[] = Object.keys(fields.shape);

const service = fields.transform(
  ({ websockets = false, env = {}, traffic = [], ...rest }): ServiceSeed => ({ ...rest, websockets, env, traffic }),
);

const population = z
  .array(service)
  .min(1)
  .superRefine((services, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const names = services.map(({ name }) => name);
    for (const [i, seed] of services.entries()) {
      const { name, env, traffic } = seed;
      if (names.indexOf(name) < i) problem([i, 'name'], `'${name}' is there already`);
      const unknown = refusal(() => behaviourFrom(new Map(Object.entries(env ?? {}))));
      if (unknown !== null) problem([i, 'env'], unknown);
      const unfit = unknown === null ? refusal(() => checkSeed(seed)) : null;
      if (unfit !== null) problem([i], unfit);
      const impossible = refusal(() => checkTraffic(traffic ?? [], (revision) => revision === firstRevision(name)));
      if (impossible !== null) problem([i], impossible);
    }
  });

/** Why the world would refuse it, or null. */
function refusal(attempt: () => unknown): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/**
 * Reads a YAML list of services: `project`, `region`, `name` and `rps` (requests a second) each, and where wanted
 * `websockets: true`, `database: true`, `env` of the first revision and its `traffic` ({revision, percent, tag}; no revision is LATEST).
 * `template` ({concurrency, cpu, memory, minInstances, maxInstances, concurrencyTargetPercent} of the first revision), `scaling`
 * ({minInstances, maxInstances} of the service),
 * `connections` ({max, perInstance}: a database that all its instances connect to), `quota` (the most instances that may be
 * asked for), `image` (a tag that every deployment moves, or a digest) and `noise` (`instances: {sd}`, `latencyBursts`, `spells`, as a
 * scenario has them; how many instances there are is the scaler's). Names are unique in a lab. Throws Misshapen, a line a problem, with its path.
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
