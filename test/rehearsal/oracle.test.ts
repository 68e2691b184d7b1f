/** The oracle beside a rule is Wald's test: as sure and as fast as he says. Seeds are fixed. */
import { describe, expect, test } from 'vitest';
import { Oracle, type OracleResult, type TrueTick } from '../../src/rehearsal/oracle.ts';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { ruleNamed } from '../../src/rehearsal/rules/index.ts';
import { Random } from '../../src/scenario/random.ts';
import { parseScenario, type ScenarioText } from '../../src/scenario/scenario.ts';
import { availability, latency, validPolicy } from '../policy/valid.ts';
import { meanOf } from '../scenario/samples.ts';

const policy = validPolicy([availability]);
const allowed = 0.001;
const tickMs = 15_000;

/** Ticks of so many requests, of which this fraction is bad while `truly` is believed; seen so many ticks after their end. */
function asked(
  seed: number,
  truly: number,
  drawn: number,
  requests: number,
  ticks = 2000,
  ticksLate = 0,
): OracleResult {
  const random = new Random(seed, 'drawn');
  const all: TrueTick[] = [];
  const oracle = new Oracle(policy, all, new Random(seed, 'oracle'));
  for (let i = 1; i <= ticks; i++) {
    const met = { bad: random.binomial(requests, drawn), total: requests };
    const excessBadRequests = i * requests * truly;
    all.push({ toMs: i * tickMs, byObjective: [{ met, expectedBad: requests * truly }], excessBadRequests });
    oracle.look(i * tickMs, (i - ticksLate) * tickMs, excessBadRequests);
  }
  return oracle.result(ticks * requests * truly);
}

describe('the oracle', () => {
  const seeds = Array.from({ length: 1500 }, (_, i) => i);

  test('convicts in at most 1 of 100 runs what keeps its SLO exactly, however long they are', () => {
    for (const ratio of [2, 5, 50]) {
      const convicted = seeds.filter((seed) => asked(seed, ratio * allowed, allowed, 100, 400).convictedMs !== null);
      expect(convicted.length / seeds.length).toBeLessThan(0.01 + 4 * Math.sqrt(0.01 / seeds.length));
    }
  });

  test.each([2, 5, 50])('needs as many requests as Wald says of %s times what is allowed, and no fewer', (ratio) => {
    const truly = ratio * allowed;
    const perRequest = truly * Math.log(truly / allowed) + (1 - truly) * Math.log((1 - truly) / (1 - allowed));
    const wald = Math.log(100) / perRequest;
    const needed = meanOf(seeds.slice(0, 500).map((seed) => asked(seed, truly, truly, 100, 4000).byRequest / truly));
    // The last bad request may carry it beyond the bound by as much as it weighs.
    expect(needed).toBeGreaterThan(0.93 * wald);
    expect(needed).toBeLessThan(1.07 * (wald + Math.log(ratio) / perRequest));
  });

  test('sees ticks when they can be seen, so that request by request is always faster', () => {
    for (const seed of seeds.slice(0, 200)) {
      const { convictedMs, excessBadRequests, byRequest } = asked(seed, 0.01, 0.01, 500);
      expect(convictedMs! % tickMs).toBe(0);
      expect(byRequest).toBeLessThanOrEqual(excessBadRequests);
      expect(byRequest).toBeGreaterThan(0);
      const late = asked(seed, 0.01, 0.01, 500, 2000, 8);
      expect(late.convictedMs).toBe(convictedMs! + 8 * tickMs);
      expect(late.excessBadRequests).toBeCloseTo(excessBadRequests + 8 * 500 * 0.01, 6);
      expect(late.byRequest).toBe(byRequest);
    }
  });

  const run = (text: Partial<ScenarioText>, number = 0) =>
    rehearse(
      validPolicy([availability, latency]),
      parseScenario({ name: 'beside', truth: 'Bad', ...text }),
      ruleNamed('steadyrun', {}),
      1,
      number,
      true,
    );

  test('has the shares and the ticks of the rule beside it, and loses no more than that does', () => {
    for (const candidate of [{ errorPercent: 1 }, { latencyMs: { p50: 176, p95: 400, p99: 560 } }]) {
      for (const number of [1, 2, 3, 4]) {
        const { oracle, excessBadRequests, toRollbackMs } = run({ candidate }, number);
        expect(oracle!.convictedMs).toBeLessThanOrEqual(toRollbackMs!);
        expect(oracle!.excessBadRequests).toBeGreaterThan(0);
        expect(oracle!.excessBadRequests).toBeLessThanOrEqual(excessBadRequests);
      }
    }
  });

  test('has nothing against what keeps its SLO, and is not asked unless one wants to know', () => {
    const { oracle } = run({ candidate: { errorPercent: 0.09 } });
    expect(oracle!.convictedMs).toBeNull();
    const { excessBadRequests, ...alone } = rehearse(
      policy,
      parseScenario({ name: 'alone', truth: 'Good' }),
      ruleNamed('steadyrun', {}),
      1,
      0,
    );
    expect([alone.oracle, excessBadRequests]).toEqual([null, 0]);
  });

  test('changes nothing of the run beside it', () => {
    const scenario = parseScenario({ name: 'beside', truth: 'Bad', candidate: { errorPercent: 1 } });
    const [with_, without] = [true, false].map((beside) => {
      return rehearse(policy, scenario, ruleNamed('steadyrun', {}), 1, 3, beside);
    });
    expect({ ...with_, oracle: null }).toEqual(without);
  });
});
