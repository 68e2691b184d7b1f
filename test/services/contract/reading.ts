/** What a read, a glance and a look at a revision say. */
import { expect, test } from 'vitest';
import type { Services } from '../../../src/ports/services.ts';
import { live, OLD, worldOf } from '../../lab/worlds.ts';
import type { Begin } from './contract.ts';
import { REF, STRANGER, settle, shapeOf, share, twoRevisions } from './words.ts';

/** So old a glance may be. */
const freshMs = 30_000;

export function reading(begin: Begin): void {
  test('a service as it is: its lock, its traffic, its newest revisions, its scaling, who changed it last', async () => {
    const { world, services } = await begin(worldOf());
    const { uid, etag, generation } = world.service('api');
    expect(await services.read(REF)).toEqual({
      ref: REF,
      uid,
      etag,
      generation,
      settled: true,
      traffic: [{ revision: null, percent: 100 }],
      latestCreated: OLD,
      latestReady: OLD,
      latestServes: OLD,
      scaling: { mode: 'Automatic', maxInstances: null },
      lastModifier: 'founder@example.com',
    });
  });

  test('shares, tags on a share, beside it and on LATEST', async () => {
    const { world, fresh } = twoRevisions();
    world.setTraffic('api', [
      { revision: OLD, percent: 60, tag: 'good' },
      { revision: fresh, percent: 40 },
      { revision: fresh, percent: 0, tag: 'blue' },
      { revision: null, percent: 0, tag: 'next' },
    ]);
    const { services } = await begin(world);
    expect((await services.read(REF))!.traffic).toEqual([
      { revision: OLD, percent: 60, tag: 'good' },
      { revision: fresh, percent: 40 },
      { revision: fresh, percent: 0, tag: 'blue' },
      { revision: null, percent: 0, tag: 'next' },
    ]);
  });

  test('the same at a glance, of each service of a region', async () => {
    const names = ['a', 'b', 'c'];
    const world = worldOf({}, { services: names.map((name) => ({ project: 'acme', region: 'r', name, rps: 1 })) });
    world.setTraffic('b', [{ revision: 'b-00001-aaa', percent: 100, tag: 'good' }]);
    world.deploy('c', { env: { LAB_START_FAILS: '1' } });
    settle(world);
    const { services } = await begin(world);
    for (const name of names) {
      const ref = { project: 'acme', region: 'r', name };
      const glanced = await services.glance(ref);
      expect(glanced).toEqual(await services.read(ref));
      expect(glanced).toMatchObject({ ref, uid: world.service(name).uid });
    }
  });

  test('what does not exist as null: no such service, region, project or revision', async () => {
    const { services } = await begin(worldOf());
    const elsewhere = [
      { ...REF, name: 'apix' },
      { ...REF, region: 'us-east1' },
      { ...REF, project: 'other' },
    ];
    for (const ref of elsewhere) {
      expect(await services.read(ref)).toBeNull();
      expect(await services.glance(ref)).toBeNull();
      expect(await services.revision(ref, OLD)).toBeNull();
    }
    expect(await services.revision(REF, STRANGER)).toBeNull();
  });

  test('a deleted service as null, at once; at a glance within half a minute', async () => {
    const { world, services } = await begin(worldOf());
    await services.glance(REF);
    world.removeService(REF);
    live(world, freshMs);
    expect(await services.glance(REF)).toBeNull();
    expect(await services.read(REF)).toBeNull();
  });

  test("another hand's change at once; at a glance within half a minute, and at once after a read", async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    const glanced = async (by: Services) => shapeOf((await by.glance(REF))!).shares;
    await services.glance(REF);
    world.setTraffic('api', [share(fresh, 100)]);
    live(world, freshMs);
    expect(await glanced(services)).toEqual([share(fresh, 100)]);
    world.setTraffic('api', [share(OLD, 50), share(fresh, 50)]);
    expect(shapeOf((await services.read(REF))!).shares).toEqual([share(OLD, 50), share(fresh, 50)]);
    expect(await glanced(services)).toEqual([share(OLD, 50), share(fresh, 50)]);
    expect((await services.read(REF))!.lastModifier).toBe('person@example.com');
  });

  test('automatic scaling with its most instances, and manual scaling with its number', async () => {
    const { world, services } = await begin(worldOf());
    world.change('api', { scaling: { minInstances: 1, maxInstances: 7, manualInstances: null } });
    expect((await services.read(REF))!.scaling).toEqual({ mode: 'Automatic', maxInstances: 7 });
    world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 3 } });
    expect((await services.read(REF))!.scaling).toEqual({ mode: 'Manual', instances: 3 });
    world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 0 } });
    expect((await services.read(REF))!.scaling).toEqual({ mode: 'Manual', instances: 0 });
  });

  test('a revision: when it was made, and that it is ready', async () => {
    const { world, services } = await begin(worldOf());
    const fresh = world.deploy('api');
    const createdAtMs = world.nowMs;
    settle(world);
    expect(await services.revision(REF, fresh)).toMatchObject({ name: fresh, createdAtMs, ready: 'True', message: '' });
  });

  test('a revision that starts, and one that cannot, in the words of Cloud Run', async () => {
    const { world, services } = await begin(worldOf());
    const broken = world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    expect(await services.revision(REF, broken)).toMatchObject({ ready: 'Unknown', message: 'Deploying Revision.' });
    expect(await services.read(REF)).toMatchObject({ settled: false, latestCreated: broken, latestReady: OLD });
    settle(world);
    expect(await services.revision(REF, broken)).toMatchObject({
      ready: 'False',
      message: expect.stringContaining('failed to start'),
    });
    // Cloud Run has finished, though badly: the service goes on as before.
    expect(await services.read(REF)).toMatchObject({ settled: true, latestCreated: broken, latestReady: OLD });
  });

  test('a deploy after one that failed', async () => {
    const { world, services } = await begin(worldOf());
    world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    settle(world);
    const mended = world.deploy('api');
    expect(await services.read(REF)).toMatchObject({ settled: false, latestCreated: mended, latestReady: OLD });
    settle(world);
    expect(await services.read(REF)).toMatchObject({ settled: true, latestCreated: mended, latestReady: mended });
  });

  test.each([
    ['at once', 'Follows'],
    ['once it has traffic', 'Lags'],
  ] as const)(
    'a new revision that is ready without traffic as ready by its own word, by that of its service %s',
    async (_, latestReady) => {
      const { world, fresh } = twoRevisions({ manners: { latestReady } });
      const { services } = await begin(world);
      expect(await services.revision(REF, fresh)).toMatchObject({ ready: 'True' });
      const says = latestReady === 'Follows' ? fresh : OLD;
      expect(await services.read(REF)).toMatchObject({ settled: true, latestCreated: fresh, latestReady: says });
      world.setTraffic('api', [share(OLD, 99), share(fresh, 1)]);
      settle(world);
      expect(await services.read(REF)).toMatchObject({ latestReady: fresh });
      world.setTraffic('api', [share(OLD, 100)]);
      settle(world);
      expect(await services.read(REF)).toMatchObject({ latestReady: fresh });
    },
  );

  test('what LATEST stands for in what serves, not in what was asked for', async () => {
    const { world, fresh } = twoRevisions();
    const { services } = await begin(world);
    expect(await services.read(REF)).toMatchObject({ latestServes: null });
    world.setTraffic('api', [{ revision: null, percent: 100 }]);
    expect(await services.read(REF)).toMatchObject({ latestServes: null });
    settle(world);
    expect(await services.read(REF)).toMatchObject({ latestServes: fresh });
  });

  test('a revision that was deleted as none', async () => {
    const { world, fresh } = twoRevisions();
    world.setTraffic('api', [share(fresh, 100)]);
    settle(world);
    const { services } = await begin(world);
    world.deleteRevision('api', OLD);
    expect(await services.revision(REF, OLD)).toBeNull();
  });
}
