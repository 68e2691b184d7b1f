/**
 * What is left of the longest tests for `npm run test:real`, so that `npm test` takes minutes: of the biggest grids all rows
 * but a few, and the files that play days, in real time, or measure. Both are run before a change lands.
 */

/** Which rows `npm test` plays is fixed: what is red is red again. */
export const isWhole = process.env.STEADYRUN_WHOLE === '1';

/** For whoever plays all rows, and all files. */
export const whole = { STEADYRUN_WHOLE: '1' } as const;

/** Of the rows of a grid one in so many, beginning with the first or another one; all of them where the whole is wanted. */
export const oneIn = <T>(count: number, rows: readonly T[], first = 0): readonly T[] =>
  isWhole ? rows : rows.filter((_, i) => i % count === first % count);

/** Of these `npm test` plays a part: those that ask `oneIn` or `isWhole`. */
export const gridTests = [
  'test/cloudrun/tuned.test.ts',
  'test/commands/check.test.ts',
  'test/commands/in-process.test.ts',
  'test/commands/rehearse.test.ts',
  'test/commands/run.test.ts',
  'test/commands/status.test.ts',
  'test/commands/stop.test.ts',
  'test/decide/properties.test.ts',
  'test/decide/recurring.test.ts',
  'test/decide/validity.test.ts',
  'test/import/fuzz.test.ts',
  'test/policy/agreement.test.ts',
  'test/policy/together.test.ts',
  'test/prometheus/budget.test.ts',
  'test/prometheus/changes.test.ts',
  'test/prometheus/counting.test.ts',
  'test/prometheus/restarts.test.ts',
  'test/prometheus/saturation.test.ts',
  'test/prometheus/together.test.ts',
  'test/promql/properties.test.ts',
  'test/rehearsal/settings.test.ts',
  'test/scenarios/answers.test.ts',
  'test/scenarios/crash.test.ts',
  'test/scenarios/fullness.test.ts',
  'test/scenarios/interlocks.test.ts',
  'test/scenarios/latest.test.ts',
  'test/scenarios/safety.test.ts',
  'test/scenarios/unmeasurable.test.ts',
  'test/scenarios/verdicts.test.ts',
  'test/status/properties.test.ts',
  'test/status/recall.test.ts',
];

/** These it leaves out. */
export const slowTests = [
  'test/bench/decisions.test.ts',
  'test/bench/pass.test.ts',
  'test/bench/placebo.test.ts',
  'test/bench/queries.test.ts',
  'test/bench/tuning.test.ts',
  'test/commands/cluster.test.ts',
  'test/commands/generated.test.ts',
  'test/commands/mistakes/mistakes.test.ts',
  'test/commands/mistakes/operating.test.ts',
  'test/commands/rehearse-tuning.test.ts',
  'test/commands/told.test.ts',
  'test/decide/burning.test.ts',
  'test/deploy/bundle.test.ts',
  'test/e2e/catalogue.test.ts',
  'test/e2e/kept-rules.test.ts',
  'test/e2e/lab-session.test.ts',
  'test/e2e/missing-parts.test.ts',
  'test/e2e/own-queries.test.ts',
  'test/e2e/told.test.ts',
  'test/e2e/tour.test.ts',
  'test/e2e/tuning.test.ts',
  'test/e2e/two-processes.test.ts',
  'test/generate/grafana.test.ts',
  'test/generate/in-the-lab.test.ts',
  'test/generate/queries.test.ts',
  'test/import/silent.test.ts',
  'test/lab/apiserver-kubectl.test.ts',
  'test/lab/gcloud.test.ts',
  'test/rehearsal/examples.test.ts',
  'test/rehearsal/first-step.test.ts',
  'test/rehearsal/tuning/agreement.test.ts',
  'test/scenario/noise.test.ts',
  'test/scenarios/beside.test.ts',
  'test/scenarios/budget.test.ts',
  'test/scenarios/catalogue.test.ts',
  'test/scenarios/ceilings.test.ts',
  'test/scenarios/gaps.test.ts',
  'test/scenarios/kept-rules.test.ts',
  'test/scenarios/own-queries.test.ts',
  'test/scenarios/purposes.test.ts',
  'test/scenarios/told-once.test.ts',
  'test/scenarios/tuning-corners.test.ts',
  'test/scenarios/tuning-revisions.test.ts',
  'test/scenarios/vanishing.test.ts',
];

/** As `npm run test:real` runs them; left out are the tests of a file that are `exclude`d. */
export const wholeProject = (exclude: readonly string[]) => ({
  extends: true as const,
  test: { name: 'whole', include: [...gridTests, ...slowTests], exclude: [...exclude], env: whole },
});

export const leftOut = isWhole ? [] : slowTests;
