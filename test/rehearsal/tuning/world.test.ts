/** The closed-form world: what it must never teach. */
import { describe, expect, test } from 'vitest';
import type { Controller, SeenMinute } from '../../../src/rehearsal/tuning/controller.ts';
import { controllerNames, controllers, usualTerms } from '../../../src/rehearsal/tuning/controllers/index.ts';
import { untuned } from '../../../src/rehearsal/tuning/controllers/peers.ts';
import { randomService } from '../../../src/rehearsal/tuning/generate.ts';
import { isHarmed } from '../../../src/rehearsal/tuning/line.ts';
import type { TuningService } from '../../../src/rehearsal/tuning/service.ts';
import { TuningWorld } from '../../../src/rehearsal/tuning/world.ts';

const crowded = randomService(8110);
const run = (service: TuningService, controller: Controller, days = 0.5, seed = 7) =>
  new TuningWorld(service, seed).run(controller, days);

/** Keeps what it is told, and does as it is asked once. */
function watching(at = -1, wish: ReturnType<Controller['step']> = null): Controller & { minutes: SeenMinute[] } {
  const minutes: SeenMinute[] = [];
  return {
    minutes,
    step: (minute) => (minutes.push(minute) === at ? wish : null),
  };
}

describe('the same seed', () => {
  test.each([8105, 8110, 8123, 8133, 9609])(
    'is the same world: untuned, %i is not harmed by being left alone',
    (number) => {
      const [one, other] = [run(randomService(number), untuned), run(randomService(number), untuned)];
      expect(other).toEqual(one);
      expect(isHarmed([one], [other])).toBe(false);
    },
  );

  test('a number is always the same service', () => {
    expect(randomService(8110)).toEqual(crowded);
    expect(crowded.workload).toMatchObject({
      cpus: 1,
      waitSeconds: expect.closeTo(0.275, 3),
      cpuSeconds: expect.closeTo(0.0023, 4),
    });
  });

  test('the names of controllers are all played', () => {
    for (const name of controllerNames)
      expect(run(crowded, controllers[name](usualTerms), 0.02).instanceHours).toBeGreaterThan(0);
  });
});

/** A service that dies of the memory of a few requests, until it takes fewer. */
const heavy: TuningService = {
  ...crowded,
  workload: { ...crowded.workload, memoryBase: 0.2, memoryPerRequest: 0.03 },
};

describe('memory', () => {
  test('that does not suffice kills, and dead minutes are saturated ones', () => {
    const { outOfMemory, saturatedPercent, failedPercent } = run(heavy, untuned);
    expect(outOfMemory).toBeGreaterThan(100);
    expect(saturatedPercent).toBeGreaterThan(80);
    expect(failedPercent).toBeGreaterThan(5);
  });

  test('is saved by a lower concurrency: requests wait for those who come back, and do not vanish', () => {
    const wish = { set: { concurrency: 20 } };
    const { minutes, ...controller } = watching(60, wish);
    run(heavy, controller);
    const kills = (from: number, to: number) =>
      minutes.slice(from, to).reduce((sum, { outOfMemory }) => sum + outOfMemory, 0);
    expect(kills(0, 60)).toBeGreaterThan(10);
    expect(kills(120, minutes.length)).toBe(0);
    expect(minutes.at(-1)!.minute.requestsPerSecond).toBeGreaterThan(50);
  });
});

describe('the maximum', () => {
  const low: TuningService = { ...crowded, config: { ...crowded.config, maxInstances: 2 } };

  test('refuses what finds no place', () => {
    expect(run(low, untuned).failedPercent).toBeGreaterThan(5);
  });

  test('above the quota is refused, and known from then on', () => {
    const seen: number[] = [];
    const { deeds } = run(low, {
      step: (_, { quota }) => {
        seen.push(quota);
        return seen.length === 10 ? { maxInstances: 5000 } : null;
      },
    });
    expect(deeds).toEqual([{ second: 599, maxInstances: low.quota }]);
    expect([...new Set(seen)]).toEqual([Number.POSITIVE_INFINITY, low.quota]);
  });

  test('above what the connections bear fails requests', () => {
    const connections = [{ name: 'database', max: 20, reserve: 0, perInstance: 10 }];
    expect(run({ ...crowded, connections }, untuned).failedPercent).toBeGreaterThan(10);
  });
});

describe('a change of the template', () => {
  test('is tried for twenty minutes, in which nothing else begins, then it is in force', () => {
    const busy: boolean[] = [];
    const revisions: number[] = [];
    const { deeds } = run(
      crowded,
      {
        step: ({ busy: now }, { revision }) => {
          busy.push(now);
          revisions.push(revision);
          return busy.length >= 10 && busy.length <= 20 ? { set: { concurrency: 40 } } : null;
        },
      },
      0.1,
    );
    expect(deeds).toHaveLength(1);
    expect(busy.filter(Boolean)).toHaveLength(20);
    expect([revisions[29], revisions[30]]).toEqual([0, 1]);
  });

  test('of the targets makes more instances, each with less to do', () => {
    const { minutes, ...controller } = watching(60, { set: { concurrencyTargetPercent: 30 } });
    const tuned = run(crowded, controller, 1);
    const before = run(crowded, untuned, 1);
    expect(tuned.instanceHours / before.instanceHours).toBeGreaterThan(1.5);
    expect(tuned.saturatedPercent).toBeLessThan(before.saturatedPercent / 4);
  });
});

describe('what the metrics tell', () => {
  test('of the most in flight is at least the mean, and above it as requests cluster', () => {
    const controller = watching();
    run(crowded, controller, 0.2);
    const above = controller.minutes.filter(({ minute }) => {
      const { peakInFlight, requestsPerSecond, meanLatencySeconds, activeInstances } = minute;
      return peakInFlight! > (requestsPerSecond! * meanLatencySeconds!) / activeInstances!;
    });
    expect(above.length / controller.minutes.length).toBeGreaterThan(0.95);
  });

  test('of instances that are all dead is nothing', () => {
    const dying: TuningService = { ...heavy, workload: { ...heavy.workload, memoryBase: 0.99, memoryPerRequest: 0.5 } };
    const controller = watching();
    const { failedPercent } = run(dying, controller, 0.1);
    // They wait until they are refused: none vanishes.
    expect(failedPercent).toBeGreaterThan(70);
    expect(controller.minutes.filter(({ minute }) => minute.memory === null).length).toBeGreaterThan(50);
  });
});

test('imbalance that drifts is another world, and ours holds in it, too', () => {
  const drifting: TuningService = { ...crowded, driftSeconds: 3600 };
  const [before, after] = [run(drifting, untuned, 1), run(drifting, controllers.Auto(usualTerms), 1)];
  expect(before.saturatedPercent).not.toBe(run(crowded, untuned, 1).saturatedPercent);
  expect(after.saturatedPercent).toBeLessThan(before.saturatedPercent / 4);
});
