/** How a revision runs, as Cloud Run tells of it. Pure. */
import type { protos } from '@google-cloud/run';
import { type Json, record } from '../facts/json.ts';
import { type ScalingTargets, type Settings, usualTargets } from '../facts/settings.ts';

type RevisionMessage = protos.google.cloud.run.v2.IRevision;

/** undefined: it tells of no container. */
export function settingsOf({
  containers,
  maxInstanceRequestConcurrency,
  scaling,
}: RevisionMessage): Settings | undefined {
  // The one that takes the requests is the only one, or the only one with a port.
  const container = containers?.find(({ ports }) => ports?.length) ?? containers?.[0];
  if (!container) return undefined;
  const { cpu, memory } = container.resources?.limits ?? {};
  return {
    concurrency: maxInstanceRequestConcurrency || usualConcurrency,
    maxInstances: scaling?.maxInstanceCount || null,
    minInstances: scaling?.minInstanceCount ?? 0,
    cpus: cpusOf(cpu) ?? 1,
    memoryMib: mibOf(memory) ?? 512,
    image: container.image ?? '',
  };
}

const usualConcurrency = 80;

/** "2" and "2000m" are two; null: it cannot be read. */
export function cpusOf(text: string | undefined): number | null {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text ?? '') ?? [];
  return number === undefined ? null : Number(number) / (milli ? 1000 : 1);
}

const bytesIn: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** "512Mi", "1G" and "536870912"; null: it cannot be read. */
export function mibOf(text: string | undefined): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kKMGT]i?|)$/.exec(text ?? '') ?? [];
  const bytes = unit === undefined ? undefined : bytesIn[unit];
  return bytes === undefined ? null : (Number(number) * bytes) / 2 ** 20;
}

/** Of a revision as REST tells of it. */
export function targetsOf(revision: Json): ScalingTargets {
  const { cpuUtilization, concurrencyUtilization } = record(revision.scaling);
  return {
    cpuPercent: percentOf(cpuUtilization) ?? usualTargets.cpuPercent,
    concurrencyPercent: percentOf(concurrencyUtilization) ?? usualTargets.concurrencyPercent,
  };
}

const percentOf = (fraction: unknown): number | null =>
  typeof fraction === 'number' && Number.isFinite(fraction) ? Number((fraction * 100).toFixed(4)) : null;
