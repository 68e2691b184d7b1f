/** What `check` warns of, over a grid of settings. */
import { describe, expect, test } from 'vitest';
import { foreseen } from '../../src/decide/foreseen.ts';
import { pathText } from '../../src/policy/problems.ts';
import { availability, latency, validPolicy } from '../policy/valid.ts';

const query = 'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))';
const fromApp = { ...availability, indicator: { ratio: { query } } };
const warnings = (rollout: object, objectives: readonly object[] = [availability, latency]) =>
  foreseen(validPolicy(objectives, { rollout })).map(
    ({ path, message, hint }) => `${pathText(path)}: ${message} (${hint})`,
  );

describe('nothing is foreseen', () => {
  test.each(['Fast', 'Balanced', 'Careful'])('of the defaults with %s', (profile) => {
    expect(warnings({ profile })).toEqual([]);
  });

  test('of a ladder that is no steeper than the one that is derived', () => {
    expect(warnings({ stepsPercent: [5, 20, 50] })).toEqual([]);
  });
});

const tight = { ...availability, targetPercent: 99.99 };
test.each<[what: string, rollout: object, objectives: readonly object[], text: string]>([
  [
    'a bake that ends before a certificate',
    { profile: 'Fast', maxBake: '5m', onInconclusive: 'Rollback' },
    [availability],
    "spec.rollout.maxBake: with Cloud Run's own metrics a certificate takes at least 9 min from the end of the warm-up, however much traffic comes: after 5 min every revision is rolled back, however good it is. (write 9m or more)",
  ],
  [
    'a bake that only much traffic can end',
    { maxBake: '5m', onInconclusive: 'Rollback' },
    [availability],
    'spec.rollout.maxBake: below 4.5 requests a second 5 min are too short to prove the tightest objective, without a single bad request: every revision is rolled back, however good it is. (write more, or leave it where the traffic is larger)',
  ],
  [
    'a target that only much traffic can prove',
    { maxBake: '30m' },
    [tight],
    'spec.rollout.maxBake: below 14 requests a second 30 min are too short to prove the tightest objective, without a single bad request: every revision is promoted after 30 requests, unproven. (write more, or leave it where the traffic is larger)',
  ],
  [
    'a target that no traffic can prove',
    {},
    [{ ...availability, targetPercent: 99.9999999 }],
    "spec.objectives: what the tightest objective allows is so little that the ramp never comes to 45 % with Cloud Run's own metrics: after 45 min every revision is promoted after 30 requests, unproven. (lower its targetPercent, or write stepsPercent)",
  ],
  [
    'a ladder that leaps',
    { stepsPercent: [10] },
    [fromApp],
    'spec.rollout.stepsPercent: it leaps: 22 %, 50 % are added, so that no step is more than fourfold and half of the traffic comes before most of it. (write [10, 22, 50])',
  ],
  [
    'a first rung that costs much',
    { stepsPercent: [25, 50] },
    [availability],
    "spec.rollout.stepsPercent[0]: a revision that fails completely at 25 % has spent 2.7 % of the month's error budget before it can be seen with Cloud Run's own metrics. (begin with 1, or remove stepsPercent)",
  ],
  [
    'a warm-up that outlasts the soak',
    { warmup: '15m' },
    [availability, latency],
    'spec.rollout.warmup: latency is not judged for 15 min, which is as long as the soak of 15 min or longer: a revision that is slower for good is seen only after that, and no rollout is proven before. (write less: a new instance that is slow for longer than its warm-up is waited for)',
  ],
  [
    'a warm-up that outlasts the bake',
    { warmup: '10m', maxBake: '5m' },
    [{ ...latency, indicator: { latency: { percentile: 95, threshold: '300ms' } } }],
    'spec.rollout.warmup: latency is not judged for 10 min, which is as long as the 5 min of maxBake or longer: a revision that is slower for good is seen only after that, and no rollout is proven before. (write less: a new instance that is slow for longer than its warm-up is waited for)',
  ],
  [
    'no guard',
    { guardWindow: '0s' },
    [availability],
    'spec.rollout.guardWindow: a fault that shows only after the promotion is never seen, and nothing goes back. (write 24h, or leave it where something else watches the service)',
  ],
  [
    'a guard that ends before it can see',
    { guardWindow: '5m' },
    [availability],
    "spec.rollout.guardWindow: a fault after the promotion takes at least 10 min to be seen and convicted with Cloud Run's own metrics: within 5 min it is not. (write 24h, or leave it where something else watches the service)",
  ],
  [
    'nothing that gates',
    { onInconclusive: 'Hold' },
    [{ ...availability, gate: false }],
    'spec.objectives: no objective gates, so nothing is ever proven or convicted: after 60 min every revision waits for a person. (remove gate: false from at least one of them)',
  ],
])('%s', (_, rollout, objectives, text) => {
  expect(warnings(rollout, objectives)).toEqual([text]);
});

const grid = ['Fast', 'Balanced', 'Careful'].flatMap((profile) =>
  ['5m', '45m', '24h'].flatMap((maxBake) =>
    ['0s', '60s', '15m'].flatMap((warmup) =>
      ['0s', '1m', '24h'].flatMap((guardWindow) =>
        [[1], [99], [5, 20, 50], undefined].flatMap((stepsPercent) =>
          ['Promote', 'Hold', 'Rollback'].map((onInconclusive) => ({
            ...{ profile, maxBake, warmup, guardWindow, onInconclusive },
            ...(stepsPercent && { stepsPercent }),
          })),
        ),
      ),
    ),
  ),
);

test('whatever is written is said about what is written, each once and in whole sentences', () => {
  const objectives = [1.5, 50, 90, 99.99, 99.999999].flatMap((targetPercent) =>
    [true, false].map((gate) => [
      { ...availability, targetPercent, gate },
      { ...latency, gate },
    ]),
  );
  for (const rollout of grid) {
    for (const some of objectives) {
      const told = foreseen(validPolicy(some, { rollout }));
      expect(new Set(told.map(({ message }) => message)).size).toBe(told.length);
      for (const { path, message, hint } of told) {
        expect(pathText(path)).toMatch(/^spec\.(objectives|rollout\.[a-zA-Z]+(\[0\])?)$/);
        expect(message).toMatch(/^[^A-Z].*\.$/);
        expect(`${message} ${hint}`).not.toMatch(/NaN|Infinity|undefined|null/);
      }
    }
  }
});
