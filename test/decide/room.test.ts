import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fairPercent, instancesText, isShortOfInstances } from '../../src/decide/capacity.ts';
import { type Arms, beginEvidence, judge } from '../../src/decide/evidence/judge.ts';
import {
  certificatePercent,
  firstPercent,
  nextPercent,
  startPercent,
  watchPercent,
} from '../../src/decide/traffic/rollout/ramp.ts';
import { known } from '../../src/facts/answer.ts';
import type { Counts } from '../../src/facts/counts.ts';
import { availability, latency, validPolicy } from '../policy/valid.ts';

const policy = validPolicy([availability, latency]);

describe('a share of the traffic is worth whole instances', () => {
  test.each([
    { limit: null, percent: 45, short: false, why: 'each revision has a maximum of its own' },
    { limit: 1, percent: 90, short: false, why: 'the one instance is all there is' },
    { limit: 3, percent: 1, short: false, why: 'one instance is more than 1 % of three' },
    { limit: 3, percent: 41, short: false, why: '1 for 1.23 is more than four fifths' },
    { limit: 3, percent: 45, short: true, why: '1 for 1.35' },
    { limit: 3, percent: 66, short: true, why: '1 for 1.98, if it is rounded down' },
    { limit: 3, percent: 67, short: false, why: '2 for 2.01' },
    { limit: 100, percent: 3, short: false, why: '3 for 3' },
    { limit: 20, percent: 9, short: true, why: '1 for 1.8' },
    { limit: 7, percent: 90, short: false, why: '6 for 6.3' },
    { limit: 150, percent: 1, short: false, why: '1 for 1.5, and no share is smaller' },
  ])('at most $limit for all, $percent %: short is $short ($why)', ({ limit, percent, short }) => {
    expect(isShortOfInstances(limit, percent)).toBe(short);
  });

  test('and is said so', () => {
    expect(instancesText(3, 45)).toBe('1 of 3 instances for 45 % of the traffic');
  });

  test('the largest share that is worth its part is never above what was asked for, and never short', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 100 }), (limit, percent) => {
        const fair = fairPercent(limit, percent);
        expect(fair).toBeGreaterThanOrEqual(1);
        expect(fair).toBeLessThanOrEqual(percent);
        expect(isShortOfInstances(limit, fair)).toBe(false);
        for (let more = fair + 1; more <= percent; more++) expect(isShortOfInstances(limit, more)).toBe(true);
      }),
    );
  });
});

describe('a ramp', () => {
  const pace = { delayMs: 0, tickMs: 15_000 };
  const proven = [{ gate: true, upperBound: 0.001, base: 0.001 }] as unknown as Parameters<typeof nextPercent>[2];

  test.each([
    { limit: null, shares: [1, 3, 15, 50], watch: 90 },
    { limit: 2, shares: [1, 3, 15, 50], watch: 62 },
    { limit: 3, shares: [1, 3, 15, 41], watch: 83 },
    { limit: 4, shares: [1, 3, 15, 50], watch: 90 },
    { limit: 12, shares: [1, 3, 10, 50], watch: 90 },
    { limit: 150, shares: [1, 3, 15, 50], watch: 90 },
  ])(
    'of a service of at most $limit instances goes by $shares, and is watched at $watch %',
    ({ limit, shares, watch }) => {
      const start = startPercent(policy, 100, pace, limit);
      const visited = [firstPercent(policy, 100, pace, limit), start];
      for (const calmMs of [60_000, 16 * 60_000]) {
        const at = { startPercent: start, requestsPerSecond: 100, suspectedBefore: false, fixForward: false };
        const percent = visited.at(-1)!;
        visited.push(nextPercent(policy, { ...at, limit, calmMs, percent }, proven, pace));
      }
      expect(visited).toEqual(shares);
      expect(watchPercent(pace, limit)).toBe(watch);
    },
  );

  test('can always reach the share from which a certificate promotes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (limit) => {
        let percent = startPercent(policy, 100, pace, limit);
        for (let i = 0; i < 20; i++) {
          const at = { percent, startPercent: 1, requestsPerSecond: 100, limit, calmMs: 3_600_000 };
          percent = nextPercent(policy, { ...at, suspectedBefore: true, fixForward: false }, proven, pace);
          expect(isShortOfInstances(limit, percent)).toBe(false);
        }
        expect(percent).toBeGreaterThanOrEqual(certificatePercent(limit));
      }),
    );
  });
});

describe('a tick in which the candidate had less than its part of the instances', () => {
  const fromMs = Date.UTC(2026, 0, 5, 8);
  const arms = (limit: number | null): Arms => ({
    candidate: 'new',
    control: 'old',
    warmUntilMs: 0,
    shares: [{ atMs: fromMs - 60_000, percent: 45 }],
    limit,
  });
  const counts = () =>
    known<Counts>({
      fromMs,
      toMs: fromMs + 15_000,
      tickMs: 15_000,
      byRevision: { new: { bad: 600, total: 675 }, old: { bad: 1, total: 825 } },
    });
  const judged = (limit: number | null) =>
    judge(
      policy,
      arms(limit),
      beginEvidence(policy, () => null, fromMs),
      counts,
      () => 15_000,
    );

  test('says nothing about its latency, but counts its errors', () => {
    const { notAttributable, assessments, evidence, newest } = judged(3);
    expect(notAttributable).toEqual(['latency']);
    expect(assessments.map(({ totalFailure, suspect }) => ({ totalFailure, suspect }))).toEqual([
      { totalFailure: true, suspect: false },
      { totalFailure: false, suspect: false },
    ]);
    expect(evidence.map(({ candidate }) => candidate.total)).toEqual([675, 0]);
    expect(evidence[1]!.judgedUntil).toBe(new Date(fromMs + 15_000).toISOString());
    expect(newest).toMatchObject({ candidate: 675, control: 825 });
  });

  test.each([null, 1, 100])('is judged by everything where the limit is %s', (limit) => {
    const { notAttributable, assessments } = judged(limit);
    expect(notAttributable).toEqual([]);
    expect(assessments.map(({ totalFailure }) => totalFailure)).toEqual([true, true]);
  });

  test('may be the tick of a step that left such a share', () => {
    const { shares, ...rest } = arms(3);
    const stepped = {
      ...rest,
      shares: [...shares, { atMs: fromMs + 5_000, percent: 50 }, { atMs: fromMs + 10_000, percent: 67 }],
    };
    const evidence = beginEvidence(policy, () => null, fromMs);
    expect(judge(policy, stepped, evidence, counts, () => 15_000).notAttributable).toEqual(['latency']);
    const since = { ...rest, shares: [{ atMs: fromMs - 1, percent: 67 }] };
    expect(judge(policy, since, evidence, counts, () => 15_000).notAttributable).toEqual([]);
  });
});
