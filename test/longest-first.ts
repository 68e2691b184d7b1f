/** The order of the test files: those that take long begin first, so that no core is idle while the last of them ends. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first. All others take a few seconds at most, and their order does not matter. */
const long = [
  'test/e2e/two-processes.test.ts',
  'test/e2e/own-queries.test.ts',
  'test/commands/status.test.ts',
  'test/commands/run.test.ts',
  'test/bench/decisions.test.ts',
  'test/scenarios/crash.test.ts',
  'test/bench/pass.test.ts',
  'test/backtest/command.test.ts',
  'test/scenarios/gaps.test.ts',
  'test/commands/check.test.ts',
  'test/commands/told.test.ts',
  'test/commands/rehearse.test.ts',
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
