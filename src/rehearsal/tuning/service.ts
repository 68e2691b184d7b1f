/** A service of the closed-form world: plain data, so that it can be handed to another thread. */
import { type ConnectionLimit, connectionCeiling } from '../../policy/connections.ts';
import type { Work } from '../../scenario/sharing.ts';

export interface Workload extends Work {
  /** Parts of the memory limit: of an instance that does nothing, and of each request in flight. */
  readonly memoryBase: number;
  readonly memoryPerRequest: number;
}

export interface Traffic {
  /** Requests a second, at midnight and at noon, with a sine between. */
  readonly lowest: number;
  readonly highest: number;
  /** Times as many each day. */
  readonly growthPerDay: number;
  readonly spikes: Spikes | null;
}

export interface Spikes {
  readonly everySeconds: number;
  readonly forSeconds: number;
  readonly times: number;
  readonly rampSeconds: number;
}

/** What can be tuned, as it is at first. */
export interface Config {
  readonly concurrency: number;
  readonly cpuPercent: number;
  readonly concurrencyPercent: number;
  readonly maxInstances: number;
  readonly minInstances: number;
}

export interface TuningService {
  readonly name: string;
  readonly workload: Workload;
  readonly traffic: Traffic;
  readonly startSeconds: number;
  /** How long instances keep their part of the traffic; null: as long as they live. */
  readonly driftSeconds: number | null;
  /** What its p95 is to stay below. */
  readonly sloSeconds: number;
  readonly config: Config;
  /** A new version, whose requests work otherwise. */
  readonly release: { readonly atSeconds: number; readonly workload: Workload } | null;
  /** What all instances connect to. */
  readonly connections: readonly ConnectionLimit[];
  /** What is said of it; null: all that there is. */
  readonly declared: readonly ConnectionLimit[] | null;
  /** Google refuses more instances. */
  readonly quota: number;
}

export const daySeconds = 86_400;

/** The most instances that anything may set: what the connections bear, as far as it is known. */
export const ceilingOf = ({ connections, declared }: TuningService): number =>
  connectionCeiling(declared ?? connections) ?? Number.POSITIVE_INFINITY;

export function rpsAt({ lowest, highest, growthPerDay, spikes }: Traffic, second: number): number {
  const swing = 0.5 * (1 - Math.cos((2 * Math.PI * (second % daySeconds)) / daySeconds));
  const usual = (lowest + (highest - lowest) * swing) * growthPerDay ** (second / daySeconds);
  if (spikes === null) return usual;
  const since = second % spikes.everySeconds;
  if (since >= spikes.forSeconds) return usual;
  return usual * (1 + (spikes.times - 1) * Math.min(1, since / spikes.rampSeconds));
}
