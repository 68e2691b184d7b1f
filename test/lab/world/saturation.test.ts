/** What saturation is made of: CPU that is shared, memory by what is in flight, targets, connections, and kills. */
import { describe, expect, test } from 'vitest';
import { LabLogs } from '../../../src/lab/logs.ts';
import { instant } from '../../../src/lab/promql/query.ts';
import type { ServiceSeed } from '../../../src/lab/seed.ts';
import { finishedPerSecond, inFlightAfter, responseSeconds } from '../../../src/lab/world/sharing.ts';
import type { World } from '../../../src/lab/world.ts';
import { API, latest, live, MINUTE_MS, OLD, worldOf } from '../worlds.ts';

const fleetOf = (world: World) => world.service('api').latestReady.fleet;

/** A service that has served for so long that the scaler has made up its mind; with these targets from the start. */
function settled(api: Partial<ServiceSeed>, scaling: Readonly<Record<string, number>> = {}): World {
  const world = worldOf(api, { platformDelayMs: 0 });
  const { template } = world.service('api').spec;
  if (Object.keys(scaling).length > 0) world.change('api', { template: { ...template, scaling } });
  live(world, 60 * MINUTE_MS);
  return world;
}

/** Of the instance at the 95th percentile, over the last 20 minutes, as Cloud Run's metrics tell it. */
function p95(world: World, metric: string): number {
  const query = `histogram_quantile(0.95, sum by (le) (increase(run_googleapis_com:${metric}_bucket[20m])))`;
  const { result } = instant(world.store, query, world.nowMs, null) as { result: readonly { value: number }[] };
  return result[0]?.value ?? Number.NaN;
}

describe('an instance', () => {
  const sharing = { aloneSeconds: 0.12, cpuSeconds: 0.01 };

  test('answers as fast as it can while there is CPU, and as fast as the CPU is shared beyond', () => {
    expect(responseSeconds(sharing, 1)).toBeCloseTo(0.12, 3);
    expect(responseSeconds(sharing, 80)).toBeCloseTo(0.8, 3);
  });

  test.each([10, 50, 80, 95])('with %d requests a second has as many in flight as Little says', (rps) => {
    let inFlight = 0;
    for (let i = 0; i < 500; i++) inFlight = inFlightAfter(sharing, inFlight + rps);
    expect(finishedPerSecond(sharing, inFlight) / rps).toBeCloseTo(1, 2);
  });
});

describe('memory', () => {
  const env = { LAB_LATENCY_MS: '900/1500/2000', LAB_MEMORY_MIB: '180/5', LAB_CPU_MS_PER_REQUEST: '1' };

  test.each([
    ['that is enough', '1Gi', 80, false],
    ['that is too little for what comes', '300Mi', 80, true],
    ['that would be too little, but for a lower concurrency', '300Mi', 20, false],
  ])('%s', async (_, memory, concurrency, isKilled) => {
    const world = settled({ rps: 60, env, template: { memory, concurrency } });
    const fromMs = world.nowMs - 20 * MINUTE_MS;
    const kills = fleetOf(world).kills.filter(({ atMs }) => atMs >= fromMs && atMs < world.nowMs);
    expect(kills.length > 0).toBe(isKilled);
    const answer = await new LabLogs(world).outOfMemory(API, fromMs, world.nowMs);
    expect(answer).toEqual({ kind: 'Known', value: isKilled ? { [OLD]: kills.length } : {} });
    const { errors, requests } = world.truth('api').byRevision[OLD]!;
    if (isKilled) expect(errors / requests).toBeGreaterThan(0.02);
    else expect(errors / requests).toBeLessThan(0.002);
  });

  test('is shown at its peak, and a lower concurrency lowers it', () => {
    const at = (concurrency: number) =>
      p95(settled({ rps: 60, env, template: { memory: '1Gi', concurrency } }), 'container_memory_utilizations');
    expect(at(80)).toBeGreaterThan(at(20) + 0.05);
    expect(at(20)).toBeLessThan(0.29);
  });
});

describe('a custom target', () => {
  const busy = { rps: 200, env: { LAB_CPU_MS_PER_REQUEST: '20' } };
  const slow = { rps: 100, env: { LAB_CPU_MS_PER_REQUEST: '1', LAB_LATENCY_MS: '900/1500/2000' } };

  test.each([
    ['CPU', busy, 'container_cpu_utilizations', 'cpuUtilization', [0.9, 0.6, 0.4]],
    ['concurrency', slow, 'container_max_request_concurrencies', 'concurrencyUtilization', [0.95, 0.4, 0.25]],
  ] as const)('of the %s brings the level of the p95 instance down', (_, api, metric, field, targets) => {
    const levels = targets.map((target) => p95(settled(api, { [field]: target }), metric));
    expect(levels[1]).toBeLessThan(levels[0]! * 0.95);
    expect(levels[2]).toBeLessThan(levels[1]! * 0.95);
    if (field === 'cpuUtilization') expect(levels[0]).toBeGreaterThan(0.8);
  });

  test('of 0 turns a driver off', () => {
    expect(fleetOf(settled(busy, { cpuUtilization: 0.3 })).wanted).toBeGreaterThan(
      2 * fleetOf(settled(busy, { cpuUtilization: 0 })).wanted,
    );
  });
});

test('at the maximum latency rises with what is in flight, the queue fills, and the rest is refused', () => {
  const world = settled({ rps: 200, scaling: { maxInstances: 1 } });
  const { requests, slow } = world.truth('api').byRevision[OLD]!;
  expect(fleetOf(world).refused / requests).toBeCloseTo(0.5, 1);
  expect(slow / requests).toBeGreaterThan(0.45);
  const answered = latest(world, 'http_server_duration_seconds_count', { revision_name: OLD });
  expect(latest(world, 'http_server_duration_seconds_sum', { revision_name: OLD }) / answered).toBeGreaterThan(0.6);
  expect(p95(world, 'container_cpu_utilizations')).toBeGreaterThan(0.99);
  expect(p95(world, 'container_max_request_concurrencies')).toBeGreaterThan(76);
});

test('what exceeds the connections fails, whichever revision it is', () => {
  const world = settled({
    rps: 200,
    env: { LAB_CPU_MS_PER_REQUEST: '20' },
    connections: { max: 40, perInstance: 10 },
  });
  const instances = fleetOf(world).instances.length;
  const before = world.truth('api');
  live(world, 10 * MINUTE_MS);
  const after = world.truth('api');
  expect((after.bad - before.bad) / (after.requests - before.requests)).toBeCloseTo(1 - 4 / instances, 1);
});

test.each(['Lasts', 'Drifts'] as const)(
  'unevenness %s, and changes none of the numbers of a healthy service',
  (imbalance) => {
    const [world, other] = [worldOf({}, { imbalance }), worldOf({}, { imbalance: 'Lasts' })];
    for (const one of [world, other]) live(one, 5 * MINUTE_MS);
    const weights = () => fleetOf(world).instances.map(({ load }) => load.weight);
    const before = weights();
    for (const one of [world, other]) live(one, 60 * MINUTE_MS);
    expect(
      weights()
        .slice(0, before.length)
        .every((weight, i) => weight === before[i]),
    ).toBe(imbalance === 'Lasts');
    expect(world.truth('api').requests).toBe(other.truth('api').requests);
  },
);
