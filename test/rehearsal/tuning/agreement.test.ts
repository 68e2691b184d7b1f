/** Services by number, as they were found while the law was looked for: what becomes of each, and how. */
import { describe, expect, test } from 'vitest';
import { meanInFlight } from '../../../src/decide/tuning/usage.ts';
import { type ControllerName, controllers, usualTerms } from '../../../src/rehearsal/tuning/controllers/index.ts';
import { randomService } from '../../../src/rehearsal/tuning/generate.ts';
import type { Outcome } from '../../../src/rehearsal/tuning/outcome.ts';
import { ceilingOf } from '../../../src/rehearsal/tuning/service.ts';
import { TuningWorld } from '../../../src/rehearsal/tuning/world.ts';

const played = (number: number, name: ControllerName, days: number, seed = 1): Outcome =>
  new TuningWorld(randomService(number), number * 31 + seed).run(controllers[name](usualTerms), days);

interface Found {
  readonly days: number;
  readonly seed?: number;
  /** Percent of the minutes saturated, untuned and ours, with their bounds. */
  readonly saturated?: readonly [least: number, most: number];
  readonly failed?: readonly [least: number, most: number];
  /** Levers of the revisions, in their order; each once where it is the same again. */
  readonly levers?: readonly string[];
  readonly revisions?: number;
  readonly sameHours?: true;
}

const found: readonly [string, number, Found][] = [
  ['a healthy one is left alone', 8105, { days: 2, revisions: 0, sameHours: true }],
  ['another', 8114, { days: 2, revisions: 0, sameHours: true }],
  ['crowded instances get a lower target', 8110, { days: 3, saturated: [65, 1], levers: ['concurrencyTargetPercent'] }],
  ['even where few minutes are', 8123, { days: 3, saturated: [12, 1], levers: ['concurrencyTargetPercent'] }],
  ['a slow one, too', 8102, { days: 3, saturated: [40, 3], levers: ['concurrencyTargetPercent'] }],
  ['a maximum that is too low for its bursts', 9609, { days: 3, seed: 51, saturated: [15, 1], failed: [7, 0.1] }],
  ['at a ceiling some stay saturated', 8129, { days: 3, saturated: [96, 50], levers: ['cpuTargetPercent'] }],
  ['memory that is too full', 8104, { days: 3, saturated: [99, 3] }],
  ['instances that die are saved', 8133, { days: 3, failed: [70, 0.2] }],
  ['a release that takes more memory', 9712, { days: 3, seed: 61, failed: [30, 1.5] }],
  ['what does not fit under a ceiling is not done', 9535, { days: 3, seed: 41, revisions: 0 }],
  [
    'a maximum that is too low is raised, and that is all',
    8118,
    { days: 3, saturated: [60, 0.01], failed: [40, 0.01], revisions: 0 },
  ],
  // Memory is worth a revision before it is certain that chance alone does not explain how crowded they are.
  [
    'a maximum and memory, then a target',
    9512,
    { days: 2, saturated: [50, 1], levers: ['concurrency', 'concurrencyTargetPercent'], revisions: 2 },
  ],
  ['a target', 9522, { days: 2, seed: 41, levers: ['concurrencyTargetPercent'] }],
];

describe('what becomes of a service', () => {
  test.each(found)('%s: %i', (_, number, { days, seed, saturated, failed, levers, revisions, sameHours }) => {
    const untuned = played(number, 'untuned', days, seed);
    const ours = played(number, 'Auto', days, seed);
    if (saturated !== undefined) {
      expect(untuned.saturatedPercent).toBeGreaterThan(saturated[0]);
      expect(ours.saturatedPercent).toBeLessThan(saturated[1]);
    }
    if (failed !== undefined) {
      expect(untuned.failedPercent).toBeGreaterThan(failed[0]);
      expect(ours.failedPercent).toBeLessThan(failed[1]);
    }
    const sets = ours.deeds.flatMap(({ set }) => (set === undefined ? [] : [set]));
    if (levers !== undefined) expect([...new Set(sets.flatMap((set) => Object.keys(set)))]).toEqual(levers);
    if (revisions !== undefined) expect(sets).toHaveLength(revisions);
    if (sameHours) expect(ours.instanceHours).toBe(untuned.instanceHours);
    holds(number, ours);
  });
});

/** What holds of every service: nothing of a template rises, nothing is cut by more than half, no ceiling is exceeded. */
function holds(number: number, { deeds }: Outcome): void {
  const service = randomService(number);
  let { concurrency, cpuPercent, concurrencyPercent } = service.config;
  for (const { maxInstances = 0, set = {} } of deeds) {
    expect(maxInstances).toBeLessThanOrEqual(Math.min(service.quota, ceilingOf(service)));
    const next = set.concurrency ?? concurrency;
    expect(next).toBeLessThanOrEqual(concurrency);
    expect(next).toBeGreaterThanOrEqual(concurrency / 2);
    expect(set.cpuTargetPercent ?? cpuPercent).toBeLessThanOrEqual(cpuPercent);
    expect(set.concurrencyTargetPercent ?? concurrencyPercent).toBeLessThanOrEqual(concurrencyPercent);
    for (const target of [set.cpuTargetPercent, set.concurrencyTargetPercent]) {
      if (target !== undefined) expect(target).toBeGreaterThanOrEqual(30);
    }
    concurrency = next;
    cpuPercent = set.cpuTargetPercent ?? cpuPercent;
    concurrencyPercent = set.concurrencyTargetPercent ?? concurrencyPercent;
  }
}

test('by the mean in flight instead of the maximum nobody would be helped: 8110', () => {
  const ours = controllers.Auto(usualTerms);
  const { saturatedPercent } = new TuningWorld(randomService(8110), 8110 * 31 + 1).run(
    {
      step: (seen, situation) =>
        ours.step({ ...seen, minute: { ...seen.minute, peakInFlight: meanInFlight(seen) } }, situation),
    },
    1,
  );
  expect(saturatedPercent).toBeGreaterThan(20);
});

describe('a ceiling that is in force already', () => {
  test('is kept: 8100', () => {
    const { deeds, failedPercent } = played(8100, 'Auto', 1);
    expect(randomService(8100).config.maxInstances).toBe(24);
    expect(deeds.filter(({ maxInstances }) => maxInstances !== undefined)).toEqual([]);
    expect(failedPercent).toBeGreaterThan(1);
  });

  test('is set at once where more are allowed than it bears: 8129', () => {
    const [first, ...others] = played(8129, 'ServiceLevel', 1).deeds;
    // In the first minute, before any metric tells of it.
    expect(first).toMatchObject({ second: 59, maxInstances: 28 });
    expect(others).toEqual([]);
  });
});
