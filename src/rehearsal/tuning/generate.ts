/** Services that differ in everything that matters to saturation. The same number is always the same service. */
import { Chance } from './chance.ts';
import { daySeconds, type Spikes, type TuningService, type Workload } from './service.ts';

export function randomService(number: number): TuningService {
  const chance = new Chance(100_003 * number + 7);
  const happens = (share: number): boolean => chance.next() < share;
  const workload = randomWork(chance, happens);
  const { waitSeconds, cpuSeconds, cpus } = workload;
  const alone = waitSeconds + cpuSeconds;
  // As many instances as the traffic keeps busy at the usual targets.
  const instances = chance.between(3, 30);
  const highest = Math.min((instances * 0.6 * cpus) / cpuSeconds, (instances * 48) / alone);
  const lowest = highest * chance.between(0.05, 0.4);
  const growthPerDay = happens(0.25) ? chance.between(1.1, 1.4) : 1;
  const spikes = happens(0.4) ? randomSpikes(chance) : null;
  const startSeconds = chance.between(2, 10);
  const sloSeconds = alone * chance.between(2.2, 4);
  const maxInstances = happens(0.3) ? Math.ceil(instances * chance.between(0.8, 1.5)) : 100;
  return {
    name: `service-${number}`,
    workload,
    traffic: { lowest, highest, growthPerDay, spikes },
    startSeconds,
    driftSeconds: null,
    sloSeconds,
    config: { concurrency: 80, cpuPercent: 60, concurrencyPercent: 60, maxInstances, minInstances: 0 },
    release: happens(0.25) ? randomRelease(chance, workload) : null,
    connections: happens(0.25) ? [randomDatabase(chance, instances)] : [],
    declared: null,
    quota: 300,
  };
}

function randomWork(chance: Chance, happens: (share: number) => boolean): Workload {
  const waitSeconds = chance.ofMagnitude(0.02, 2);
  const cpuSeconds = chance.ofMagnitude(0.001, 0.1);
  const cpus = happens(0.7) ? 1 : 2;
  return {
    waitSeconds,
    cpuSeconds,
    cpus,
    memoryBase: chance.between(0.15, 0.5),
    memoryPerRequest: chance.ofMagnitude(0.0003, 0.02),
    slowdown: happens(0.7) ? chance.ofMagnitude(1e-4, 0.01) : chance.ofMagnitude(0.01, 0.05),
    pairSlowdown: happens(0.25) ? chance.ofMagnitude(1e-5, 5e-4) : 0,
  };
}

function randomSpikes(chance: Chance): Spikes {
  const times = chance.between(2, 5);
  const everySeconds = Math.round(chance.between(5400, 21_600));
  const forSeconds = Math.round(chance.between(180, 600));
  return { times, everySeconds, forSeconds, rampSeconds: chance.between(10, 60) };
}

function randomRelease(chance: Chance, before: Workload): TuningService['release'] {
  const atSeconds = Math.round(chance.between(1.5, 3.5) * daySeconds);
  const memoryPerRequest = before.memoryPerRequest * chance.between(0.5, 4);
  return {
    atSeconds,
    workload: { ...before, memoryPerRequest, cpuSeconds: before.cpuSeconds * chance.between(0.7, 1.8) },
  };
}

function randomDatabase(chance: Chance, instances: number): TuningService['connections'][number] {
  const perInstance = Math.round(chance.between(5, 20));
  const max = 10 + Math.ceil(perInstance * instances * chance.between(1, 3));
  return { name: 'database', max, reserve: 10, perInstance };
}
