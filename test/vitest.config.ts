/**
 * `npm test` runs everything but the tests against real servers and what test/whole.ts leaves out; those are run by
 * `npm run test:real`, which brings the servers and sets STEADYRUN_REAL.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.ts';
import { clientName, packed } from './packed.ts';
import { realTests } from './real/files.ts';
import { isWhole, leftOut, wholeProject } from './whole.ts';
import { handsIn } from './worlds.ts';

// Some hundred times a test starts a process: all but the first find their modules compiled.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

const real = process.env.STEADYRUN_REAL === '1';
/** What real servers are asked with is what is installed. */
const client = real ? null : await packed();
if (client) process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, client.option].filter(Boolean).join(' ');

const tests = ['test/**/*.test.ts'];
/** Nothing but calculation: they leave nothing behind in the modules that they load, so that a worker loads those once. */
const pure = [
  'test/{concern,generate,import,keep,policy,promql,rehearsal,scenario,scenarios,services}/**/*.test.ts',
  'test/lab/{past,promql,world}/**/*.test.ts',
  'test/decide/**/!(properties).test.ts',
  'test/prometheus/!(answer|connections|faults|held|http|pace|sign|silence|ways).test.ts',
  'test/report/!(metrics|server).test.ts',
];
const others = [...configDefaults.exclude, ...realTests];
const notHere = [...others, ...leftOut];

const projects = real
  ? [
      { extends: true as const, test: { name: 'real', include: realTests } },
      wholeProject(others),
      handsIn('Ignored+Lags', others),
    ]
  : [
      { extends: true as const, test: { name: 'all', include: tests, exclude: [...notHere, ...pure] } },
      { extends: true as const, test: { name: 'pure', include: pure, exclude: notHere, isolate: false } },
      ...(isWhole ? [handsIn('Ignored+Lags', others)] : []),
    ];

export default defineConfig({
  ...(client && { resolve: { alias: { [clientName]: client.client } } }),
  test: {
    // These only end what hangs: no test may fail because the machine is busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more than there are cores: the end-to-end tests mostly wait for the lab's clock.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects,
    reporters: ['default', './test/left-out.ts'],
  },
});
