/** Says at the end of a test run what did not run and how to get it: a green run must not look like more than it was. */
import { globSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { realTests } from './real/files.ts';
import { gridTests, leftOut } from './whole.ts';

export default class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]).map(describe);
    const all = [...skipped, ...(process.env.STEADYRUN_REAL === '1' ? [] : elsewhere())];
    if (all.length > 0) console.error(`\nNOT RUN HERE (${all.length}):\n${all.map((line) => `  ${line}\n`).join('')}`);
  }
}

/** What `npm run test:real` is for. */
function elsewhere(): string[] {
  const rows = leftOut.length === 0 ? [] : gridTests.map((file) => `${file}, all rows of its grids`);
  return [...globSync(realTests), ...leftOut, ...rows].map((what) => `${what}: npm run test:real`);
}

function describe(test: TestCase): string {
  const result = test.result();
  return `${test.fullName}: ${('note' in result && result.note) || 'skipped in its file'}`;
}
