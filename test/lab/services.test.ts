import { beforeEach, describe, expect, test } from 'vitest';
import type { Change } from '../../src/facts/change.ts';
import type { Split } from '../../src/facts/split.ts';
import { LabServices } from '../../src/lab/services.ts';
import type { World } from '../../src/lab/world.ts';
import { Conflict, Refused } from '../../src/ports/errors.ts';
import { API, live, OLD, worldOf } from './worlds.ts';

const REF = { project: API.project, region: API.region, name: API.name };
let world: World;
let services: LabServices;

beforeEach(() => {
  world = worldOf();
  services = new LabServices(world);
});

const traffic = (split: Split): Change => ({ kind: 'Traffic', split });

describe('the simulated services, in process', () => {
  test('tell what there is', async () => {
    expect(await services.read(REF)).toMatchObject({
      ref: REF,
      settled: true,
      traffic: [{ revision: null, percent: 100 }],
      latestCreated: OLD,
      latestReady: OLD,
      scaling: { mode: 'Automatic', maxInstances: null },
    });
    expect(await services.glance(REF)).toEqual(await services.read(REF));
    expect(await services.revision(REF, OLD)).toMatchObject({ name: OLD, ready: 'True', message: '' });
  });

  test('tell what there is not', async () => {
    expect(await services.read({ ...REF, region: 'us-east1' })).toBeNull();
    expect(await services.revision(REF, 'api-00099-zzz')).toBeNull();
  });

  test('tell a revision that starts from one that cannot', async () => {
    const starting = world.deploy('api', { env: { LAB_START_FAILS: '1' } });
    expect(await services.revision(REF, starting)).toMatchObject({ ready: 'Unknown' });
    live(world, 6000);
    expect(await services.revision(REF, starting)).toMatchObject({
      ready: 'False',
      message: expect.stringContaining('failed to start'),
    });
  });

  test('take a new split, with the tags, by the operator', async () => {
    const fresh = world.deploy('api');
    live(world, 10_000);
    const before = (await services.read(REF))!;
    const split = [
      { revision: OLD, percent: 95 },
      { revision: fresh, percent: 5 },
    ];
    const tagged = { ...before, traffic: [...before.traffic, { revision: fresh, percent: 0, tag: 'probe' }] };
    await services.write(REF, traffic(split), tagged);
    const after = (await services.read(REF))!;
    expect(after).toMatchObject({ settled: false, lastModifier: 'operator' });
    expect(after.traffic).toEqual([...split, { revision: fresh, percent: 0, tag: 'probe' }]);
    live(world, 4000);
    expect((await services.read(REF))!.settled).toBe(true);
    expect(world.truth('api').writes.at(-1)).toMatchObject({
      by: 'operator',
      kind: 'traffic',
      body: { traffic: after.traffic },
    });
  });

  test('refuse an etag that is no longer current as a conflict, and change nothing', async () => {
    const before = (await services.read(REF))!;
    world.setTraffic('api', [{ revision: OLD, percent: 100 }]);
    const write = services.write(REF, traffic([{ revision: OLD, percent: 100 }]), before);
    await expect(write).rejects.toThrow(Conflict);
    expect(world.truth('api').writes).toHaveLength(1);
  });

  test('refuse what Cloud Run would refuse', async () => {
    const before = (await services.read(REF))!;
    const toNobody = traffic([{ revision: 'api-00099-zzz', percent: 100 }]);
    await expect(services.write(REF, toNobody, before)).rejects.toThrow(Refused);
    await expect(services.write(REF, traffic([{ revision: OLD, percent: 90 }]), before)).rejects.toThrow('sum to 90');
  });
});
