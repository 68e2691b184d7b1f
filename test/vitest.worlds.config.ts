/** `npm run test:worlds`: scenes and processes in every world but the usual one. */
import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.ts';
import { realTests } from './real/files.ts';
import { processesIn, scenesIn, worlds } from './worlds.ts';

const others = [...configDefaults.exclude, ...realTests];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects: worlds.flatMap((world) => [scenesIn(world, others), processesIn(world, others)]),
  },
});
