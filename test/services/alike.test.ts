/** Beyond the suite: both ways to the port see one world alike, and HTTP can end as nothing in process does. */
import { afterEach, describe, expect, test } from 'vitest';
import { type Faults, nextRequests } from '../../src/lab/adminapi/faults.ts';
import type { World } from '../../src/lab/world.ts';
import { OutcomeUnknown, Unavailable } from '../../src/ports/errors.ts';
import { OLD, worldOf } from '../lab/worlds.ts';
import type { Place } from './contract/contract.ts';
import {
  allTo,
  REF,
  STRANGER,
  seenBy,
  settle,
  shapeOf,
  share,
  traffic,
  twoRevisions,
  untouched,
} from './contract/words.ts';
import { inProcess, overTheDoor } from './places.ts';

let place: Place;
afterEach(() => place.close());

describe('both see one world alike', () => {
  const hands: readonly (readonly [string, (world: World) => void])[] = [
    ['a service that follows LATEST', () => undefined],
    ['one whose traffic was taken away by a list of none', (world) => world.setTraffic('api', [])],
    ['a deploy that has just begun', (world) => world.deploy('api')],
    [
      'a deploy that has failed',
      (world) => {
        world.deploy('api', { env: { LAB_START_FAILS: '1' } });
        settle(world);
      },
    ],
    [
      'traffic on a revision that has failed',
      (world) => {
        const broken = world.deploy('api', { env: { LAB_START_FAILS: '1' } });
        settle(world);
        world.setTraffic('api', [share(broken, 100)]);
        settle(world);
      },
    ],
    [
      'a split with tags',
      (world) => {
        const fresh = world.deploy('api');
        world.setTraffic('api', [
          { revision: OLD, percent: 99, tag: 'good' },
          { revision: fresh, percent: 1 },
          { revision: null, percent: 0, tag: 'next' },
        ]);
      },
    ],
    [
      'a part that follows LATEST',
      (world) => world.setTraffic('api', [share(OLD, 40), { revision: null, percent: 60 }]),
    ],
    ['a service that is gone', (world) => world.removeService(REF)],
  ];
  test.each(hands)('%s', async (_, change) => {
    const world = worldOf();
    change(world);
    place = await overTheDoor(world);
    const { services: near } = await inProcess(world);
    expect(await place.services.read(REF)).toEqual(await near.read(REF));
    expect(await place.services.glance(REF)).toEqual(await near.glance(REF));
    const names = [...(world.find(REF)?.revisions.keys() ?? []), STRANGER];
    for (const name of names) {
      expect(await place.services.revision(REF, name)).toEqual(await near.revision(REF, name));
    }
  });

  test('what either writes: the same traffic, the same lock, the same record but for the body', async () => {
    const outcomes = [];
    for (const open of [inProcess, overTheDoor] as const) {
      const { world, fresh } = twoRevisions();
      place = await open(world);
      const seen = await seenBy(place.services);
      await place.services.write(REF, traffic([share(fresh, 5), share(OLD, 95)]), seen);
      const { body: _, ...record } = world.truth('api').writes.at(-1)!;
      outcomes.push({ service: await seenBy(place.services), spec: world.service('api').spec, record });
      await place.close();
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });
});

describe('over HTTP a write may also come to', () => {
  const change = async (faults: Faults) => {
    const { world, fresh } = twoRevisions();
    place = await overTheDoor(world, (request) => (request.method === 'PATCH' ? faults(request) : undefined));
    await place.services.glance(REF);
    const [seen, before] = [await seenBy(place.services), untouched(world)];
    const error = await place.services.write(REF, allTo(fresh), seen).catch((thrown: unknown) => thrown);
    return { error, fresh, world, before, after: shapeOf((await place.services.glance(REF))!).shares };
  };

  test('an outcome that is not known, where the answer was lost although it was obeyed; the next glance shows it', async () => {
    const { error, after, fresh } = await change(nextRequests(1, { kind: 'Reset', applied: true }));
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(after).toEqual([share(fresh, 100)]);
  });

  test.each([
    ['503', { kind: 'Answer', code: 503, status: 'UNAVAILABLE' }],
    ['a page of something between', { kind: 'Page', code: 502 }],
    ['nothing', { kind: 'Reset' }],
  ] as const)('an outcome that is not known, where it was not obeyed and answered with %s', async (_, fault) => {
    const { error, after, world, before } = await change(nextRequests(1, fault));
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(after).toEqual([share(OLD, 100)]);
    expect(untouched(world)).toEqual(before);
  });

  test('that it was not done for now, where the quota is used up', async () => {
    const { error, after, world, before } = await change(
      nextRequests(1, { kind: 'Answer', code: 429, status: 'RESOURCE_EXHAUSTED' }),
    );
    expect(error).toBeInstanceOf(Unavailable);
    expect(after).toEqual([share(OLD, 100)]);
    expect(untouched(world)).toEqual(before);
  });
});
