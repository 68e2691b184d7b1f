/** Events that may be more than those they are counted for, and latencies between two boundaries. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import { ratios, type Tick } from '../../src/decide/evidence/ratios.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';

const at = '2026-01-05T00:00:00.000Z';
const terms: Terms = { kind: 'Rate', sloAllows: 0.01, gating: 1, ticksToConvict: 6, tickMs: 15_000 };
const latency: Terms = { ...terms, kind: 'Latency', sloAllows: 0.05 };
const tick = (candidate: [number, number], control: [number, number], below?: Tick['below']): Tick => ({
  candidate: { bad: candidate[0], total: candidate[1] },
  control: { bad: control[0], total: control[1] },
  ...(below && { below }),
});

/** ln of the chance of `count` events where `mean` are expected. */
function lnPoisson(count: number, mean: number): number {
  let ln = -mean;
  for (let i = 1; i <= count; i++) ln += Math.log(mean / i);
  return ln;
}

describe('a rate', () => {
  it('is an e-value for each alternative: under the null it is worth 1, however many were exposed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(0.001, 0.01, 0.05), (exposure, allowed) => {
        const mean = exposure * allowed;
        // The smallest alternative, 2, is the one that a sum over so few counts can hold.
        const counts = Array.from({ length: Math.ceil(2 * mean + 40 * Math.sqrt(mean) + 60) }, (_, count) => count);
        const worth = counts.reduce((sum, count) => {
          const [smallest] = ratios(tick([count, exposure], [0, 1]), allowed, 1, 'Rate').absolute;
          return sum + Math.exp(lnPoisson(count, mean) + smallest!);
        }, 0);
        expect(worth).toBeCloseTo(1, 6);
      }),
      { numRuns: 50 },
    );
  });

  it('may be above one', () => {
    const evidence = absorb(freshEvidence('drops', 1, 0.01, at), tick([300, 100], [1, 400]), terms, at);
    const { totalFailure, lnAbsolute, lnRelative } = assess(evidence, tick([300, 100], [1, 400]), terms, true);
    expect([lnAbsolute, lnRelative].every(Number.isFinite)).toBe(true);
    expect(totalFailure).toBe(true);
  });

  it('of a few events in a few connections is no total failure', () => {
    expect(assess(freshEvidence('drops', 1, 0.01, at), tick([2, 3], [0, 400]), terms, true).totalFailure).toBe(false);
  });

  it('convicts nobody when both revisions drop alike', () => {
    let evidence = freshEvidence('drops', 1, 0.01, at);
    for (let i = 0; i < 100; i++) evidence = absorb(evidence, tick([30, 100], [270, 900]), terms, at);
    expect(assess(evidence, null, terms, true).convicts).toBe(false);
  });
});

describe('a latency between two boundaries', () => {
  const below = (candidate: number, control: number) => ({
    candidate: { bad: candidate, total: 100 },
    control: { bad: control, total: 900 },
  });

  it('is compared at both, and the evidence of either is enough', () => {
    // Slower than the boundary above the threshold as often as allowed and more; told from the control only below it.
    const one = tick([8, 100], [60, 900], below(60, 100));
    expect(ratios(one, 0.05, 1, 'Latency').relative).toHaveLength(8);
    let [evidence, without] = [freshEvidence('p95', 1, 0.05, at), freshEvidence('p95', 1, 0.05, at)];
    for (let i = 0; i < 40; i++) {
      evidence = absorb(evidence, one, latency, at);
      without = absorb(without, tick([8, 100], [60, 900]), latency, at);
    }
    expect(assess(evidence, null, latency, true).convicts).toBe(true);
    expect(assess(without, null, latency, true).convicts).toBe(false);
  });

  it('convicts nobody by the boundary below alone: the SLO has to be broken above the threshold', () => {
    let evidence = freshEvidence('p95', 1, 0.05, at);
    for (let i = 0; i < 100; i++) evidence = absorb(evidence, tick([2, 100], [18, 900], below(60, 100)), latency, at);
    expect(assess(evidence, null, latency, true).convicts).toBe(false);
  });

  it('keeps what one boundary has shown when a tick has only the other', () => {
    let evidence = absorb(freshEvidence('p95', 1, 0.05, at), tick([8, 100], [60, 900], below(60, 100)), latency, at);
    const before = evidence.relative;
    evidence = absorb(evidence, tick([0, 100], [0, 900]), latency, at);
    expect(evidence.relative).toHaveLength(8);
    expect(evidence.relative.slice(4).every((value, i) => value >= before[4 + i]!)).toBe(true);
  });
});
