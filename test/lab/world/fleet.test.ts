import { describe, expect, test } from 'vitest';
import type { Fleet } from '../../../src/lab/world/fleet.ts';
import type { Scaling } from '../../../src/lab/world/spec.ts';
import type { World } from '../../../src/lab/world.ts';
import { HOUR_MS, live, MINUTE_MS, OLD, worldOf } from '../worlds.ts';

const to = (revision: string, percent = 100) => ({ revision, percent });
const fleetOf = (world: World, revision: string): Fleet => world.service('api').revisions.get(revision)!.fleet;
const scaling = (part: Partial<Scaling>): Scaling => ({
  minInstances: 0,
  maxInstances: 0,
  manualInstances: null,
  ...part,
});

/** A world in which a new revision has had all traffic for `lengthMs`, so that the old one was scaled in. */
function replaced(lengthMs: number, env: Record<string, string> = {}): { world: World; fresh: string } {
  const world = worldOf({ env, traffic: [to(OLD)] }, { historyMs: 10 * MINUTE_MS });
  const fresh = world.deploy('api');
  live(world, MINUTE_MS);
  world.setTraffic('api', [to(fresh)]);
  live(world, lengthMs);
  return { world, fresh };
}

describe('the scaler', () => {
  test.each([
    ['CPU', { rps: 100 }, 2], // 1 CPU at 60 %
    ['CPU of costlier requests', { rps: 100, env: { LAB_CPU_MS_PER_REQUEST: '40' } }, 7],
    ['concurrency', { rps: 1000, env: { LAB_CPU_MS_PER_REQUEST: '0', LAB_LATENCY_MS: '450/550/600' } }, 10], // 450 in flight at 60 % of 80
  ])('wants as many instances as %s asks for', (_, api, instances) => {
    const world = worldOf(api, { historyMs: 30 * MINUTE_MS });
    expect(fleetOf(world, OLD).wanted).toBeGreaterThanOrEqual(instances - 1);
    expect(fleetOf(world, OLD).wanted).toBeLessThanOrEqual(instances + 1);
  });

  test('keeps idle instances for 15 minutes, then none', () => {
    const { world } = replaced(14 * MINUTE_MS);
    expect(fleetOf(world, OLD).instances.length).toBeGreaterThan(0);
    live(world, 3 * MINUTE_MS);
    expect(fleetOf(world, OLD).instances).toEqual([]);
  });

  test('keeps the minimum of the service by the share of the traffic, and no more than its maximum', () => {
    const world = worldOf({ rps: 10, traffic: [to(OLD)] });
    const fresh = world.deploy('api');
    live(world, MINUTE_MS);
    world.setTraffic('api', [to(OLD, 75), to(fresh, 25)]);
    world.change('api', { scaling: scaling({ minInstances: 8 }) });
    live(world, MINUTE_MS);
    expect([OLD, fresh].map((name) => fleetOf(world, name).wanted)).toEqual([6, 2]);
    world.change('api', { scaling: scaling({ maxInstances: 4 }) });
    live(world, MINUTE_MS);
    expect([OLD, fresh].map((name) => fleetOf(world, name).instances.length)).toEqual([3, 1]);
  });

  test('gives manual instances by share, and none to a revision whose share rounds to none', () => {
    const world = worldOf({ rps: 10, traffic: [to(OLD)] });
    const fresh = world.deploy('api');
    live(world, MINUTE_MS);
    world.setTraffic('api', [to(OLD, 90), to(fresh, 10)]);
    world.change('api', { scaling: scaling({ manualInstances: 3 }) });
    live(world, 10 * MINUTE_MS);
    expect([OLD, fresh].map((name) => fleetOf(world, name).instances.length)).toEqual([3, 0]);
    expect(fleetOf(world, fresh).refused).toBeGreaterThan(0);
  });
});

describe('a revision that was scaled in and gets its traffic back', () => {
  test('starts cold: a short start makes requests slow, none is lost', () => {
    const { world } = replaced(HOUR_MS);
    const before = world.truth('api').byRevision[OLD]!;
    world.setTraffic('api', [to(OLD)]);
    live(world, MINUTE_MS);
    const after = world.truth('api').byRevision[OLD]!;
    expect(after.slow - before.slow).toBeGreaterThan(400);
    expect(after.errors - before.errors).toBeLessThan(20);
  });

  test('starts cold: what waits ten seconds is refused, in the truth and in no metric', () => {
    const { world } = replaced(HOUR_MS, { LAB_START_SECONDS: '30', LAB_ERROR_PERCENT: '0' });
    const before = world.truth('api').byRevision[OLD]!.requests;
    const counted = fleetOf(world, OLD).counters().requests;
    world.setTraffic('api', [to(OLD)]);
    live(world, 20_000);
    const { refused } = fleetOf(world, OLD);
    expect(refused).toBeGreaterThan(300);
    live(world, 2 * MINUTE_MS);
    const { requests, errors } = world.truth('api').byRevision[OLD]!;
    expect(errors).toBe(fleetOf(world, OLD).refused);
    expect(errors).toBeGreaterThan(refused);
    expect(requests - before).toBe(fleetOf(world, OLD).counters().requests - counted + errors);
  });

  test('meets its cold start errors again', () => {
    const { world } = replaced(HOUR_MS, { LAB_COLD_START_ERROR_PERCENT: '30', LAB_ERROR_PERCENT: '0' });
    const before = world.truth('api').byRevision[OLD]!;
    live(world, MINUTE_MS);
    expect(world.truth('api').byRevision[OLD]!.errors).toBe(before.errors);
    world.setTraffic('api', [to(OLD)]);
    live(world, MINUTE_MS);
    expect(world.truth('api').byRevision[OLD]!.errors - before.errors).toBeGreaterThan(1000);
  });
});

test('more requests than the instances can finish are refused after their wait', () => {
  const world = worldOf({ rps: 300, env: { LAB_CPU_MS_PER_REQUEST: '10' } });
  world.change('api', { scaling: scaling({ maxInstances: 2 }) });
  live(world, 10 * MINUTE_MS);
  const { requests, errors } = world.truth('api').byRevision[OLD]!;
  expect(errors / requests).toBeGreaterThan(0.3);
  expect(errors / requests).toBeLessThan(0.36);
});
