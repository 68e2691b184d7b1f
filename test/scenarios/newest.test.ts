/**
 * A new revision waits without traffic, and meanwhile the service may go on naming the old one as its latest ready revision.
 * Whatever it names: what is ready is found, what is not gets no traffic, and looking costs the same.
 */
import { describe, expect, test } from 'vitest';
import type { Services } from '../../src/ports/services.ts';
import { replacing } from './replacing.ts';
import { adopted, ramping, type StageOptions } from './stage.ts';

const manners = ['Follows', 'Lags'] as const;
type Manner = (typeof manners)[number];

const inWorld = (latestReady: Manner): StageOptions => ({ world: { manners: { latestReady } } });

/** Counts the questions to Cloud Run; looks are told by what they begin with. */
async function counted(latestReady: Manner) {
  const calls: Record<string, number> = {};
  const count = (name: string) => {
    calls[name] = (calls[name] ?? 0) + 1;
  };
  const services = (real: Services): Services =>
    replacing(real, {
      async glance(ref) {
        count('glance');
        return real.glance(ref);
      },
      async read(ref) {
        count('read');
        return real.read(ref);
      },
      async revision(ref, name) {
        count('revision');
        return real.revision(ref, name);
      },
    });
  const played = await adopted({ ...inWorld(latestReady), services });
  const during = async (minutes: number) => {
    for (const name of Object.keys(calls)) delete calls[name];
    await played.stage.run(minutes);
    return { ...calls };
  };
  return { ...played, during };
}

describe.each(manners)('where latestReady %s', (latestReady) => {
  test('a revision that is ready at 0 % has its first share within a minute', async () => {
    const { stage, stable } = await adopted(inWorld(latestReady));
    const candidate = stage.world.deploy('api');
    expect(await stage.until(({ rollout }) => rollout?.candidate === candidate, 1.5)).toBeLessThanOrEqual(1);
    expect(stage.traffic).toContain(`${stable}=`);
  });

  test('one that cannot start gets nothing, is told of, and the next that can is rolled out', async () => {
    const { stage, stable } = await adopted(inWorld(latestReady));
    const broken = stage.world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    await stage.until(({ decision }) => decision?.reason === 'RevisionNotReady', 2);
    await stage.run(10);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.decision?.message).toContain(broken);
    const mended = stage.world.deploy('api');
    await stage.until(({ rollout }) => rollout?.candidate === mended, 2);
    expect(stage.splits.join(' ')).not.toContain(broken);
  });

  test('one that takes its time starts once it is ready, and not before', async () => {
    const { stage, stable } = await adopted(inWorld(latestReady));
    const slow = stage.world.deploy('api', { env: { LAB_START_SECONDS: '150' } });
    await stage.run(2);
    expect(stage.traffic).toBe(`${stable}=100`);
    await stage.until(({ rollout }) => rollout?.candidate === slow, 2);
  });

  test('a running candidate is superseded by a newer one that is ready, and goes on beside one that is not', async () => {
    const { stage, candidate } = await ramping(inWorld(latestReady));
    const broken = stage.world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    await stage.run(3);
    expect(stage.status.rollout?.candidate).toBe(candidate);
    expect(stage.traffic).not.toContain(broken);
    const newer = stage.world.deploy('api');
    await stage.until(({ rollout }) => rollout?.candidate === newer, 3);
    expect(stage.reasons().concat(stage.status.decision?.reason ?? '')).not.toContain('RolledBack');
  });

  test('one that is aborted before it got any traffic is rejected, said to be, and can be tried again', async () => {
    const { stage, stable } = await adopted(inWorld(latestReady));
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
    const candidate = stage.world.deploy('api');
    await stage.until(({ hold }) => hold?.reason === 'ManualScaling', 3);
    stage.annotate('abort', candidate);
    await stage.until(({ rejected }) => rejected?.[0]?.revision === candidate, 2);
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: null } });
    await stage.run(3);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.status.decision?.message).toContain(`${candidate} is rejected (Aborted)`);
    stage.annotate('retry', candidate);
    await stage.until(({ rollout }) => rollout?.candidate === candidate, 3);
  });

  test('one that a person passes by for an older one is not tried', async () => {
    const { stage } = await ramping(inWorld(latestReady));
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
    await stage.run(1);
    const [older, passed] = [stage.world.deploy('api'), stage.world.deploy('api')];
    await stage.run(2);
    stage.world.setTraffic('api', [{ revision: older, percent: 100 }]);
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: null } });
    await stage.run(5);
    expect(stage.status.rejected).toContainEqual(
      expect.objectContaining({ revision: passed, reason: 'LeftBehindByHand' }),
    );
    expect(stage.traffic).toBe(`${older}=100`);
  });

  test('a person who sets LATEST gets what LATEST means, pinned', async () => {
    const { stage, stable } = await adopted(inWorld(latestReady));
    stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
    const waiting = stage.world.deploy('api');
    await stage.until(({ hold }) => hold?.reason === 'ManualScaling', 3);
    expect(stage.traffic).toBe(`${stable}=100`);
    stage.world.setTraffic('api', [{ revision: null, percent: 100 }]);
    await stage.until(({ stable: now }) => now?.revision === waiting, 2);
    expect(stage.traffic).toBe(`${waiting}=100`);
  });
});

describe('looking costs the same whatever the service names as ready:', () => {
  const states: readonly (readonly [string, Record<string, string> | null, number])[] = [
    ['nothing new', null, 60],
    ['the newest revision failed', { LAB_START_FAILS: '1' }, 60],
    ['the newest revision starts', { LAB_START_SECONDS: '240' }, 2],
  ];
  test.each(states)('%s', async (_, env, minutes) => {
    const costs = [];
    for (const manner of manners) {
      const { stage, during } = await counted(manner);
      if (env !== null) stage.world.deploy('api', { env });
      await stage.run(1);
      costs.push(await during(minutes));
    }
    // A look every half minute; what is not ready is asked for again together with the stable revision.
    expect(costs).toEqual([costs[0], costs[0]]);
    const looks = 2 * minutes;
    expect(costs[0]).toEqual(env === null ? { glance: looks } : { glance: looks, revision: 2 * looks });
  });

  test('the newest revision was aborted without traffic', async () => {
    const costs = [];
    for (const manner of manners) {
      const { stage, during } = await counted(manner);
      stage.world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 1 } });
      const candidate = stage.world.deploy('api');
      await stage.until(({ hold }) => hold?.reason === 'ManualScaling', 3);
      stage.annotate('abort', candidate);
      await stage.run(5);
      costs.push(await during(60));
    }
    expect(costs).toEqual([{ glance: 120 }, { glance: 120 }]);
  });
});
