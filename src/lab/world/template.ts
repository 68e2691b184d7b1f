/**
 * A revision template, kept as the Admin API's v2 JSON (enums by name, fields at their default left out), and the few
 * fields of it that the world obeys.
 */
import { usualTargets } from '../../facts/settings.ts';
import { type JsonObject, listIn, objectIn } from './json.ts';
import { invalid } from './refusal.ts';

export type Template = JsonObject;

export interface Resources {
  /** Requests that one instance takes at the same time. */
  readonly concurrency: number;
  readonly cpus: number;
  readonly memoryMib: number;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** What the scaler keeps the average instance at, 0 to 1; 0: it does not look at this. */
  readonly cpuTarget: number;
  readonly concurrencyTarget: number;
}

/** The container that takes the requests: the one with a port, else the first. */
function ingress(template: Template): JsonObject {
  const containers = listIn(template.containers).map(objectIn);
  const found = containers.find((container) => listIn(container.ports).length > 0) ?? containers[0];
  if (found === undefined) throw invalid('template.containers: at least one container is required');
  return found;
}

export const imageOf = (template: Template): string => String(ingress(template).image ?? '');

export function environmentOf(template: Template): ReadonlyMap<string, string> {
  const variables = listIn(ingress(template).env).map(objectIn);
  return new Map(variables.map((variable) => [String(variable.name), String(variable.value ?? '')]));
}

/**
 * Cloud Run's defaults where the template is silent: 1 CPU, 512 MiB, 80 requests at a time, at most 100 instances,
 * whose CPU and concurrency are kept at 60 %. Throws INVALID_ARGUMENT for what Cloud Run would not take.
 */
export function resourcesOf(template: Template): Resources {
  const limits = objectIn(objectIn(ingress(template).resources).limits);
  const cpus = cpusIn(String(limits.cpu ?? '1'));
  const scaling = objectIn(template.scaling);
  return {
    cpus,
    memoryMib: mebibytesIn(String(limits.memory ?? '512Mi')),
    concurrency: Number(template.maxInstanceRequestConcurrency ?? (cpus >= 1 ? 80 : 1)),
    minInstances: Number(scaling.minInstanceCount ?? 0),
    maxInstances: Number(scaling.maxInstanceCount ?? 100),
    ...targetsIn(scaling),
  };
}

const usualTarget = usualTargets.cpuPercent / 100;
const leastTarget = 0.1;
const mostTarget = { cpuUtilization: 0.9, concurrencyUtilization: 0.95 } as const;

function targetsIn(scaling: JsonObject): Pick<Resources, 'cpuTarget' | 'concurrencyTarget'> {
  const cpuTarget = targetIn(scaling, 'cpuUtilization');
  const concurrencyTarget = targetIn(scaling, 'concurrencyUtilization');
  if (cpuTarget === 0 && concurrencyTarget === 0) {
    throw invalid('template.scaling: cpuUtilization and concurrencyUtilization must not both be 0');
  }
  return { cpuTarget, concurrencyTarget };
}

function targetIn(scaling: JsonObject, field: keyof typeof mostTarget): number {
  const target = scaling[field] ?? usualTarget;
  if (target === 0) return 0;
  if (typeof target === 'number' && target >= leastTarget && target <= mostTarget[field]) return target;
  throw invalid(
    `template.scaling.${field}: must be from ${leastTarget} to ${mostTarget[field]}, or 0, which turns it off`,
  );
}

/** As it is written; 0: it is not. */
export const maxInstancesIn = (template: Template): number => Number(objectIn(template.scaling).maxInstanceCount ?? 0);

function cpusIn(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text);
  if (match === null)
    throw invalid(`template.containers.resources.limits.cpu: ${JSON.stringify(text)} is no amount of CPU`);
  return Number(match[1]) / (match[2] === 'm' ? 1000 : 1);
}

const mebibytes: Readonly<Record<string, number>> = {
  Ki: 1 / 1024,
  Mi: 1,
  Gi: 1024,
  k: 1e3 / 2 ** 20,
  M: 1e6 / 2 ** 20,
  G: 1e9 / 2 ** 20,
};

function mebibytesIn(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|k|M|G)$/.exec(text);
  if (match === null)
    throw invalid(`template.containers.resources.limits.memory: ${JSON.stringify(text)} is no amount of memory`);
  return Number(match[1]) * mebibytes[match[2]!]!;
}
