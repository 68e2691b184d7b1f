/** Nothing that the tuner sets exceeds a ceiling, whatever people declared, whatever the metrics say, whatever the service has. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { nothingYet } from '../../../src/decide/tuning/memory.ts';
import type { Observation } from '../../../src/facts/observation.ts';
import type { SaturationMinute } from '../../../src/facts/saturation.ts';
import type { Service } from '../../../src/facts/service.ts';
import { iso } from '../../../src/facts/time.ts';
import { connectionCeiling } from '../../../src/policy/connections.ts';
import type { TuningPolicy } from '../../../src/policy/policy.ts';
import type { Status } from '../../../src/status/status.ts';
import type { TuningRevision } from '../../../src/status/tuner.ts';
import { validPolicy } from '../../policy/valid.ts';

const nowMs = Date.parse('2026-01-05T12:00:30Z');
const minute = 60_000;
const stable = 'api-00001-aaa';
const image = 'registry.example/app:v1';

const opt = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const boundsWithin = (least: number, most: number) =>
  opt(
    fc
      .tuple(
        fc.option(fc.integer({ min: least, max: most }), { nil: undefined }),
        fc.option(fc.integer({ min: least, max: most }), { nil: undefined }),
      )
      .map(([min, max]) =>
        min !== undefined && max !== undefined && min > max ? { min: max, max: min } : { min, max },
      ),
  );
const connection = fc
  .record({
    max: fc.integer({ min: 1, max: 300 }),
    perInstance: fc.integer({ min: 1, max: 20 }),
    reserve: fc.integer({ min: 0, max: 30 }),
  })
  .filter(({ max, reserve, perInstance }) => max - reserve >= perInstance)
  .map((limits) => ({ name: 'db', ...limits }));

const policies: fc.Arbitrary<TuningPolicy> = fc.record({
  mode: fc.constantFrom('Off', 'Recommend', 'ServiceLevel', 'Auto', 'Auto', 'Auto'),
  maxSaturation: fc.constantFrom(0.5, 0.8, 0.95),
  maxInstances: boundsWithin(1, 120),
  minInstances: fc.constant(null),
  concurrency: boundsWithin(1, 200),
  scalingTargetsPercent: boundsWithin(10, 90),
  connections: opt(fc.array(connection, { maxLength: 2 })),
});

const worlds = fc.record({
  policy: policies,
  serviceMax: opt(fc.integer({ min: 1, max: 150 })),
  revisionMax: opt(fc.integer({ min: 1, max: 150 })),
  concurrency: fc.integer({ min: 1, max: 250 }),
  cpuTarget: opt(fc.constantFrom(0, 30, 45, 60, 90)),
  concurrencyTarget: opt(fc.constantFrom(30, 45, 60, 90)),
  quota: opt(fc.integer({ min: 1, max: 150 })),
  /** Of the most there may be. */
  full: fc.constantFrom(0.1, 0.5, 0.89, 0.95, 1),
  cpu: opt(fc.constantFrom(0.2, 0.85, 1)),
  memory: opt(fc.constantFrom(0.2, 0.85, 1)),
  inFlight: opt(fc.constantFrom(0.2, 0.85, 1.1)),
  made: fc.integer({ min: 0, max: 4 }),
  killed: fc.boolean(),
});
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

const inForce = ({ serviceMax, revisionMax }: World): number =>
  Math.min(serviceMax ?? Number.POSITIVE_INFINITY, revisionMax ?? 100);

function played(world: World) {
  const most = inForce(world);
  const active = Math.max(1, Math.round(world.full * most));
  const minutes = Array.from(
    { length: 60 },
    (_, i): SaturationMinute => ({
      endMs: nowMs - 150_000 - (59 - i) * minute,
      cpu: world.cpu,
      memory: world.memory,
      peakInFlight: world.inFlight === null ? null : world.inFlight * world.concurrency,
      activeInstances: active,
      requestsPerSecond: 50,
      meanLatencySeconds: 0.3,
    }),
  );
  const service: Service = {
    ref: { project: 'acme', region: 'europe-west1', name: 'api' },
    uid: 'u',
    etag: 'e',
    generation: 7,
    settled: true,
    traffic: [{ revision: stable, percent: 100 }],
    latestCreated: stable,
    latestReady: stable,
    latestServes: null,
    scaling: { mode: 'Automatic', maxInstances: world.serviceMax },
    lastModifier: 'somebody',
  } as unknown as Service;
  const at = iso(nowMs - 3 * 3_600_000);
  const revisions = Array.from(
    { length: world.made },
    (_, i): TuningRevision => ({
      name: `api-t${i}`,
      from: stable,
      at,
      set: { concurrency: 9 },
      was: { concurrency: 10 },
      image,
      outcome: 'Superseded',
    }),
  );
  const known: Status = {
    split: [{ revision: stable, percent: 100 }],
    stable: { revision: stable, percent: 100 },
    lastGood: { revision: stable, since: at },
    adoption: { at, serviceUid: 'u', followedLatest: false, externallyManaged: false, pinnedAgainAt: [] },
    tuner: {
      ...nothingYet(nowMs),
      hours: [{ hour: at, peak: active, cpu: 60, memory: 60, concurrency: 60, any: 60 }],
      until: iso(nowMs - 150_000),
      ...(world.serviceMax !== null && { maximum: { value: world.serviceMax, since: at, ours: false } }),
      serving: {
        revision: stable,
        since: at,
        concurrency: world.concurrency,
        cpus: 1,
        memoryMib: 512,
        image,
        targetsAsked: true,
        ...(world.revisionMax !== null && { maxInstances: world.revisionMax }),
        ...(world.cpuTarget !== null && { cpuTargetPercent: world.cpuTarget }),
        ...(world.concurrencyTarget !== null && { concurrencyTargetPercent: world.concurrencyTarget }),
      },
      steadySince: at,
      ...(world.quota !== null && { quota: { maxInstances: world.quota, at } }),
      ...(world.killed && { killed: { at: iso(nowMs - minute), revision: stable, count: 4 } }),
      revisions,
      recent: minutes.slice(-5).map(({ endMs }) => ({ endMs, active, full: active >= 0.9 * most })),
    },
  };
  const seen: Observation = {
    service,
    revisions: {},
    objectives: {},
    saturation: { kind: 'Known', value: { [stable]: minutes } },
  };
  const policy = { ...validPolicy(), tuning: world.policy };
  const { decision, state } = decide(policy, seen, known, nowMs);
  return { write: decision.write, state };
}

/** What people and Cloud Run allow. */
function mostOf({ policy: { connections, maxInstances }, quota, serviceMax }: World) {
  // Where the service has more, the quota is another by now.
  const granted = quota !== null && quota >= (serviceMax ?? 0) ? quota : Number.POSITIVE_INFINITY;
  const declared = Math.min(
    connectionCeiling(connections ?? []) ?? Number.POSITIVE_INFINITY,
    maxInstances?.max ?? Number.POSITIVE_INFINITY,
  );
  return { declared, all: Math.min(declared, granted) };
}

const playedOf = (world: World) => {
  const { write, state } = played(world);
  const change = write?.change;
  return {
    purpose: write?.purpose,
    state,
    scaling: change?.kind === 'Scaling' ? change.maxInstances : undefined,
    template: change?.kind === 'Template' ? change.set : undefined,
  };
};

const all = fc.sample(worlds, { numRuns: 4000, seed: 15 }).map((world) => [world, playedOf(world)] as const);
const over = (check: (world: World, played: ReturnType<typeof playedOf>) => void) => {
  for (const [world, come] of all) check(world, come);
};

describe('whatever people declared, whatever the metrics say, whatever the service has', () => {
  test('no maximum that is set exceeds a ceiling', () => {
    over((world, { scaling, template }) => {
      const { declared, all } = mostOf(world);
      // What lowers asks for nothing that was not granted.
      if (scaling !== undefined) expect(scaling).toBeLessThanOrEqual(scaling > inForce(world) ? all : declared);
      if (template?.maxInstances !== undefined) expect(template.maxInstances).toBeLessThanOrEqual(all);
    });
  });

  test('a raise of the maximum raises what is in force', () => {
    over((world, { purpose, scaling }) => {
      if (purpose !== 'RaiseMaximum') return;
      expect(Math.min(scaling!, world.revisionMax ?? 100)).toBeGreaterThan(inForce(world));
    });
  });

  test('the maximum is lowered to what was declared, and for nothing else', () => {
    over((world, { purpose, scaling }) => {
      const { declared } = mostOf(world);
      const { mode } = world.policy;
      if (purpose === 'LowerMaximum') expect(scaling).toBe(declared);
      if (declared < inForce(world) && (mode === 'ServiceLevel' || mode === 'Auto'))
        expect(purpose).toBe('LowerMaximum');
    });
  });

  test('a target and the concurrency only fall, and not below what they may', () => {
    over((world, { template }) => {
      if (!template) return;
      const { concurrency, scalingTargetsPercent: targets } = world.policy;
      const least = Math.max(30, targets?.min ?? 0);
      const pairs = [
        [template.cpuTargetPercent, world.cpuTarget],
        [template.concurrencyTargetPercent, world.concurrencyTarget],
      ] as const;
      for (const [set, was] of pairs) {
        if (set === undefined) continue;
        // 0: the autoscaler does not look at it, and where it does is where it begins.
        expect(set).toBeLessThan(was || 60);
        expect(set).toBeGreaterThanOrEqual(least);
      }
      if (template.concurrency === undefined) return;
      expect(template.concurrency).toBeLessThan(world.concurrency);
      expect(template.concurrency).toBeGreaterThanOrEqual(Math.max(1, concurrency?.min ?? 1));
    });
  });

  test('a template is changed in Auto alone, and no more than three times a day', () => {
    over((world, { template }) => {
      if (!template) return;
      expect(world.policy.mode).toBe('Auto');
      expect(world.made).toBeLessThan(3);
    });
  });

  test('nothing is written in Off and Recommend', () => {
    over(({ policy: { mode } }, { purpose }) => {
      if (mode === 'Off' || mode === 'Recommend') expect(purpose).toBeUndefined();
    });
  });

  test('every lever that should move moves, or says what keeps it', () => {
    over((world, { purpose, state }) => {
      for (const { lever, target, current, blockedBy } of state.tuning?.levers ?? []) {
        if (target === undefined || target === current) continue;
        expect(blockedBy.length > 0 || purpose !== undefined, `${lever} ${JSON.stringify(world)}`).toBe(true);
      }
    });
  });

  test('and there is something of each to see', () => {
    const met = new Map<string, number>();
    over((_, { purpose = 'nothing' }) => void met.set(purpose, (met.get(purpose) ?? 0) + 1));
    for (const purpose of ['RaiseMaximum', 'LowerMaximum', 'Tune']) expect(met.get(purpose) ?? 0).toBeGreaterThan(50);
  });
});

test('a database that bears three instances gets two', () => {
  const connections = [{ name: 'db', max: 30, reserve: 0, perInstance: 10 }];
  expect(connectionCeiling(connections)).toBe(2);
});
