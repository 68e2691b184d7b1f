/**
 * The judgement's numbers, against those of a second implementation. When the rule itself changes, change golden.py from
 * its description, not from the source, and write the vectors anew:
 *
 *     python3 test/decide/golden.py > test/decide/golden.json && npx biome check --write test/decide/golden.json
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import type { Tally } from '../../src/facts/counts.ts';

type Pair = readonly [bad: number, total: number];
interface Arms {
  readonly candidate: Pair;
  readonly control: Pair;
}

interface Golden {
  readonly name: string;
  readonly terms: Terms;
  readonly phi: number;
  readonly allowed: number;
  readonly ticks: readonly (Arms & { readonly below?: Arms; readonly shares?: Pair })[];
  readonly evidence: object;
  readonly assessment: object;
}

const goldens = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as Golden[];

const tally = ([bad, total]: Pair): Tally => ({ bad, total });
const counted = ({ candidate, control }: Arms) => ({ candidate: tally(candidate), control: tally(control) });

/** Every field that is expected is there, and numbers are the same to 1e-9, of large ones to as many digits. */
function alike(actual: unknown, expected: unknown, path: string): string[] {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
      ? []
      : [`${path}: ${actual}, not ${expected}`];
  }
  if (expected !== null && typeof expected === 'object' && actual !== null && typeof actual === 'object') {
    const lengths = Array.isArray(expected)
      ? alike((actual as unknown[]).length, expected.length, `${path}.length`)
      : [];
    const fields = Object.entries(expected).flatMap(([key, value]) =>
      alike((actual as Record<string, unknown>)[key], value, `${path}.${key}`),
    );
    return [...lengths, ...fields];
  }
  return Object.is(actual, expected) ? [] : [`${path}: ${String(actual)}, not ${String(expected)}`];
}

describe('the second implementation agrees on', () => {
  test.each(goldens)('$name', ({ terms, phi, allowed, ticks, evidence: expected, assessment }) => {
    const read = ticks.map(({ below, shares, ...arms }) => ({
      ...counted(arms),
      ...(below && { below: counted(below) }),
      ...(shares && { shares: { least: shares[0], most: shares[1] } }),
    }));
    const at = '2026-01-05T00:00:00.000Z';
    const after = (i: number): string => new Date(Date.parse(at) + (i + 1) * terms.tickMs).toISOString();
    const evidence = read.reduce(
      (sum, tick, i) => absorb(sum, tick, terms, after(i)),
      freshEvidence('x', phi, allowed, at),
    );
    expect(alike(evidence, expected, 'evidence')).toEqual([]);
    expect(alike(assess(evidence, read.at(-1)!, terms, true), assessment, 'assessment')).toEqual([]);
  });
});

test('the vectors see each verdict both ways', () => {
  const words = [
    'convicts',
    'totalFailure',
    'totalFailureAlone',
    'strikes',
    'suspect',
    'doubtful',
    'environmentBad',
    'better',
    'certified',
  ];
  const seen = goldens.map(({ assessment }) => assessment as Record<string, unknown>);
  for (const word of words) expect([word, new Set(seen.map((one) => one[word])).size]).toEqual([word, 2]);
});
