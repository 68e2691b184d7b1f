/** Minutes for the law, one after the other. */
import type { TemplateLook } from '../../../src/decide/tuning/law.ts';
import type { Usage } from '../../../src/decide/tuning/usage.ts';
import type { SaturationMinute } from '../../../src/facts/saturation.ts';

export type Told = Partial<SaturationMinute> & Partial<Pick<Usage, 'maxInstances' | 'outOfMemory'>>;

/** A minute that ends so many minutes after the first; what is not told is as in a service with nothing to do for anybody. */
export function usage(at: number, told: Told = {}): Usage {
  const { maxInstances = 100, outOfMemory = 0, ...minute } = told;
  return {
    minute: {
      endMs: at * 60_000,
      cpu: 0.3,
      memory: 0.3,
      peakInFlight: 20,
      activeInstances: 4,
      requestsPerSecond: 40,
      meanLatencySeconds: 1,
      ...minute,
    },
    maxInstances,
    outOfMemory,
  };
}

export const usages = (count: number, told: (at: number) => Told = () => ({})): Usage[] =>
  Array.from({ length: count }, (_, at) => usage(at, told(at)));

export const look = (window: readonly Usage[], changes: Partial<TemplateLook> = {}): TemplateLook => ({
  window,
  dayPeak: 4,
  inForce: {
    concurrency: 80,
    targets: { cpuPercent: 60, concurrencyPercent: 60 },
    maxInstances: 100,
    cpus: 1,
  },
  ceiling: 1000,
  bounds: { concurrency: null, scalingTargetsPercent: null },
  limit: 0.8,
  ...changes,
});
