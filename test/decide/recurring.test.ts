/**
 * After promotion the guard has no last word that it cannot take back: what comes back, what shows only with all of the
 * traffic, and what grows slowly ends with a decision, by every profile and however many objectives there are. What both
 * revisions share convicts nobody, whenever it ends.
 */
import { describe, expect, test } from 'vitest';
import { type RunResult, rehearse } from '../../src/rehearsal/rehearse.ts';
import { steadyrun } from '../../src/rehearsal/rules/steadyrun.ts';
import { parseScenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { availability, validPolicy } from '../policy/valid.ts';
import { oneIn } from '../whole.ts';

type World = Omit<ScenarioText, 'name' | 'truth'>;

const profiles = ['Fast', 'Balanced', 'Careful'] as const;
const grid = profiles.flatMap((profile) => [1, 3, 20].map((count) => ({ profile, count })));

function promising(count: number, profile: (typeof profiles)[number]) {
  const quiet = Array.from({ length: count - 1 }, (_, i) => ({
    name: `quiet-${i}`,
    indicator: { latency: { percentile: 99, threshold: `${600 + 10 * i}ms` } },
  }));
  return validPolicy([availability, ...quiet], { rollout: { profile } });
}

const standard = promising(1, 'Balanced');

function rehearsed(policy: typeof standard, world: World, runs: number): RunResult[] {
  const scenario = parseScenario({ ...world, name: 'after promotion', truth: 'Good' });
  return Array.from({ length: runs }, (_, i) => rehearse(policy, scenario, steadyrun, 3, i));
}

const outcomes = (results: readonly RunResult[]) => results.map(({ outcome }) => outcome);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const harm = (results: readonly RunResult[]): number => mean(results.map((one) => one.excessBadRequests));
const trials = ({ deeds }: RunResult): number => deeds.filter(({ action }) => action === 'Trial').length;
const back = (results: readonly RunResult[]) => results.map(() => 'rolledBack');
const kept = (results: readonly RunResult[]) => results.map(() => 'promoted');

describe.each(oneIn(6, grid))('with $profile and $count objectives', ({ profile, count }) => {
  const policy = promising(count, profile);

  test('a fault that shows only with all of the traffic is rolled back by two trials', () => {
    const world: World = { horizon: '5h', candidate: { overload: { aboveRps: 95, errorPercent: 3 } } };
    const results = rehearsed(policy, world, 4);
    expect(outcomes(results)).toEqual(back(results));
    expect(results.map(({ reason }) => reason)).toEqual(results.map(() => 'CameBackWithAll'));
    expect(results.map(trials)).toEqual(results.map(() => 2));
    expect(harm(results)).toBeLessThan(2500);
    for (const { deeds } of results) {
      const lasted = deeds.flatMap(({ action, atMs }, i) => (action === 'Trial' ? [deeds[i + 1]!.atMs - atMs] : []));
      expect(Math.min(...lasted)).toBeGreaterThanOrEqual(45_000);
      expect(Math.max(...lasted)).toBeLessThanOrEqual(15 * 60_000);
    }
  });

  test('20 s of total failure every 12 minutes are rolled back', () => {
    const world: World = {
      horizon: '5h30m',
      traffic: { rps: 80 },
      events: [{ at: '95m', for: '20s', every: '12m', on: 'Candidate', errorPercent: 100 }],
    };
    const results = rehearsed(policy, world, 4);
    expect(outcomes(results)).toEqual(back(results));
    expect(harm(results)).toBeLessThan(4500);
  });

  test('three minutes of 6 % every 40 minutes are rolled back', () => {
    const world: World = {
      horizon: '8h',
      traffic: { rps: 60 },
      events: [{ at: '95m', for: '3m', every: '40m', on: 'Candidate', errorPercent: 6 }],
    };
    const results = rehearsed(policy, world, 4);
    expect(outcomes(results)).toEqual(back(results));
    expect(harm(results)).toBeLessThan(2000);
  });

  test.each([0.4, 3])('a leak to %d percent in seven hours is rolled back', (errorPercent) => {
    const world: World = {
      horizon: '9h',
      events: [{ at: '95m', for: '7h', ramp: '7h', on: 'Candidate', errorPercent }],
    };
    const results = rehearsed(policy, world, 3);
    expect(outcomes(results)).toEqual(back(results));
    expect(harm(results)).toBeLessThan(1200);
  });
});

test('bursts that are too weak for one control to tell are told by what several saw', () => {
  const world: World = {
    horizon: '8h',
    traffic: { rps: 20 },
    events: [{ at: '75m', for: '60s', every: '25m', on: 'Candidate', errorPercent: 8 }],
  };
  const results = rehearsed(standard, world, 10);
  expect(outcomes(results)).toEqual(back(results));
});

test('one burst beside a control convicts nobody', () => {
  const burst = { for: '20s', on: 'Candidate', errorPercent: 100 } as const;
  const world: World = {
    horizon: '4h',
    events: [
      { at: '75m', ...burst },
      { at: '80m', ...burst },
    ],
  };
  const results = rehearsed(standard, world, 10);
  expect(outcomes(results)).toEqual(kept(results));
  // For as long as that is open it has little traffic.
  expect(results.map(({ deeds }) => deeds.some(({ percent }) => percent === 5))).toEqual(results.map(() => true));
});

describe('what both revisions share convicts nobody', () => {
  const overload = { aboveRps: 70, errorPercent: 3 };

  test.each(['80m', '90m', '105m', '195m'])('a peak of load until %s, which costs one trial at most', (until) => {
    const steps = [
      { at: '75m', rps: 100 },
      { at: until, rps: 50 },
    ];
    const world: World = { horizon: '5h', traffic: { rps: 50, shape: 'Steps', steps }, stable: { overload } };
    const results = rehearsed(standard, world, 6);
    expect(outcomes(results)).toEqual(kept(results));
    expect(Math.max(...results.map(trials))).toBeLessThanOrEqual(1);
  });

  test('a peak that ends as the trial, or its end, is made', () => {
    const peak = (endMs: number): World => ({
      horizon: '5h',
      traffic: {
        rps: 50,
        shape: 'Steps',
        steps: [
          { at: '75m', rps: 100 },
          { at: `${Math.round(endMs / 1000)}s`, rps: 50 },
        ],
      },
      stable: { overload },
    });
    for (let run = 0; run < 4; run++) {
      const number = { rps: run };
      const scenario = (endMs: number) => parseScenario({ ...peak(endMs), name: `peak ${number.rps}`, truth: 'Good' });
      const switches = rehearse(standard, scenario(5 * 3_600_000 - 1000), steadyrun, 3, run).deeds;
      for (const { atMs } of switches.filter((deed) => deed.atMs > 76 * 60_000).slice(0, 4)) {
        for (const afterS of oneIn(4, [-30, 0, 15, 60, 120], run)) {
          const { outcome } = rehearse(standard, scenario(atMs + 1000 * afterS), steadyrun, 3, run);
          expect(outcome, `run ${run}, ${afterS} s after ${atMs}`).toBe('promoted');
        }
      }
    }
  });

  const ends = [3, 20, 100].flatMap((errorPercent) => [0, 5, -20, 60, -60].map((lagS) => ({ errorPercent, lagS })));

  test.each(oneIn(5, ends))(
    'an outage of $errorPercent % that reaches and leaves the promoted one $lagS s later, and ends near any switch',
    ({ errorPercent, lagS }) => {
      const fromS = 90 * 60;
      const outage = (untilS: number) => {
        const of = (on: 'Stable' | 'Candidate', lag: number) => ({
          at: `${fromS + Math.max(0, lag)}s`,
          for: `${Math.max(1, Math.round(untilS - fromS))}s`,
          on,
          errorPercent,
        });
        const events = [of('Stable', -lagS), of('Candidate', lagS)];
        return parseScenario({ name: 'outage', truth: 'Good', horizon: '4h', events });
      };
      const lasting = rehearse(standard, outage(4 * 3600), steadyrun, 5, lagS + 60);
      expect(lasting.outcome).toBe('promoted');
      const switches = lasting.deeds.filter(({ atMs }) => atMs > 1000 * fromS).slice(0, 3);
      expect(switches.length).toBeGreaterThan(1);
      for (const { atMs } of switches) {
        for (const afterS of [-20, 0, 7, 30, 60, 120]) {
          const { outcome } = rehearse(standard, outage(atMs / 1000 + afterS), steadyrun, 5, lagS + 60);
          expect(outcome, `${afterS} s after ${atMs}`).toBe('promoted');
        }
      }
    },
  );

  test('a new floor above the SLO takes fewer and fewer controls', () => {
    const world: World = { horizon: '9h', events: [{ at: '75m', for: '8h', on: 'Both', errorPercent: 0.5 }] };
    const results = rehearsed(standard, world, 3);
    expect(outcomes(results)).toEqual(kept(results));
    const controls = results.map(({ deeds }) => deeds.filter(({ action }) => action === 'TakeControl').length);
    expect(Math.max(...controls)).toBeLessThanOrEqual(5);
  });
});
