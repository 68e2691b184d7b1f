/**
 * The tests of what the operator promises, in the worlds that Cloud Run may turn out to be (see test/lab/manners.ts).
 * `npm test` runs them in the usual world, `npm run test:real` those of other hands in the one that differs most;
 * `npm run test:worlds` runs all in all others.
 */
import { whole } from './whole.ts';

/** Scenes, and what they rest on: nothing but calculation, but for the doors. */
const played = ['test/scenarios/**/*.test.ts', 'test/services/*.test.ts'];
const processes = ['test/e2e/*.test.ts'];

/** Those that are about other hands, lost answers and what is newest: what a world can change. The rest is a minute and more. */
const ofHands =
  'test/scenarios/{beside,late,latest,leaving,newest,overtaken,people,purposes,read-first,safety,undone}.test.ts';

export const worlds = ['Ignored', 'Lags', 'Ignored+Lags'] as const;
export type WorldName = (typeof worlds)[number];

const projectIn = (world: WorldName, name: string, include: readonly string[], exclude: readonly string[]) => ({
  extends: true as const,
  test: {
    name: `${name} ${world}`,
    include: [...include],
    exclude: [...exclude],
    env: { STEADYRUN_LAB_WORLD: world, ...whole },
  },
});

/** Left out are the tests of a file that are `exclude`d. */
export const scenesIn = (world: WorldName, exclude: readonly string[]) => {
  const project = projectIn(world, 'scenes', played, exclude);
  return { ...project, test: { ...project.test, isolate: false } };
};

export const handsIn = (world: WorldName, exclude: readonly string[]) => {
  const project = projectIn(world, 'hands', [ofHands, 'test/services/*.test.ts'], exclude);
  return { ...project, test: { ...project.test, isolate: false } };
};

export const processesIn = (world: WorldName, exclude: readonly string[]) =>
  projectIn(world, 'processes', processes, exclude);
