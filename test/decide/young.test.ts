/** What a young candidate's latency says is half of a conviction at most, and never more than it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import type { Tick } from '../../src/decide/evidence/ratios.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import { heldBack } from '../../src/decide/evidence/young.ts';
import { iso, ms } from '../../src/facts/time.ts';
import type { Evidence } from '../../src/status/evidence.ts';

const at = '2026-01-05T08:00:00Z';
const fresh = freshEvidence('latency', 1, 0.05, at);
const terms = (over: Partial<Terms>): Terms => ({
  kind: 'Latency',
  sloAllows: 0.05,
  gating: 1,
  ticksToConvict: 6,
  tickMs: 15_000,
  ...over,
});
const tickOf = (bad: number): Tick => ({ candidate: { bad, total: 200 }, control: { bad: 36, total: 1800 } });

const grid = [1, 2, 5, 20].flatMap((gating) =>
  [
    { ticksToConvict: 3, tickMs: 60_000 },
    { ticksToConvict: 5, tickMs: 15_000 },
    { ticksToConvict: 6, tickMs: 15_000 },
    { ticksToConvict: 8, tickMs: 15_000 },
  ].map((known) => ({ gating, ...known })),
);

describe.each(grid)('with $gating objectives and $ticksToConvict ticks of $tickMs ms', (known) => {
  const judging = terms(known);
  const next = ({ judgedUntil }: Evidence): string => iso(ms(judgedUntil) + judging.tickMs);
  const young = (bad: number, ticks: number) => {
    let evidence = fresh;
    for (let i = 0; i < ticks; i++)
      evidence = heldBack(absorb(evidence, tickOf(bad), judging, next(evidence)), judging);
    return evidence;
  };

  test.each([20, 35, 60, 120])('%d slow requests of 200 never convict, however often', (bad) => {
    expect(assess(young(bad, 40), null, judging, true).convicts).toBe(false);
  });

  test.each([35, 60, 120])('but they do where %d of 200 are slow after that, within the ticks it takes', (bad) => {
    let evidence = young(bad, 20);
    let ticks = 0;
    while (!assess(evidence, null, judging, true).convicts && ticks < 20) {
      evidence = absorb(evidence, tickOf(bad), judging, next(evidence));
      ticks++;
    }
    expect(ticks).toBeGreaterThanOrEqual(1);
    expect(ticks).toBeLessThanOrEqual(judging.ticksToConvict);
  });

  test('nothing is ever raised', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 12 }), (bads) => {
        const evidence = bads.reduce((known, bad) => absorb(known, tickOf(bad), judging, next(known)), fresh);
        const held = heldBack(evidence, judging);
        for (const test of ['absolute', 'relative', 'fineAbsolute', 'fineRelative'] as const) {
          held[test]!.forEach((one, i) => {
            expect(one).toBeLessThanOrEqual(evidence[test]![i]!);
          });
        }
      }),
      { numRuns: 20 },
    );
  });
});
