/** What is not done, and as what it is told: none of it changes anything. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/facts/change.ts';
import type { Service } from '../../../src/facts/service.ts';
import type { World } from '../../../src/lab/world.ts';
import { Conflict, Refused } from '../../../src/ports/errors.ts';
import type { Services } from '../../../src/ports/services.ts';
import { OLD, worldOf } from '../../lab/worlds.ts';
import type { Begin } from './contract.ts';
import { allTo, REF, STRANGER, seenBy, settle, share, traffic, twoRevisions, untouched } from './words.ts';

type Kind = typeof Conflict | typeof Refused;

async function notDone(
  { world, services }: { readonly world: World; readonly services: Services },
  change: Change,
  seen: Service,
  kind: Kind,
): Promise<string> {
  const before = { ...untouched(world), service: await services.read(REF) };
  const error = await services.write(REF, change, seen).then(
    () => new Error('It was done.'),
    (thrown: unknown) => thrown as Error,
  );
  expect(error).toBeInstanceOf(kind);
  expect({ ...untouched(world), service: await services.read(REF) }).toEqual(before);
  expect(await services.glance(REF)).toEqual(before.service);
  return error.message;
}

/** Whether a stale lock is refused at all, nobody outside of Google knows. */
const checked = { manners: { etags: 'Checked' } } as const;

export function refusing(begin: Begin): void {
  describe('as a conflict, which another look may solve,', () => {
    const hands: readonly (readonly [string, (world: World, fresh: string) => void])[] = [
      ['the traffic', (world, fresh) => world.setTraffic('api', [share(fresh, 100)])],
      [
        'the traffic, to what it is to be',
        (world, fresh) => world.setTraffic('api', [share(OLD, 50), share(fresh, 50)]),
      ],
      ['a label', (world) => world.change('api', { labels: { team: 'a' } })],
      ['the template', (world) => world.deploy('api')],
    ];
    test.each(hands)('a write under a stale lock: another hand has changed %s since', async (_, change) => {
      const { world, fresh } = twoRevisions(checked);
      const place = await begin(world);
      const seen = await seenBy(place.services);
      change(world, fresh);
      await notDone(place, traffic([share(OLD, 50), share(fresh, 50)]), seen, Conflict);
    });

    test('a write under the lock that its own last write has used', async () => {
      const { world, fresh } = twoRevisions(checked);
      const place = await begin(world);
      const seen = await seenBy(place.services);
      await place.services.write(REF, allTo(fresh), seen);
      await notDone(place, allTo(OLD), seen, Conflict);
    });

    test('a write to a service that was deleted since', async () => {
      const { world, services } = await begin(worldOf());
      const seen = await seenBy(services);
      world.removeService(REF);
      await expect(services.write(REF, allTo(OLD), seen)).rejects.toThrow(Conflict);
      expect(await services.read(REF)).toBeNull();
    });
  });

  describe('for good, in words,', () => {
    const splits: readonly (readonly [string, (fresh: string) => Change, RegExp])[] = [
      ['a revision that there is not', () => allTo(STRANGER), /api-00099-zzz.*does not exist/],
      ['a part to one that there is not', () => traffic([share(OLD, 90), share(STRANGER, 10)]), /does not exist/],
      ['shares of less than everything', () => allTo90(), /(sum|add up) to 90/],
      ['shares of more than everything', (fresh) => traffic([share(OLD, 60), share(fresh, 60)]), /(sum|add up) to 120/],
      ['nobody, which would be everything to LATEST', () => traffic([]), /(sum|add up) to 0/],
      ['shares of nothing alone', () => traffic([share(OLD, 0)]), /(sum|add up) to 0/],
      ['a share that is no integer', (fresh) => traffic([share(OLD, 99.5), share(fresh, 0.5)]), /whole/],
      ['a share below nothing', (fresh) => traffic([share(OLD, 110), share(fresh, -10)]), /whole.* 0 (to|and) 100/],
      ['a share that is no number', () => traffic([share(OLD, Number.NaN)]), /whole/],
      ['no name', () => traffic([share('', 100)]), /name/],
      ['a full name', () => allTo(`projects/acme/locations/europe-west1/services/api/revisions/${OLD}`), /name/],
      ['one revision twice', () => traffic([share(OLD, 50), share(OLD, 50)]), /twice/],
    ];
    const allTo90 = () => traffic([share(OLD, 90)]);
    test.each(splits)('a write of traffic to %s', async (_, change, says) => {
      const { world, fresh } = twoRevisions();
      const place = await begin(world);
      const message = await notDone(place, change(fresh), await seenBy(place.services), Refused);
      expect(message).toMatch(says);
    });

    test('nobody of a service that has tags: they are no shares', async () => {
      const world = worldOf({ traffic: [share(OLD, 100), { revision: OLD, percent: 0, tag: 'good' }] });
      const place = await begin(world);
      await notDone(place, traffic([]), await seenBy(place.services), Refused);
    });

    test('a revision that was deleted since it was seen', async () => {
      const { world, fresh } = twoRevisions();
      world.setTraffic('api', [share(fresh, 100)]);
      settle(world);
      const place = await begin(world);
      world.deleteRevision('api', OLD);
      const message = await notDone(place, allTo(OLD), await seenBy(place.services), Refused);
      expect(message).toContain('does not exist');
    });

    test('a write without a lock', async () => {
      const place = await begin(worldOf());
      const seen = await seenBy(place.services);
      expect(await notDone(place, allTo(OLD), { ...seen, etag: '' }, Refused)).toMatch(/etag/);
    });
  });
}
