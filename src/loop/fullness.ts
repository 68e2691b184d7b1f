/**
 * How full the instances were and what else nobody is judged by. Nobody's traffic hangs on it: what cannot be had is unknown, and the
 * look goes on.
 */
import type { Questions } from '../decide/questions.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { Observation } from '../facts/observation.ts';
import type { Policy } from '../policy/policy.ts';
import type { Logs } from '../ports/logs.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Services } from '../ports/services.ts';

export interface Gauges {
  readonly services: Services;
  readonly metrics: Metrics;
  readonly logs: Logs;
}

export type Fullness = Pick<Observation, 'saturation' | 'outOfMemory' | 'targets' | 'digests' | 'budget'>;

/** All at once; of what is not asked nothing is said. */
export async function fullness(
  { services, metrics, logs }: Gauges,
  { service, metrics: source, revisionLabel }: Policy,
  { saturation, outOfMemorySinceMs, targetsOf, digestsOf, budget }: Questions,
  nowMs: number,
): Promise<Fullness> {
  const [full, killed, targets, digests, spent] = await Promise.all([
    saturation && orUnknown(metrics.saturation({ source, service, ...saturation, nowMs })),
    outOfMemorySinceMs === null ? null : orUnknown(logs.outOfMemory(service, outOfMemorySinceMs, nowMs)),
    targetsOf === null ? null : orUnknown(services.targets(service, targetsOf).then(known)),
    Promise.all(digestsOf.map(async (name) => [name, await services.digest(service, name).catch(() => null)] as const)),
    budget && orUnknown(metrics.budget({ source, service, revisionLabel, ...budget })),
  ]);
  return {
    ...(full && { saturation: full }),
    ...(killed && { outOfMemory: killed }),
    ...(targets && { targets }),
    ...(digests.length > 0 && { digests: Object.fromEntries(digests) }),
    ...(spent && { budget: spent }),
  };
}

const orUnknown = <T>(answer: Promise<Answer<T>>): Promise<Answer<T>> =>
  answer.catch((error: unknown) => unknown('ProviderError', error instanceof Error ? error.message : String(error)));
