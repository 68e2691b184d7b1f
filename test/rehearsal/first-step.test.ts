/** The first step, the largest for most, is not made on a tick that speaks against it. */
import { describe, expect, test } from 'vitest';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { steadyrun } from '../../src/rehearsal/rules/steadyrun.ts';
import { parseScenario } from '../../src/scenario/scenario.ts';
import { validPolicy } from '../policy/valid.ts';

const runs = 60;

function rehearsed(targetPercent: number, rps: number, errorPercent: number) {
  const policy = validPolicy([{ name: 'availability', targetPercent }]);
  const scenario = parseScenario({
    name: 'first step',
    truth: errorPercent > 100 - targetPercent ? 'Bad' : 'Good',
    traffic: { rps },
    stable: { errorPercent: (100 - targetPercent) / 2 },
    candidate: { errorPercent },
  });
  return Array.from({ length: runs }, (_, run) => rehearse(policy, scenario, steadyrun, 1, run));
}

describe('a revision that fails from the beginning', () => {
  test.each([
    [99, 100, 20, 0.6],
    [99, 1000, 5, 0.75],
    [99, 1000, 20, 0],
    [99.9, 1000, 2, 0.6],
  ])(
    'target %d %, %d requests a second, %d % errors: so few get more than the first share',
    (target, rps, errors, part) => {
      const larger = rehearsed(target, rps, errors).filter(({ deeds }) =>
        deeds.some(({ action }) => action === 'Step'),
      );
      expect(larger.length / runs).toBeLessThanOrEqual(part);
    },
  );
});

describe('a good one', () => {
  test.each([
    [99, 100],
    [99, 1000],
    [99.9, 100],
    [99.9, 1000],
  ])('target %d %, %d requests a second: nearly all step within two ticks', (target, rps) => {
    const firstSteps = rehearsed(target, rps, (100 - target) / 2).map(
      ({ deeds }) => deeds.find(({ action }) => action === 'Step')!.atMs,
    );
    const soon = firstSteps.filter((atMs) => atMs <= 30_000);
    expect(soon.length / runs).toBeGreaterThanOrEqual(0.95);
  });
});
