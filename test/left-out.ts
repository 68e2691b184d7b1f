/** Says at the end of a test run what did not run and how to get it: a green run must not look like more than it was. */
import { globSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { realTests } from './real/files.ts';

export default class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]).map(describe);
    const real = process.env.STEADYRUN_REAL === '1' ? [] : globSync(realTests);
    const all = [...skipped, ...real.map((file) => `${file}: npm run test:real`)];
    if (all.length > 0) console.error(`\nNOT RUN HERE (${all.length}):\n${all.map((line) => `  ${line}\n`).join('')}`);
  }
}

function describe(test: TestCase): string {
  const result = test.result();
  return `${test.fullName}: ${('note' in result && result.note) || 'skipped in its file'}`;
}
