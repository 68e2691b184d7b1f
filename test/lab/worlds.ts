/** Small worlds for tests. */
import type { ServiceSeed } from '../../src/lab/seed.ts';
import { World, type WorldOptions } from '../../src/lab/world.ts';
import { manners } from './manners.ts';

export const START_MS = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const API: ServiceSeed = { project: 'acme', region: 'europe-west1', name: 'api', rps: 100 };
export const OLD = 'api-00001-aaa';

/** One service that never had a past, unless told otherwise. */
export function worldOf(api: Partial<ServiceSeed> = {}, options: Partial<WorldOptions> = {}): World {
  return new World({ seed: 7, startMs: START_MS, historyMs: 0, services: [{ ...API, ...api }], manners, ...options });
}

/** Lives on for so long. */
export const live = (world: World, lengthMs: number): void => world.advanceTo(world.nowMs + lengthMs);

/** Five standard deviations around what a binomial count of this chance should be. */
export function binomialBounds(trials: number, chance: number): readonly [number, number] {
  const width = 5 * Math.sqrt(trials * chance * (1 - chance));
  return [trials * chance - width, trials * chance + width];
}

/** The value that a seen counter has now, summed over the series whose labels match. */
export function latest(world: World, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples(world, name, labels).reduce((sum, series) => sum + (series.at(-1)?.value ?? 0), 0);
}

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** What can be seen of each matching series. */
export function samples(world: World, name: string, labels: Readonly<Record<string, string>> = {}): Sample[][] {
  const selections = world.store.select({
    name,
    matchesName: (other) => other === name,
    matches: (set) => Object.entries(labels).every(([key, value]) => set.get(key) === value),
  });
  const horizonMs = world.store.horizonMs(name);
  return selections.flatMap(({ series }) =>
    series.map((one) =>
      Array.from({ length: one.to - one.from }, (_, i) => ({
        atMs: one.times[one.from + i]!,
        value: one.values[one.from + i]!,
      })).filter((sample) => sample.atMs <= horizonMs),
    ),
  );
}
