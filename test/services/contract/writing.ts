/** What a write does, and what it leaves alone. */
import { describe, expect, test } from 'vitest';
import { OLD, worldOf } from '../../lab/worlds.ts';
import type { Begin } from './contract.ts';
import { allTo, REF, seenBy, settle, shapeOf, share, traffic, twoRevisions, untouched } from './words.ts';

export function writing(begin: Begin): void {
  test('a split that the next read and the next glance see, unsettled until the routes have moved', async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    await services.glance(REF);
    const before = await seenBy(services);
    await services.write(REF, traffic([share(OLD, 95), share(fresh, 5)]), before);
    const wanted = { shares: [share(OLD, 95), share(fresh, 5)], tags: [] };
    const glanced = (await services.glance(REF))!;
    const after = await seenBy(services);
    expect(shapeOf(after)).toEqual(wanted);
    expect(after).toMatchObject({
      settled: false,
      lastModifier: expect.stringContaining('steadyrun@'),
      uid: before.uid,
    });
    expect(after.etag).not.toBe(before.etag);
    expect(glanced).toEqual(after);
    expect([...world.service('api').routes.split()]).toEqual([[OLD, 100]]);
    settle(world);
    expect(await seenBy(services)).toEqual({ ...after, settled: true, latestReady: fresh });
    expect(world.service('api').routes.split()).toEqual(
      new Map([
        [OLD, 95],
        [fresh, 5],
      ]),
    );
  });

  test('in one request, of the traffic alone', async () => {
    const { world, fresh } = twoRevisions();
    world.change('api', {
      labels: { team: 'a' },
      annotations: { b: 'c' },
      scaling: { minInstances: 1, maxInstances: 9, manualInstances: null },
    });
    settle(world);
    const { services } = await begin(world);
    const before = untouched(world);
    await services.write(REF, traffic([share(OLD, 50), share(fresh, 50)]), await seenBy(services));
    const after = untouched(world);
    expect(after.rest).toEqual(before.rest);
    expect(after.revisions).toEqual(before.revisions);
    expect([after.generation, after.writes]).toEqual([before.generation + 1, before.writes + 1]);
    expect(world.truth('api').writes.at(-1)).toMatchObject({ by: 'operator', kind: 'traffic' });
  });

  test('named revisions only: what followed LATEST follows nothing any more', async () => {
    const { world, services } = await begin(worldOf());
    await services.write(REF, allTo(OLD), await seenBy(services));
    settle(world);
    world.deploy('api');
    settle(world);
    expect(shapeOf(await seenBy(services))).toEqual({ shares: [share(OLD, 100)], tags: [] });
    expect([...world.service('api').routes.split()]).toEqual([[OLD, 100]]);
  });

  test('with the tags that were seen, of a share, beside it and of LATEST, and no share with them', async () => {
    const { world, fresh } = twoRevisions();
    world.setTraffic('api', [
      { revision: OLD, percent: 100, tag: 'good' },
      { revision: fresh, percent: 0, tag: 'blue' },
      { revision: null, percent: 0, tag: 'next' },
    ]);
    settle(world);
    const { services } = await begin(world);
    await services.write(REF, traffic([share(fresh, 30), share(OLD, 70)]), await seenBy(services));
    expect(shapeOf(await seenBy(services))).toEqual({
      shares: [share(OLD, 70), share(fresh, 30)],
      tags: [
        { revision: fresh, tag: 'blue' },
        { revision: OLD, tag: 'good' },
        { revision: null, tag: 'next' },
      ],
    });
    // A tag that has lost its share is a target of its own.
    const apart = (await seenBy(services)).traffic.filter(({ tag }) => tag !== undefined);
    expect(apart.every(({ percent }) => percent === 0)).toBe(true);
  });

  test('without what has no share: a revision at 0 % is not named', async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    await services.write(REF, traffic([share(OLD, 0), share(fresh, 100)]), await seenBy(services));
    expect((await seenBy(services)).traffic).toEqual([share(fresh, 100)]);
  });

  test('the same whatever the order of its shares', async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    const split = [share(fresh, 5), share(OLD, 95)];
    await services.write(REF, traffic(split), await seenBy(services));
    const one = (await seenBy(services)).traffic;
    await services.write(REF, allTo(OLD), await seenBy(services));
    await services.write(REF, traffic(split.toReversed()), await seenBy(services));
    expect((await seenBy(services)).traffic).toEqual(one);
  });

  test('one after the other, each under the lock that the one before has left', async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    for (const percent of [5, 25, 100]) {
      const split = [share(OLD, 100 - percent), share(fresh, percent)];
      await services.write(REF, traffic(split), await seenBy(services));
    }
    settle(world);
    expect(shapeOf(await seenBy(services)).shares).toEqual([share(fresh, 100)]);
    expect([...world.service('api').routes.split()]).toEqual([[fresh, 100]]);
  });

  test('under a stale lock where Cloud Run ignores it: it is done, and the generation tells that another hand was there', async () => {
    const { world, fresh } = twoRevisions({ manners: { etags: 'Ignored' } });
    const { services } = await begin(world);
    const seen = await seenBy(services);
    world.setTraffic('api', [share(fresh, 100)]);
    await services.write(REF, allTo(OLD), seen);
    const after = await seenBy(services);
    expect(shapeOf(after).shares).toEqual([share(OLD, 100)]);
    expect(after.generation).toBe(seen.generation + 2);
  });

  test('one that raises the generation by one', async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    const seen = await seenBy(services);
    await services.write(REF, allTo(fresh), seen);
    expect((await seenBy(services)).generation).toBe(seen.generation + 1);
  });

  test('while Cloud Run is still at an earlier change: the last one counts', async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    await services.write(REF, allTo(fresh), await seenBy(services));
    await services.write(REF, allTo(OLD), await seenBy(services));
    settle(world);
    expect([...world.service('api').routes.split()]).toEqual([[OLD, 100]]);
    expect((await seenBy(services)).settled).toBe(true);
  });

  describe('traffic to a revision that is not ready, which Cloud Run takes:', () => {
    test('one that starts gets it once it has started', async () => {
      const world = worldOf({ traffic: [share(OLD, 100)] });
      const { services } = await begin(world);
      const starting = world.deploy('api', { env: { LAB_START_SECONDS: '30' } });
      await services.write(REF, allTo(starting), await seenBy(services));
      settle(world);
      expect(await seenBy(services)).toMatchObject({ settled: false, traffic: [share(starting, 100)] });
      expect([...world.service('api').routes.split()]).toEqual([[OLD, 100]]);
      for (let i = 0; i < 3; i++) settle(world);
      expect(await seenBy(services)).toMatchObject({ settled: true, latestReady: starting });
      expect([...world.service('api').routes.split()]).toEqual([[starting, 100]]);
    });

    test('one that cannot start never does, and the old split serves on although another is asked for', async () => {
      const world = worldOf({ traffic: [share(OLD, 100)] });
      const broken = world.deploy('api', { env: { LAB_START_FAILS: '1' } });
      settle(world);
      const { services } = await begin(world);
      await services.write(REF, allTo(broken), await seenBy(services));
      expect((await seenBy(services)).settled).toBe(false);
      settle(world);
      expect(await seenBy(services)).toMatchObject({ settled: true, traffic: [share(broken, 100)], latestReady: OLD });
      expect([...world.service('api').routes.split()]).toEqual([[OLD, 100]]);
    });
  });
}
