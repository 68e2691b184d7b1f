/** The order of the test files: those that take long begin first, so that no core is idle while the last of them ends. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The longest first. The end-to-end tests mostly wait for the lab's clock: two of them beside what calculates, never three.
 * All others take a few seconds at most, and their order does not matter.
 */
const long = [
  'test/e2e/told.test.ts',
  'test/e2e/two-processes.test.ts',
  'test/commands/stop.test.ts',
  'test/commands/status.test.ts',
  'test/e2e/tuning.test.ts',
  'test/bench/decisions.test.ts',
  'test/e2e/missing-parts.test.ts',
  'test/e2e/own-queries.test.ts',
  'test/commands/run.test.ts',
  'test/status/recall.test.ts',
  'test/commands/cluster.test.ts',
  'test/bench/pass.test.ts',
  'test/commands/rehearse.test.ts',
  'test/commands/told.test.ts',
  'test/decide/burning.test.ts',
  'test/scenarios/tuning-revisions.test.ts',
  'test/scenarios/unmeasurable.test.ts',
  'test/scenarios/crash.test.ts',
  'test/scenarios/told-once.test.ts',
  'test/scenarios/gaps.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.indexOf(relative(this.ctx.config.root, moduleId));
      return at === -1 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
