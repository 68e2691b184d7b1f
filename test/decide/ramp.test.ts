import { describe, expect, test } from 'vitest';
import { baseline } from '../../src/decide/evidence/baseline.ts';
import { sharesIn } from '../../src/decide/evidence/judge.ts';
import { paceOf } from '../../src/decide/freshness.ts';
import { isDue } from '../../src/decide/questions.ts';
import { firstPercent, nextPercent, startPercent, watchPercent } from '../../src/decide/traffic/rollout/ramp.ts';
import { known } from '../../src/facts/answer.ts';
import { between, namedSplit, same, soleRevision, splitText } from '../../src/facts/split.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { availability, validPolicy } from '../policy/valid.ts';

const policy = (rollout: Record<string, unknown> = {}, targetPercent = 99.9): Policy =>
  validPolicy([{ ...availability, targetPercent }], { rollout });

const prompt = { delayMs: 0, tickMs: 15_000 };

describe('the first requests', () => {
  test.each([
    { rps: 1000, percent: 1 },
    { rps: 100, percent: 1 },
    { rps: 30, percent: 2 },
    { rps: 10, percent: 5 },
    { rps: 1, percent: 11 },
  ])(
    'at $rps requests a second come from $percent %: eight a tick, and no more than the start of the ramp',
    ({ rps, percent }) => {
      expect(firstPercent(policy(), rps, prompt, null)).toBe(percent);
      expect(percent).toBeLessThanOrEqual(startPercent(policy(), rps, prompt, null));
    },
  );

  test('come by the first rung of a ladder, and by the least where no traffic is known', () => {
    expect(firstPercent(policy({ stepsPercent: [7, 30] }), 100, prompt, null)).toBe(7);
    expect(firstPercent(policy(), 0, prompt, null)).toBe(1);
  });
});

describe('a step', () => {
  const at = {
    percent: 3,
    startPercent: 3,
    requestsPerSecond: 100,
    limit: null,
    calmMs: 60_000,
    suspectedBefore: false,
    fixForward: false,
  };
  const bounded = (upperBound: number) =>
    [{ gate: true, upperBound, base: 0.001 }] as unknown as Parameters<typeof nextPercent>[2];

  test.each([
    { what: 'the larger what is not excluded, the smaller', bound: 0.2, change: {}, percent: 10 },
    { what: 'at most five times the share, within the soak', bound: 0.02, change: {}, percent: 15 },
    { what: 'only doubles after suspicion', bound: 0.02, change: { suspectedBefore: true }, percent: 6 },
    {
      what: 'goes beyond the soak when it is over',
      bound: 0.02,
      change: { percent: 15, calmMs: 16 * 60_000 },
      percent: 50,
    },
    { what: 'does not soak when it cures', bound: 0.02, change: { percent: 15, fixForward: true }, percent: 50 },
    { what: 'never shrinks', bound: 1, change: { percent: 9 }, percent: 9 },
  ])('$what', ({ bound, change, percent }) => {
    expect(nextPercent(policy(), { ...at, ...change }, bounded(bound), prompt)).toBe(percent);
  });
});

describe('the shares of a tick', () => {
  const shares = [
    { atMs: 100, percent: 3 },
    { atMs: 200, percent: 15 },
    { atMs: 260, percent: 3 },
  ];

  test.each([
    { fromMs: 110, toMs: 190, expected: null },
    { fromMs: 90, toMs: 110, expected: { least: 0, most: 0.03 } },
    { fromMs: 100, toMs: 150, expected: { least: 0, most: 0.03 } },
    { fromMs: 150, toMs: 210, expected: { least: 0.03, most: 0.15 } },
    { fromMs: 210, toMs: 300, expected: { least: 0.03, most: 0.15 } },
    { fromMs: 50, toMs: 300, expected: { least: 0, most: 0.15 } },
    { fromMs: 300, toMs: 400, expected: null },
  ])('from $fromMs to $toMs are $expected', ({ fromMs, toMs, expected }) => {
    expect(sharesIn(shares, fromMs, toMs)).toEqual(expected);
  });
});

test.each([
  { begun: false, sinceMs: 2_000, due: true },
  { begun: false, sinceMs: 0, due: false },
  { begun: true, sinceMs: 2_000, due: false },
  { begun: true, sinceMs: 12_000, due: true },
])('$sinceMs ms of data are worth a question: $due (begun: $begun)', ({ begun, sinceMs, due }) => {
  expect(isDue({ fromMs: 1_000, begun }, 1_000 + sinceMs, 15_000)).toBe(due);
});

test('the delay is the age of the newest sample less half an interval, on average what it was when it came', () => {
  const at = (ageMs: number, intervalMs: number) =>
    paceOf({
      policy: policy(),
      seen: {
        service: null,
        revisions: {},
        objectives: { availability: { freshness: known({ newestMs: 1e9 - ageMs, intervalMs }) } },
      },
      nowMs: 1e9,
    });
  expect(at(150_000, 60_000)).toEqual({ delayMs: 120_000, tickMs: 60_000 });
  expect(at(3_000, 15_000)).toEqual({ delayMs: 0, tickMs: 15_000 });
});

describe('the start of the ramp', () => {
  test.each([
    { rps: 100, delayMs: 0, tickMs: 15_000, percent: 3 },
    { rps: 10, delayMs: 0, tickMs: 15_000, percent: 5 },
    { rps: 1, delayMs: 0, tickMs: 15_000, percent: 11 },
    { rps: 100, delayMs: 120_000, tickMs: 60_000, percent: 1 },
  ])('is $percent % at $rps requests a second and $delayMs ms of delay', ({ rps, delayMs, tickMs, percent }) => {
    expect(startPercent(policy(), rps, { delayMs, tickMs }, null)).toBe(percent);
  });

  test('is larger where the SLO allows more', () => {
    const pace = { delayMs: 120_000, tickMs: 60_000 };
    expect(startPercent(policy({}, 99), 100, pace, null)).toBeGreaterThan(
      startPercent(policy({}, 99.9), 100, pace, null),
    );
  });

  test('is the first rung of a ladder', () => {
    expect(startPercent(policy({ stepsPercent: [7, 30] }), 100, { delayMs: 0, tickMs: 15_000 }, null)).toBe(7);
  });
});

test.each([
  [0, 90],
  [29_999, 90],
  [30_000, 66],
  [90_000, 50],
])('with metrics %i ms late the watch gives the candidate %i %%', (delayMs, percent) => {
  expect(watchPercent({ delayMs, tickMs: 15_000 }, null)).toBe(percent);
});

describe('habits', () => {
  test('with no history the dispersion is taken to be 1.5 and the SLO is what is allowed', () => {
    expect(baseline([], 0.001, 'Errors')).toMatchObject({
      dispersion: 1.5,
      judgedAgainst: 0.001,
      largestUsualBurst: 0,
    });
  });

  test('independent errors have a dispersion near 1, clustered ones a larger one', () => {
    const steady = Array.from({ length: 1000 }, (_, i) => ({ bad: [0, 1, 1, 2][i % 4]!, total: 6000 }));
    const clustered = Array.from({ length: 1000 }, (_, i) => ({ bad: i % 5 === 0 ? 5 : 0, total: 6000 }));
    expect(baseline(steady, 0.001, 'Errors').dispersion).toBeLessThan(1.1);
    expect(baseline(clustered, 0.001, 'Errors').dispersion).toBeGreaterThan(3);
  });

  test('a service that is already out of its SLO is judged against itself, up to three times the SLO', () => {
    const at = (fraction: number) => Array.from({ length: 100 }, () => ({ bad: fraction * 1000, total: 1000 }));
    expect(baseline(at(0.002), 0.001, 'Errors').judgedAgainst).toBeCloseTo(0.002, 9);
    expect(baseline(at(0.004), 0.001, 'Errors').judgedAgainst).toBeCloseTo(0.003, 9);
  });

  test('minutes of a shared outage are left out', () => {
    const calm = Array.from({ length: 100 }, () => ({ bad: 1, total: 6000 }));
    const outage = Array.from({ length: 10 }, () => ({ bad: 1200, total: 6000 }));
    expect(baseline([...calm, ...outage], 0.001, 'Errors')).toEqual(baseline(calm, 0.001, 'Errors'));
  });

  test('and so is a burst or two, but those that come time and again between quiet ticks say how loud one tick may be', () => {
    const quiet = Array.from({ length: 20 }, () => ({ bad: 1, total: 1500 }));
    const after = (sizes: readonly number[]) =>
      baseline(
        sizes.flatMap((bad) => [...quiet, { bad, total: 1500 }]),
        0.001,
        'Errors',
      );
    expect(after([30, 200])).toMatchObject({ judgedAgainst: after([]).judgedAgainst, largestUsualBurst: 0 });
    expect(after([30, 90, 60, 40]).largestUsualBurst).toBe(90);
    expect(
      baseline([...quiet, ...Array.from({ length: 10 }, () => ({ bad: 300, total: 1500 }))], 0.001, 'Errors')
        .largestUsualBurst,
    ).toBe(0);
  });
});

describe('splits', () => {
  test('are equal whatever their order', () => {
    expect(
      same(between('b', 5, 'a'), [
        { revision: 'b', percent: 5 },
        { revision: 'a', percent: 95 },
      ]),
    ).toBe(true);
    expect(same(between('b', 5, 'a'), between('b', 6, 'a'))).toBe(false);
  });

  test('with everything on one revision name only that one', () => {
    expect(between('b', 100, 'a')).toEqual([{ revision: 'b', percent: 100 }]);
    expect(soleRevision(between('b', 0, 'a'))).toBe('a');
  });

  test('are not named when any traffic follows LATEST, and tags without traffic do not count', () => {
    expect(namedSplit([{ revision: null, percent: 100 }])).toBeNull();
    expect(
      namedSplit([
        { revision: 'a', percent: 100 },
        { revision: null, percent: 0, tag: 'next' },
      ]),
    ).toEqual([{ revision: 'a', percent: 100 }]);
    expect(
      namedSplit([
        { revision: 'a', percent: 60 },
        { revision: 'a', percent: 40 },
      ]),
    ).toEqual([{ revision: 'a', percent: 100 }]);
    expect(namedSplit([])).toBeNull();
  });

  test('read like a sentence', () => {
    expect(splitText(between('b', 5, 'a'))).toBe('a 95 %, b 5 %');
  });
});
