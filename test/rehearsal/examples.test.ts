/** The scenarios that teach do what their first lines say. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { runsOf } from '../../src/rehearsal/job.ts';
import { summarize } from '../../src/rehearsal/summary.ts';
import { scenarioFrom } from '../../src/scenario/read.ts';

const folder = 'deploy/examples/scenarios';
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const [placed] = checkPolicies(readFileSync('deploy/examples/own-queries.yaml', 'utf8')).policies;

const summary = (file: string) => {
  const scenario = scenarioFrom(readFileSync(`${folder}/${file}`, 'utf8'), file);
  const job = { policy: placed!.policy, scenario, rule: 'steadyrun', ruleOptions: {}, seed: 3, runs: 12 };
  return summarize(job, runsOf(job, 0, job.runs));
};

test('there are a dozen, named like their files', () => {
  expect(files.length).toBeGreaterThanOrEqual(12);
  for (const file of files) {
    expect(scenarioFrom(readFileSync(`${folder}/${file}`, 'utf8'), file).name).toBe(file.replace('.yaml', ''));
  }
});

test('the example on the page of their fields is one of them, word for word', () => {
  const page = readFileSync('src/scenario/README.md', 'utf8');
  const shown = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
  expect(shown.length).toBeGreaterThan(0);
  const bare = (text: string) => text.replace(/(?<=\{) | (?=\})/g, '');
  const written = files.map((file) => bare(readFileSync(`${folder}/${file}`, 'utf8')));
  for (const text of shown) expect(written).toContain(bare(text));
});

describe.each(files)('%s', (file) => {
  test('the good are promoted, the bad are rolled back', () => {
    const { truth, runs, promoted, rolledBack } = summary(file);
    expect(rolledBack).toBe(truth === 'Good' ? 0 : runs);
    // A few may have a control at the horizon: a burst after promotion asks whether the revision is to blame.
    expect(promoted).toBeGreaterThanOrEqual(truth === 'Good' ? runs - 2 : 0);
  });
});

test.each([
  ['slower.yaml', 'LatencyRegression'],
  ['dropped-connections.yaml', 'EventRateRegression'],
  ['small-regression.yaml', 'ErrorRateRegression'],
  ['total-failure.yaml', 'TotalFailure'],
])('%s is rolled back for %s', (file, reason) => {
  expect(summary(file).reasons).toEqual({ [reason]: 12 });
});
