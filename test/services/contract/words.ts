/** The words in which the suite speaks. */
import type { Change } from '../../../src/facts/change.ts';
import type { Service } from '../../../src/facts/service.ts';
import { type Split, type TagTarget, tagsOf } from '../../../src/facts/split.ts';
import type { World, WorldOptions } from '../../../src/lab/world.ts';
import type { Services } from '../../../src/ports/services.ts';
import { API, live, OLD, worldOf } from '../../lab/worlds.ts';

export const REF = { project: API.project, region: API.region, name: API.name };
export const STRANGER = 'api-00099-zzz';

export const traffic = (split: Split): Change => ({ kind: 'Traffic', split });
export const share = (revision: string, percent: number) => ({ revision, percent });
export const allTo = (revision: string): Change => traffic([share(revision, 100)]);

/** How long Cloud Run is at a change, and a revision at its start, at most. */
export const settle = (world: World): void => live(world, 10_000);

/** A service that names its revision, and a newer one that is ready and has no traffic. */
export function twoRevisions(options: Partial<WorldOptions> = {}): { readonly world: World; readonly fresh: string } {
  const world = worldOf({ traffic: [share(OLD, 100)] }, options);
  const fresh = world.deploy('api');
  settle(world);
  return { world, fresh };
}

export async function seenBy(services: Services): Promise<Service> {
  return (await services.read(REF))!;
}

/** Shares and tags, each in an order of its own: theirs says nothing. */
export function shapeOf({ traffic: targets }: Service): { readonly shares: Split; readonly tags: TagTarget[] } {
  const shares = targets.flatMap(({ revision, percent }) =>
    percent > 0 ? [share(revision ?? 'LATEST', percent)] : [],
  );
  const by =
    <T>(key: (one: T) => string) =>
    (a: T, b: T) =>
      key(a) < key(b) ? -1 : 1;
  return {
    shares: shares.toSorted(by(({ revision }) => revision)),
    tags: tagsOf(targets).toSorted(by(({ tag }) => tag)),
  };
}

/** What is not to be touched by a change of traffic, and what tells that nothing was written. */
export function untouched(world: World) {
  const { spec, etag, generation, revisions } = world.service('api');
  const { traffic: _, ...rest } = spec;
  return { rest, etag, generation, revisions: [...revisions.keys()], writes: world.truth('api').writes.length };
}
