/** What must hold whatever happens; test/broken-rules.ts breaks each rule in the source and sees these tests fail. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/ports/errors.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Services } from '../../src/ports/services.ts';
import { isWhole } from '../whole.ts';
import { refusing } from './refusing.ts';
import { replacing } from './replacing.ts';
import { minutes, ramping, Stage } from './stage.ts';

describe('every write', () => {
  test('is one split of named, existing revisions that sums to 100, whatever happens in the world', {
    timeout: 120_000,
  }, async () => {
    const happening = fc.oneof(
      fc.record({ do: fc.constant('deploy' as const), errors: fc.constantFrom('0', '1', '20', '100') }),
      fc.record({
        do: fc.constant('event' as const),
        on: fc.constantFrom('Both' as const, 'Stable' as const, 'Candidate' as const),
        errorPercent: fc.constantFrom(2, 20, 100),
      }),
      fc.record({ do: fc.constant('outage' as const) }),
      fc.record({ do: fc.constant('byHand' as const), percent: fc.integer({ min: 0, max: 100 }) }),
      fc.record({ do: fc.constant('latest' as const) }),
    );
    const story = fc.array(fc.record({ after: fc.integer({ min: 1, max: 15 }), what: happening }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(story, fc.nat(1000), async (steps, seed) => {
        const stage = new Stage({ seed, rps: 10 });
        stage.start();
        for (const { after, what } of steps) {
          await stage.run(after);
          const service = stage.world.service('api');
          if (what.do === 'deploy') stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: what.errors } });
          if (what.do === 'event') stage.event({ at: '0s', for: '5m', on: what.on, errorPercent: what.errorPercent });
          if (what.do === 'outage') stage.event({ at: '0s', for: '6m', on: 'Metrics', outage: true });
          if (what.do === 'latest') stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);
          if (what.do === 'byHand') {
            const [first, second = first] = [...service.revisions.values()].filter(({ state }) => state === 'Ready');
            stage.world.setTraffic('api', [
              { revision: first!.name, percent: what.percent },
              ...(second === first ? [] : [{ revision: second!.name, percent: 100 - what.percent }]),
              ...(second === first && what.percent < 100 ? [{ revision: null, percent: 100 - what.percent }] : []),
            ]);
          }
        }
        await stage.run(30);
        for (const { body } of stage.writes) {
          const { traffic } = body as { traffic: { revision: string | null; percent: number }[] };
          expect(traffic.reduce((sum, { percent }) => sum + percent, 0)).toBe(100);
          for (const { revision } of traffic)
            expect(stage.world.service('api').revisions.has(revision ?? '')).toBe(true);
        }
      }),
      { numRuns: isWhole ? 25 : 8, seed: 7 },
    );
  });
});

describe('a rollback', () => {
  test('that Cloud Run refuses at first is carried out later, although the metrics are gone by then', async () => {
    const { services, refuse } = refusing();
    let blind = false;
    const { stage, stable, candidate } = await ramping(
      {
        services,
        metrics: (real) =>
          replacing<Metrics>(real, {
            freshness: async (...args) =>
              blind ? { kind: 'Unknown', reason: 'ProviderError', message: 'gone' } : real.freshness(...args),
          }),
      },
      { LAB_ERROR_PERCENT: '100' },
    );
    refuse(true);
    await stage.until((status) => status.phase === 'RollingBack', 20);
    blind = true;
    await stage.run(10);
    expect(stage.status).toMatchObject({ phase: 'RollingBack', rollout: { candidate } });
    refuse(false);
    await stage.until((status) => status.phase === 'Steady', 3);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.rejected?.[0]).toMatchObject({ revision: candidate });
  });

  test('goes to Cloud Run before anything is written to Kubernetes, and needs no list', async () => {
    const calls: string[] = [];
    const stage = new Stage({ rps: 50 });
    stage.start((call) => {
      calls.push(call);
      return 'go';
    });
    await stage.until((status) => status.phase === 'Steady', 5);
    stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '100' } });
    await stage.until((status) => status.rejected !== undefined && status.rejected.length > 0, 20);
    const write = calls.lastIndexOf('services.write');
    const reconcile = calls.slice(calls.lastIndexOf('metrics.counts', write) + 1, write);
    expect(reconcile).not.toContain('services.glance');
    expect(reconcile.filter((call) => call.startsWith('policies.'))).toEqual([]);
    // Why it goes back is saved while it does; the read-back waits for that as little as the write did.
    expect(calls.slice(write + 1, write + 3)).toEqual(['policies.writeStatus', 'services.read']);
  });

  test('to a revision that is gone or not ready is not written; that is said', async () => {
    let gone = false;
    const { stage, stable } = await ramping(
      {
        services: (real) =>
          replacing<Services>(real, {
            revision: async (ref, name) => (gone && name.includes('-00001-') ? null : real.revision(ref, name)),
          }),
      },
      { LAB_ERROR_PERCENT: '100' },
    );
    gone = true;
    const share = stage.traffic;
    await stage.run(20);
    expect(stage.traffic).toBe(share);
    expect(stage.status).toMatchObject({ phase: 'Held', hold: { reason: 'StableDeleted' } });
    expect(share).toContain(stable);
  });
});

test('a process whose lease has run out writes nothing to Cloud Run', async () => {
  const stage = new Stage();
  let lost = false;
  stage.start(undefined, {
    check: () => {
      if (lost) throw new Unavailable('this process does not hold the leader lease');
    },
  });
  await stage.until((status) => status.phase === 'Steady', 5);
  lost = true;
  const before = stage.writes.length;
  stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '100' } });
  await stage.run(20);
  expect(stage.writes.length).toBe(before);
  lost = false;
  await stage.until((status) => status.rejected?.length === 1, 20);
});

test('what was carried out is not said to have failed because something after it did', async () => {
  const { stage, stable, candidate } = await ramping();
  stage.policies.removeAnnotations = async () => {
    throw new Unavailable('Kubernetes answered 503');
  };
  stage.annotate('abort', candidate);
  await stage.until((status) => status.rejected?.[0]?.reason === 'Aborted', 3);
  expect(stage.traffic).toBe(`${stable}=100`);
  expect(stage.reasons()).toContain('Aborted');
  expect(stage.reasons()).not.toContain('NotCarriedOut');
});

describe('a failing dependency', () => {
  test.each(['read', 'glance', 'revision'] as const)(
    'Cloud Run failing at %s moves nothing, and it goes on afterwards',
    async (method) => {
      let failing = false;
      const { stage, candidate } = await ramping({
        services: (real) =>
          replacing<Services>(real, {
            [method]: async (...args: never[]) => {
              if (failing) throw new Unavailable('Cloud Run answered 503');
              return (real[method] as (...a: never[]) => Promise<unknown>)(...args);
            },
          }),
      });
      failing = true;
      const share = stage.traffic;
      await stage.run(20);
      if (method !== 'glance') {
        expect(stage.traffic).toBe(share);
        expect(stage.status.conditions).toContainEqual(
          expect.objectContaining({ type: 'Reconciling', reason: 'Unavailable', message: 'Cloud Run answered 503' }),
        );
      }
      failing = false;
      await stage.until((status) => status.stable?.revision === candidate, 80);
    },
  );

  test('one policy that cannot be looked at does not stop another', async () => {
    const stage = new Stage({
      services: (real) =>
        replacing<Services>(real, {
          glance: async (ref) => {
            if (ref.name !== 'api') throw new Unavailable('no');
            return real.glance(ref);
          },
          read: async (ref) => {
            if (ref.name !== 'api') throw new Unavailable('no');
            return real.read(ref);
          },
        }),
    });
    stage.policies.put(
      { namespace: 'default', name: 'broken' },
      {
        service: { project: 'acme', region: 'europe-west1', name: 'broken' },
        objectives: [{ name: 'availability', targetPercent: 99.9 }],
      },
    );
    stage.start();
    stage.policies.annotate({ namespace: 'default', name: 'broken' }, 'note', 'x');
    await stage.until((status) => status.phase === 'Steady', 5);
    const candidate = stage.world.deploy('api', { env: { LAB_ERROR_PERCENT: '50' } });
    await stage.until((status) => status.rejected?.[0]?.revision === candidate, 20);
  });

  test('of two policies for one service the older guards it and the younger says so', async () => {
    const stage = new Stage();
    stage.start();
    await stage.clock.advance(minutes(1));
    const younger = { namespace: 'default', name: 'zweite' };
    stage.policies.put(younger, {
      service: { project: 'acme', region: 'europe-west1', name: 'api' },
      objectives: [{ name: 'availability', targetPercent: 99 }],
    });
    await stage.run(1);
    expect(stage.policies.get(younger)!.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'Conflict' }),
    );
    expect(stage.status.phase).toBe('Steady');
  });
});
