/** Settings that no policy should be punished for: what a good revision and a bad one come to under them. */
import { describe, expect, test } from 'vitest';
import { foreseen } from '../../src/decide/foreseen.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { type RunResult, rehearse } from '../../src/rehearsal/rehearse.ts';
import { ruleNamed } from '../../src/rehearsal/rules/index.ts';
import { parseScenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { availability, latency, validPolicy } from '../policy/valid.ts';
import { oneIn } from '../whole.ts';

const policyWith = (rollout: object, objectives: readonly object[] = [availability, latency]): Policy =>
  validPolicy(objectives, { rollout });

function played(policy: Policy, scenario: Partial<ScenarioText>, runs: number): RunResult[] {
  const world = parseScenario({ name: 'settings', truth: 'Good', horizon: '2h', ...scenario });
  return Array.from({ length: runs }, (_, i) => rehearse(policy, world, ruleNamed('steadyrun', {}), 7, i));
}

const largestStep = ({ deeds }: RunResult): number =>
  Math.max(...deeds.map(({ percent }, i) => percent - (deeds[i - 1]?.percent ?? 0)));

const meanHarm = (results: readonly RunResult[]): number =>
  results.reduce((sum, { excessBadRequests }) => sum + excessBadRequests, 0) / results.length;

describe('the bake counts from the end of the soak', () => {
  const grid = ['Fast', 'Balanced', 'Careful'].flatMap((profile) =>
    ['5m', '10m', '45m'].flatMap((maxBake) =>
      ['Promote', 'Hold', 'Rollback'].map((onInconclusive) => ({ profile, maxBake, onInconclusive })),
    ),
  );

  test.each(oneIn(4, grid))(
    'with $profile, $maxBake and $onInconclusive a good revision is proven, by steps of 40 at most',
    (rollout) => {
      for (const result of played(policyWith(rollout), {}, 2)) {
        expect(result).toMatchObject({ outcome: 'promoted', reason: 'Certified' });
        expect(largestStep(result)).toBeLessThanOrEqual(40);
      }
    },
  );

  test('and where nothing can be proven it goes by the rungs of a ladder to half, and then to most', () => {
    for (const result of played(policyWith({}), { traffic: { rps: 0.5 } }, 3)) {
      expect(result).toMatchObject({ outcome: 'promoted', reason: 'Inconclusive' });
      expect(largestStep(result)).toBeLessThanOrEqual(40);
      expect(result.to90PercentMs).toBeGreaterThan(59 * 60_000);
    }
  });
});

describe('what is foreseen of the bake is what comes', () => {
  const own = [availability];
  const fromApp = [
    {
      ...availability,
      indicator: {
        ratio: {
          query: 'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))',
        },
      },
    },
  ];
  const grid = [
    { objectives: own, scenario: { tick: '60s', metricsDelay: '180s' }, metrics: "Cloud Run's" },
    { objectives: fromApp, scenario: {}, metrics: "an app's" },
  ].flatMap((source) =>
    ['Fast', 'Balanced', 'Careful'].flatMap((profile) =>
      ['5m', '10m', '20m', '45m'].map((maxBake) => ({ ...source, profile, maxBake })),
    ),
  );

  test.each(oneIn(4, grid))(
    'with $metrics metrics, $profile and $maxBake',
    ({ objectives, scenario, profile, maxBake }) => {
      const policy = policyWith({ profile, maxBake, onInconclusive: 'Rollback' }, objectives);
      const isWarned = foreseen(policy).some(({ message }) => message.includes('a certificate takes at least'));
      const results = played(policy, { ...scenario, traffic: { rps: 2_000 } }, 2);
      expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => (isWarned ? 'rolledBack' : 'promoted')));
    },
  );
});

test.each([[[10]], [[1]], [[5, 20]], [[2, 90]], [[20]]])(
  'a ladder of %j does not leap over what shows only at half of the traffic',
  (stepsPercent) => {
    const scenario: Partial<ScenarioText> = { candidate: { overload: { aboveRps: 20, errorPercent: 5 } } };
    const results = played(policyWith({ stepsPercent }), scenario, 5);
    expect(results.every(({ outcome }) => outcome === 'rolledBack')).toBe(true);
    expect(Math.max(...results.map(largestStep))).toBeLessThanOrEqual(40);
    expect(meanHarm(results)).toBeLessThan(250);
  },
);

test.each([
  { before: 0.001, most: 60 },
  { before: 0.01, most: 60 },
  { before: 0.03, most: 160 },
  { before: 0.3, most: 60 },
])(
  'a candidate that fails at $before requests a second has no share to speak of when traffic comes',
  ({ before, most }) => {
    const traffic: ScenarioText['traffic'] = { rps: before, shape: 'Steps', steps: [{ at: '30m', rps: 80 }] };
    const results = played(policyWith({}), { traffic, candidate: { errorPercent: 100 } }, 20);
    expect(results.every(({ outcome }) => outcome === 'rolledBack')).toBe(true);
    expect(meanHarm(results)).toBeLessThan(most);
  },
);

describe('instances that are slow while they are new', () => {
  const young = (rps: number, minutes: number): Partial<ScenarioText> => ({
    traffic: { rps },
    events: [{ at: '0s', for: `${minutes}m`, on: 'Candidate', latencyFactor: 1.6 }],
  });

  test.each([10, 100, 1000].flatMap((rps) => [2, 3, 4, 5].map((minutes) => ({ rps, minutes }))))(
    'are waited for: $minutes min at $rps requests a second',
    ({ rps, minutes }) => {
      for (const { outcome } of played(policyWith({}), young(rps, minutes), 4)) expect(outcome).toBe('promoted');
    },
  );

  test.each([
    { rps: 10, most: 45 },
    { rps: 100, most: 90 },
    { rps: 1000, most: 900 },
  ])('and convicted at $rps requests a second where they stay slow', ({ rps, most }) => {
    const results = played(policyWith({}), young(rps, 300), 10);
    expect(results.every(({ outcome }) => outcome === 'rolledBack')).toBe(true);
    expect(meanHarm(results)).toBeLessThan(most);
  });
});
