/**
 * `node test/decide/curve.ts`: how long a small excess takes to be convicted. Half of the traffic is the candidate's, counts are
 * as they are expected, the control is 1.15 times better or as good as is allowed, and the history knows nothing.
 */
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import { iso, ms, spoken } from '../../src/facts/time.ts';
import { aligned } from '../../src/report/columns.ts';

export const multiples = [1.1, 1.2, 1.5, 2, 5, 20, 100];
export const targets = [95, 99, 99.9, 99.99];
export const rates = [1, 10, 100, 1000, 5000];

const tickMs = 60_000;
const guardWindowMs = 24 * 3_600_000;
const begunAt = '2026-01-05T00:00:00.000Z';

/** Milliseconds; null: not within the guard window. */
export function convictedAfterMs(multiple: number, targetPercent: number, requestsPerSecond: number): number | null {
  const sloAllows = 1 - targetPercent / 100;
  const terms: Terms = { kind: 'Errors', sloAllows, gating: 1, ticksToConvict: 3, tickMs };
  const total = (requestsPerSecond * tickMs) / 2000;
  const fraction = Math.min(1, multiple * sloAllows);
  const tick = {
    candidate: { bad: fraction * total, total },
    control: { bad: Math.min(sloAllows, fraction / 1.15) * total, total },
  };
  let evidence = freshEvidence('x', 1.5, sloAllows, begunAt);
  for (let atMs = tickMs; atMs <= guardWindowMs; atMs += tickMs) {
    evidence = absorb(evidence, tick, terms, iso(ms(begunAt) + atMs));
    if (assess(evidence, tick, terms, true).convicts) return atMs;
  }
  return null;
}

export function curve(): string {
  const header = ['TARGET', 'RPS', ...multiples.map((multiple) => `${multiple}x`)];
  const lines = targets.flatMap((target) =>
    rates.map((rps) => [
      `${target} %`,
      String(rps),
      ...multiples.map((multiple) => {
        const afterMs = convictedAfterMs(multiple, target, rps);
        return afterMs === null ? 'outside' : spoken(afterMs);
      }),
    ]),
  );
  return aligned([header, ...lines]).join('\n');
}

if (import.meta.main) console.log(curve());
