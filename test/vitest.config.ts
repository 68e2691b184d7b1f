/**
 * `npm test` runs everything but the tests against real servers; those are run by `npm run test:real`, which brings the
 * servers and sets STEADYRUN_REAL.
 */
import { configDefaults, defineConfig } from 'vitest/config';
import { realTests } from './real/files.ts';

const selection =
  process.env.STEADYRUN_REAL === '1'
    ? { include: realTests, testTimeout: 60_000, hookTimeout: 60_000 }
    : // Many tests start processes, which takes its time on a busy machine.
      { include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...realTests], testTimeout: 20_000 };

export default defineConfig({ test: { ...selection, reporters: ['default', './test/left-out.ts'] } });
