/**
 * What convicts after promotion, beside the processes of any rollout, is an e-value, too: bursts beside controls, and that a
 * fire is gone in a trial. By adding up every outcome, as validity.test.ts does for the rest.
 */
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import { termsOf } from '../../src/decide/evidence/judge.ts';
import { withStart, withTicks } from '../../src/decide/traffic/guard/recurring.ts';
import { burningAt, quietRatio } from '../../src/decide/traffic/guard/trial.ts';
import type { GuardState } from '../../src/status/guard.ts';
import { validPolicy } from '../policy/valid.ts';
import { binomial, type Chances, expectation, poisson, withoutTail } from './chances.ts';

const at = '2026-01-05T00:00:00.000Z';
const policy = validPolicy();
const objective = policy.objectives[0]!;
const terms = termsOf(policy, objective, 15_000);
const exact = 1e-12;

const guard = (hot: boolean): GuardState => ({
  revision: 'new',
  control: 'old',
  armedAt: at,
  until: at,
  external: false,
  controlsTaken: 1,
  controlSince: at,
  requestsPerSecond: 1,
  evidence: [freshEvidence(objective.name, 1, 0.001, at)],
  fires: [{ objective: objective.name, last: at, longestGapSeconds: 0, count: 1, worse: 0, ...(hot && { hot }) }],
});

function looked(known: GuardState, badC: number, badS: number, total: number): GuardState {
  const tick = { candidate: { bad: badC, total }, control: { bad: badS, total } };
  const evidence = [absorb(known.evidence[0]!, tick, terms, at)];
  const next = { ...known, evidence };
  return withTicks(next, [assess(evidence[0]!, tick, terms, true)], policy, 15_000);
}

/** The expectation of the odds after as many looks as there are rates of the control. */
function worth(known: GuardState, rates: readonly number[], total: number): number {
  const [rate, ...later] = rates;
  if (rate === undefined) return Math.exp(known.fires![0]!.worse);
  const [ours, theirs] = [1.2 * rate, rate].map((mean): Chances => withoutTail(poisson(mean), 1e-11));
  return expectation(ours!, theirs!, (badC, badS) => worth(looked(known, badC, badS, total), later, total));
}

describe('the odds of bursts beside controls', () => {
  test.each([[[0.1]], [[2]], [[12]], [[0.5, 0.5]], [[0.1, 3]]])(
    'are worth at most 1 of a revision that is 1.2 times as bad as its control, which shows %j',
    (rates) => {
      for (const hot of [true, false]) expect(worth(guard(hot), rates, 100)).toBeLessThanOrEqual(1 + 1e-9);
    },
  );

  test('are counted only after a tick that spoke against it, and then say something', () => {
    const cold = looked(guard(false), 20, 0, 100);
    expect(cold.fires![0]).toMatchObject({ worse: 0, hot: true });
    expect(looked(cold, 20, 0, 100).fires![0]!.worse).toBeGreaterThan(0.4);
    const quiet = looked(guard(true), 0, 1, 100);
    expect(quiet.fires![0]!.hot).toBeUndefined();
    expect(looked(quiet, 0, 1, 100).fires![0]!.worse).toBe(quiet.fires![0]!.worse);
  });

  test('begin anew with weights that add up to 1, however many controls there are', () => {
    const none: GuardState = { ...guard(false), controlsTaken: 0 };
    let known: GuardState = { ...none, fires: [{ ...none.fires![0]!, worse: -1000 }] };
    for (let controlsTaken = 1; controlsTaken <= 500; controlsTaken++) known = withStart({ ...known, controlsTaken });
    const weight = Math.exp(known.fires![0]!.worse);
    expect(weight).toBeLessThanOrEqual(1 + exact);
    expect(weight).toBeGreaterThan(0.99);
  });
});

describe('the odds that a fire is gone', () => {
  test.each([0.002, 0.01, 0.1, 0.9])('are worth at most 1 while it goes on, at %d bad or half as far', (burned) => {
    const allowed = 0.001;
    const entry = { judgedAgainst: allowed, dispersion: 1 };
    for (const fraction of [burningAt(allowed, burned), burned]) {
      for (const total of [10, 300]) {
        const sum = expectation(binomial(total, fraction), [1], (bad) =>
          Math.exp(quietRatio({ bad, total }, entry, 'Errors', burned)),
        );
        expect(sum).toBeLessThanOrEqual(1 + exact);
        const rate = expectation(poisson(total * fraction), [1], (bad) =>
          Math.exp(quietRatio({ bad, total }, entry, 'Rate', burned)),
        );
        expect(rate).toBeLessThanOrEqual(1 + exact);
      }
    }
  });
});
