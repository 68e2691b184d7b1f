import { describe, expect, test } from 'vitest';
import { World } from '../../src/lab/world.ts';
import { shareBelow } from '../../src/scenario/lognormal.ts';
import { API, binomialBounds, HOUR_MS, live, MINUTE_MS, OLD, START_MS, worldOf } from './worlds.ts';

const to = (revision: string | null, percent = 100) => ({ revision, percent });

function within(count: number, trials: number, chance: number): void {
  const [least, most] = binomialBounds(trials, chance);
  expect(count).toBeGreaterThan(least);
  expect(count).toBeLessThan(most);
}

describe('a healthy service', () => {
  test('fails as often, and is as slow, as it says', () => {
    const world = worldOf({ rps: 1000 }, { historyMs: 10 * MINUTE_MS });
    live(world, 10 * MINUTE_MS);
    const { requests, errors, slow } = world.truth('api').byRevision[OLD]!;
    expect(Math.abs(requests - 600_000)).toBeLessThan(5 * Math.sqrt(600_000));
    within(errors, requests, 0.0005);
    within(slow, requests, 1 - shareBelow({ p50: 110, p95: 250, p99: 350 }, 300));
  });

  test('has a past that is no part of the truth', () => {
    const world = worldOf({}, { historyMs: HOUR_MS });
    expect(world.nowMs).toBe(START_MS);
    expect(world.truth('api')).toMatchObject({ requests: 0, bad: 0, writes: [] });
    const counted = world.service('api').latestReady.fleet.tally().requests;
    expect(Math.abs(counted - 360_000)).toBeLessThan(5 * Math.sqrt(360_000));
  });

  test('with WebSockets loses as many connections as it says', () => {
    const world = worldOf({ websockets: true, env: { LAB_WEBSOCKET_DISCONNECT_PERCENT: '4' } });
    live(world, HOUR_MS);
    const { requests, connections, disconnects } = world.truth('api').byRevision[OLD]!;
    expect(Math.abs(connections - requests / 5)).toBeLessThan(20);
    within(disconnects, connections, 0.04);
  });
});

describe('the same seed and the same calls', () => {
  const history = (seed: number, steps: readonly number[]) => {
    const world = worldOf({}, { seed });
    world.deploy('api', { env: { LAB_ERROR_PERCENT: '3' } });
    world.event('api', { at: '1m', for: '5m', on: 'Both', errorPercent: 5, jitter: '1m' });
    for (const lengthMs of steps) live(world, lengthMs);
    return world.truth('api');
  };

  test('give the same numbers, however the time is cut', () => {
    expect(history(7, [10 * MINUTE_MS])).toEqual(history(7, [1, 999, 1500, 10 * MINUTE_MS - 2500]));
  });

  test('another seed gives others', () => {
    expect(history(7, [10 * MINUTE_MS])).not.toEqual(history(8, [10 * MINUTE_MS]));
  });

  test('what happens to one service does not change the numbers of another', () => {
    const services = [API, { ...API, name: 'shop' }];
    const quiet = worldOf({}, { services });
    const busy = worldOf({}, { services });
    busy.deploy('shop', { env: { LAB_ERROR_PERCENT: '50' } });
    live(quiet, HOUR_MS);
    live(busy, HOUR_MS);
    expect(busy.truth('api')).toEqual(quiet.truth('api'));
  });
});

describe('a deployment', () => {
  test('makes a revision that is ready after its start, and on LATEST takes all traffic then', () => {
    const world = worldOf();
    const fresh = world.deploy('api', { env: { LAB_START_SECONDS: '30' } });
    expect(fresh).toMatch(/^api-00002-[a-z]{3}$/);
    live(world, 29_000);
    expect(world.service('api')).toMatchObject({
      latestCreated: { name: fresh, state: 'Starting' },
      latestReady: { name: OLD },
    });
    expect(world.truth('api').byRevision).toMatchObject({
      [OLD]: { percent: 100 },
      [fresh]: { percent: 0, requests: 0 },
    });
    live(world, 2000);
    expect(world.truth('api').byRevision).toMatchObject({ [OLD]: { percent: 0 }, [fresh]: { percent: 100 } });
  });

  test('lands at 0 % when the traffic names revisions', () => {
    const world = worldOf({ traffic: [to(OLD)] });
    const fresh = world.deploy('api');
    live(world, MINUTE_MS);
    expect(world.service('api').latestReady.name).toBe(fresh);
    expect(world.truth('api').byRevision[fresh]).toMatchObject({ requests: 0, percent: 0 });
  });

  test('that cannot start leaves the traffic where it was and says so', () => {
    const world = worldOf();
    const broken = world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    expect(world.service('api').routes.reconciling).toBe(true);
    live(world, MINUTE_MS);
    const service = world.service('api');
    expect(service).toMatchObject({ latestCreated: { name: broken, state: 'Failed' }, latestReady: { name: OLD } });
    expect(service.routes).toMatchObject({ reconciling: false, observedGeneration: 1 });
    expect(service.trouble).toContain(broken);
    expect(world.truth('api').byRevision).toMatchObject({ [OLD]: { percent: 100 }, [broken]: { requests: 0 } });
  });

  test('does not delay a change of the traffic that comes after it', () => {
    const world = worldOf();
    world.deploy('api', { env: { LAB_START_SECONDS: '200' } });
    world.setTraffic('api', [to(OLD)]);
    live(world, 5000);
    expect(world.service('api').routes.served).toEqual([to(OLD)]);
    live(world, 5 * MINUTE_MS);
    expect(world.service('api').routes.served).toEqual([to(OLD)]);
  });

  test('whose environment makes no sense is refused, and changes nothing', () => {
    const world = worldOf();
    expect(() => world.deploy('api', { env: { LAB_ERROR_PERCENT: 'x' } })).toThrow('LAB_ERROR_PERCENT');
    expect(world.service('api')).toMatchObject({ generation: 1, latestCreated: { name: OLD } });
    expect(world.truth('api').writes).toEqual([]);
  });

  test('under a name that another configuration has is refused', () => {
    const world = worldOf();
    const { spec } = world.service('api');
    const clash = { ...spec.template, revision: OLD, maxInstanceRequestConcurrency: 10 };
    expect(() => world.change('api', { template: clash })).toThrow(expect.objectContaining({ code: 'ALREADY_EXISTS' }));
    world.change('api', { template: { ...clash, revision: 'api-00007-jan' } });
    expect(world.deploy('api')).toMatch(/^api-00008-/);
  });
});

describe('a change of the traffic', () => {
  test('is asked for at once and serves when the operation is done', () => {
    const world = worldOf({ traffic: [to(OLD)] });
    const fresh = world.deploy('api');
    live(world, MINUTE_MS);
    const operation = world.setTraffic('api', [to(fresh)], 'someone');
    const service = world.service('api');
    expect(service.spec.traffic).toEqual([to(fresh)]);
    live(world, 2000);
    expect(operation.done).toBe(false);
    expect(service.routes).toMatchObject({ reconciling: true, served: [to(OLD)] });
    live(world, 2000);
    expect(operation).toMatchObject({ done: true, error: null });
    expect(service.routes).toMatchObject({
      reconciling: false,
      served: [to(fresh)],
      observedGeneration: service.generation,
    });
    expect(service.lastModifier).toBe('someone@example.com');
  });

  test('gives each revision its share', () => {
    const world = worldOf({ traffic: [to(OLD)] });
    const fresh = world.deploy('api');
    live(world, MINUTE_MS);
    world.setTraffic('api', [to(OLD, 93), to(fresh, 7)]);
    live(world, 3000);
    const before = world.truth('api');
    live(world, HOUR_MS);
    const after = world.truth('api');
    const gained = (revision: string) => after.byRevision[revision]!.requests - before.byRevision[revision]!.requests;
    within(gained(fresh), gained(fresh) + gained(OLD), 0.07);
  });

  test('to a revision that never started is not done, and the operation says why', () => {
    const world = worldOf({ traffic: [to(OLD)] });
    const broken = world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    live(world, MINUTE_MS);
    const operation = world.setTraffic('api', [to(broken)]);
    live(world, MINUTE_MS);
    expect(operation).toMatchObject({ done: true, error: { code: 'FAILED_PRECONDITION' } });
    expect(world.service('api').routes.served).toEqual([to(OLD)]);
  });

  test.each([
    ['percents that do not sum to 100', [to(OLD, 99)], 'sum to 99'],
    ['half a percent', [to(OLD, 99.5), to(null, 0.5)], 'whole number'],
    ['an unknown revision', [to('api-00009-xyz')], 'does not exist'],
    [
      'a tag given twice',
      [
        { ...to(OLD), tag: 'a' },
        { ...to(OLD, 0), tag: 'a' },
      ],
      "tag 'a' is given twice",
    ],
  ])('with %s is refused', (_, traffic, words) => {
    expect(() => worldOf().setTraffic('api', traffic)).toThrow(words);
  });

  test('to nobody means LATEST', () => {
    const world = worldOf({ traffic: [to(OLD)] });
    world.setTraffic('api', []);
    expect(world.service('api').spec.traffic).toEqual([to(null)]);
  });

  test('that asks for what is there is no change', () => {
    const world = worldOf({ traffic: [to(OLD)] });
    const { etag } = world.service('api');
    expect(world.setTraffic('api', [to(OLD)])).toMatchObject({ done: true });
    expect(world.service('api').etag).toBe(etag);
    expect(world.truth('api').writes).toEqual([]);
  });
});

describe('a revision', () => {
  test('can be deleted once it neither serves nor is the latest', () => {
    const world = worldOf();
    expect(() => world.deleteRevision('api', OLD)).toThrow(expect.objectContaining({ code: 'FAILED_PRECONDITION' }));
    const fresh = world.deploy('api');
    live(world, 2000);
    expect(() => world.deleteRevision('api', OLD)).toThrow('serves traffic');
    live(world, MINUTE_MS);
    expect(() => world.deleteRevision('api', fresh)).toThrow(expect.objectContaining({ code: 'FAILED_PRECONDITION' }));
    world.deleteRevision('api', OLD);
    expect([...world.service('api').revisions.keys()]).toEqual([fresh]);
    expect(world.truth('api').byRevision[OLD]!.requests).toBeGreaterThan(0);
    expect(() => world.deleteRevision('api', OLD)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('that is the newest cannot be deleted, though it never started', () => {
    const world = worldOf();
    const broken = world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    live(world, MINUTE_MS);
    expect(() => world.deleteRevision('api', broken)).toThrow(expect.objectContaining({ code: 'FAILED_PRECONDITION' }));
  });

  test.each<[string, Record<string, string>, number]>([
    ['LAB_ERROR_PERCENT', { LAB_ERROR_PERCENT: '10' }, 0.1],
    ['LAB_OVERLOAD above its rate', { LAB_OVERLOAD: '99/5' }, 0.0505],
    ['LAB_OVERLOAD at its rate', { LAB_OVERLOAD: '100/5' }, 0.0005],
    ['LAB_ERROR_LEAK_PERCENT_PER_HOUR, over its first two hours', { LAB_ERROR_LEAK_PERCENT_PER_HOUR: '3' }, 0.0305],
  ])('fails by %s', (_, env, chance) => {
    const world = worldOf({ env });
    live(world, 2 * HOUR_MS);
    const { requests, errors } = world.truth('api').byRevision[OLD]!;
    within(errors, requests, chance);
  });

  test('is as slow as LAB_LATENCY_MS says', () => {
    const world = worldOf({ env: { LAB_LATENCY_MS: '300/600/900', LAB_CPU_MS_PER_REQUEST: '0' } });
    live(world, HOUR_MS);
    const { requests, slow } = world.truth('api').byRevision[OLD]!;
    within(slow, requests, 0.5);
  });

  test('fails by LAB_COLD_START_ERROR_PERCENT in the first minute of an instance only', () => {
    const world = worldOf({
      env: { LAB_COLD_START_ERROR_PERCENT: '20', LAB_ERROR_PERCENT: '0', LAB_CPU_MS_PER_REQUEST: '0' },
    });
    live(world, MINUTE_MS);
    const { requests, errors } = world.truth('api').byRevision[OLD]!;
    within(errors, requests, 0.2);
    live(world, 10 * MINUTE_MS);
    expect(world.truth('api').byRevision[OLD]!.errors).toBe(errors);
  });
});

describe('events', () => {
  test("add to the arms' own errors, for as long as they last", () => {
    const world = worldOf({ traffic: [to(OLD)] });
    const fresh = world.deploy('api');
    live(world, MINUTE_MS);
    world.setTraffic('api', [to(OLD, 50), to(fresh, 50)]);
    live(world, 3000);
    const before = world.truth('api').byRevision;
    world.event('api', { at: '10m', for: '20m', on: 'Candidate', errorPercent: 10 });
    live(world, HOUR_MS);
    const after = world.truth('api').byRevision;
    const gained = (revision: string, what: 'requests' | 'errors') => after[revision]![what] - before[revision]![what];
    within(gained(fresh, 'errors'), gained(fresh, 'requests'), 0.0005 + 0.1 / 3);
    within(gained(OLD, 'errors'), gained(OLD, 'requests'), 0.0005);
  });

  test('change the traffic', () => {
    const world = worldOf();
    world.event(null, { at: '0s', for: '10m', on: 'Traffic', rps: 20 });
    live(world, 10 * MINUTE_MS);
    expect(Math.abs(world.truth('api').requests - 12_000)).toBeLessThan(5 * Math.sqrt(12_000));
  });

  test('start somewhere within their jitter, the same for the same seed', () => {
    const starts = (seed: number) => {
      const world = worldOf({}, { seed });
      const event = { at: '10m', for: '1h', on: 'Both', errorPercent: 1, jitter: '1m' } as const;
      return Array.from({ length: 20 }, () => world.event('api', event).startMs - START_MS - 10 * MINUTE_MS);
    };
    for (const afterMs of starts(7)) {
      expect(afterMs).toBeGreaterThanOrEqual(0);
      expect(afterMs).toBeLessThan(MINUTE_MS);
    }
    expect(new Set(starts(7)).size).toBe(20);
    expect(starts(7)).toEqual(starts(7));
  });

  test('meet the service they name, and must name one that exists', () => {
    const world = worldOf({}, { services: [API, { ...API, name: 'shop' }] });
    world.event('shop', { at: '0s', for: '1h', on: 'Both', errorPercent: 50 });
    live(world, 10 * MINUTE_MS);
    expect(world.truth('shop').bad).toBeGreaterThan(25_000);
    expect(world.truth('api').bad).toBeLessThan(100);
    expect(() => world.event('nobody', { at: '0s', for: '1h', on: 'Both', errorPercent: 5 })).toThrow(
      "no service 'nobody'",
    );
  });
});

test('requests that meet no ready revision are bad and nobody’s', () => {
  const world = worldOf({ traffic: [to(OLD)] });
  world.service('api').latestReady.state = 'Failed';
  live(world, MINUTE_MS);
  const { requests, bad, byRevision } = world.truth('api');
  expect(requests).toBeGreaterThan(5000);
  expect(bad).toBe(requests);
  expect(byRevision[OLD]!.requests).toBe(0);
});

test('time does not go back', () => {
  const world = worldOf();
  live(world, MINUTE_MS);
  const truth = world.truth('api');
  world.advanceTo(START_MS);
  expect(world.truth('api')).toEqual(truth);
});

test('a world without services is a world', () => {
  const world = new World({ seed: 1, startMs: START_MS + 123, services: [] });
  expect(world.nowMs).toBe(START_MS);
  live(world, MINUTE_MS);
  expect(world.services).toEqual([]);
});
