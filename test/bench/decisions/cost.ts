/** What judging costs: the time of one objective's tick, and its evidence in a status. */

import { assess } from '../../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../../src/decide/evidence/evidence.ts';
import type { Terms } from '../../../src/decide/evidence/terms.ts';
import { evidenceToStore } from '../../../src/status/evidence.ts';

const terms: Terms = { kind: 'Errors', sloAllows: 0.001, gating: 2, ticksToConvict: 6, tickMs: 15_000 };
const at = '2026-01-05T08:00:00.000Z';
const name = 'availability';

const ticks = 5_000;

/** Median of 21 rounds of 5,000 ticks, absorbed and assessed, after a round to warm up. */
export const tickMicroseconds = (): number => median(() => (millisecondsOf(() => judged(ticks)) * 1000) / ticks);

/** The same in units of a hundred exponentials and logarithms, measured in turns with it: a busy machine slows both. */
export const tickRelative = (): number => median(() => millisecondsOf(() => judged(ticks)) / millisecondsOf(reference));

function median(round: () => number): number {
  const rounds = Array.from({ length: 22 }, round).slice(1);
  return rounds.sort((a, b) => a - b)[10]!;
}

function millisecondsOf(work: () => unknown): number {
  const begunMs = performance.now();
  work();
  return performance.now() - begunMs;
}

function reference(): number {
  let sum = 0;
  for (let i = 0; i < 100 * ticks; i++) sum += Math.log(1 + Math.exp(-(i % 20) - sum / 1e9));
  return sum;
}

/** Of a threshold between two boundaries, under the longest name, after a day of ticks, with all that it may remember. */
export function sizes(): number {
  const all = { lastStrike: at, environmentBad: true, environmentBadAt: at, wasFine: true, failingSince: at };
  return JSON.stringify(evidenceToStore({ ...judged(5_760, true), objective: 'x'.repeat(63), ...all })).length;
}

function judged(ticks: number, isBetweenBoundaries = false) {
  let evidence = freshEvidence(name, 1.2345678901234567, 0.0012345678901234567, at, {
    fingerprint: '0123abcd',
    largestUsualBurst: 1234,
  });
  for (let i = 0; i < ticks; i++) {
    const counted = {
      candidate: { bad: i % 7 === 0 ? 1 : 0, total: 151 },
      control: { bad: i % 5 === 0 ? 3 : 0, total: 1353 },
    };
    const tick = isBetweenBoundaries ? { ...counted, below: counted } : counted;
    evidence = absorb(evidence, tick, terms, at);
    assess(evidence, tick, terms, true);
  }
  return evidence;
}
