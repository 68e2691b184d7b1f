/** What lasts is suspected, and burns; what passes convicts nobody: over all settings, by counts as they are expected. */
import { describe, expect, test } from 'vitest';
import { type Assessment, assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import { isSecondStrike, withStrike } from '../../src/decide/evidence/passing.ts';
import { profiles } from '../../src/decide/evidence/profiles.ts';
import type { Tick } from '../../src/decide/evidence/ratios.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import { iso, ms } from '../../src/facts/time.ts';
import type { Evidence } from '../../src/status/evidence.ts';

const begunAt = '2026-01-05T00:00:00.000Z';
const objectives = Array.from({ length: 20 }, (_, i) => i + 1);
const paces = [
  ...Object.values(profiles).map(({ ticksToConvict }) => ({ tickMs: 15_000, ticksToConvict })),
  { tickMs: 30_000, ticksToConvict: 3 },
  { tickMs: 60_000, ticksToConvict: 3 },
];
const kinds = [
  { kind: 'Errors', allowed: [0.05, 0.01, 0.001, 0.0001] },
  { kind: 'Latency', allowed: [0.05, 0.01] },
  { kind: 'Rate', allowed: [0.5, 0.01] },
] as const;

interface Setting {
  readonly terms: Terms;
  readonly dispersion: number;
}

function* settings(): Generator<Setting> {
  for (const { kind, allowed } of kinds) {
    for (const sloAllows of allowed) {
      for (const pace of paces) {
        for (const gating of objectives) {
          for (const dispersion of [1, 10]) yield { terms: { kind, sloAllows, gating, ...pace }, dispersion };
        }
      }
    }
  }
}

/** As many requests as make a tick of twice what is allowed say all that one tick may say. */
const enough = ({ terms, dispersion }: Setting): number => Math.ceil((60 * dispersion) / terms.sloAllows);

/** The ticks, one after the other, up to the first of which `is` holds; null: it never did. */
function firstOf(setting: Setting, ticks: number, next: Tick, is: (assessment: Assessment) => boolean): number | null {
  const { terms, dispersion } = setting;
  let evidence: Evidence = freshEvidence('x', dispersion, terms.sloAllows, begunAt);
  for (let i = 1; i <= ticks; i++) {
    evidence = absorb(evidence, next, terms, iso(ms(evidence.judgedUntil) + terms.tickMs));
    if (is(assess(evidence, next, terms, true))) return i;
  }
  return null;
}

const label = ({ terms, dispersion }: Setting): string => JSON.stringify({ ...terms, dispersion });

test('a lasting breach of twice what is allowed is suspected within as many ticks as convict', () => {
  for (const setting of settings()) {
    const { sloAllows, ticksToConvict } = setting.terms;
    const total = enough(setting);
    const breach = { candidate: { bad: 2 * sloAllows * total, total }, control: { bad: 0, total } };
    const at = firstOf(setting, 20, breach, ({ suspect }) => suspect);
    expect([label(setting), (at ?? 99) <= ticksToConvict]).toEqual([label(setting), true]);
  }
});

test('and after promotion, where nothing is beside it, it burns within a tick or two more', () => {
  for (const setting of settings()) {
    const { sloAllows, ticksToConvict } = setting.terms;
    const total = enough(setting);
    const breach = { candidate: { bad: 2 * sloAllows * total, total }, control: { bad: 0, total: 0 } };
    const at = firstOf(setting, 20, breach, ({ burns }) => burns);
    expect([label(setting), (at ?? 99) <= ticksToConvict + 2]).toEqual([label(setting), true]);
  }
});

/** A minute, as ticks see it: they may begin and end anywhere in it. */
const minuteOf = (tickMs: number): number => Math.floor(60_000 / tickMs) + 1;

describe('an outage that reaches the arms, and leaves them, a minute apart', () => {
  const failing = { bad: 300, total: 300 };
  const fine = { bad: 0, total: 300 };
  const alone = (who: 'candidate' | 'control', count: number): Tick[] =>
    Array.from({ length: count }, () => ({ candidate: fine, control: fine, [who]: failing }));
  const both = (count: number): Tick[] =>
    Array.from({ length: count }, () => ({ candidate: failing, control: failing }));
  const neither = (count: number): Tick[] => Array.from({ length: count }, () => ({ candidate: fine, control: fine }));

  test.each(['candidate', 'control'] as const)('convicts nobody, the %s first', (first) => {
    for (const { tickMs, ticksToConvict } of paces) {
      for (const gating of objectives) {
        for (const last of ['candidate', 'control'] as const) {
          for (const long of [1, 4, 10, 40]) {
            const terms: Terms = { kind: 'Errors', sloAllows: 0.001, gating, ticksToConvict, tickMs };
            const apart = minuteOf(tickMs);
            const ticks = [...neither(12), ...alone(first, apart), ...both(long), ...alone(last, apart), ...neither(8)];
            let evidence = freshEvidence('x', 1.5, 0.001, begunAt);
            ticks.forEach((tick, i) => {
              evidence = absorb(evidence, tick, terms, iso(ms(evidence.judgedUntil) + tickMs));
              const { convicts, totalFailure, strikes } = assess(evidence, tick, terms, true);
              const isSecond = strikes && isSecondStrike(evidence, tickMs);
              expect([i, tickMs, gating, last, long, convicts, totalFailure, isSecond]).toEqual([
                ...[i, tickMs, gating, last, long],
                ...[false, false, false],
              ]);
              if (strikes) [evidence] = withStrike([evidence], evidence) as [Evidence];
            });
          }
        }
      }
    }
  });

  test.each(paces)(
    'and what fails alone for longer is convicted, in ticks of $tickMs ms',
    ({ tickMs, ticksToConvict }) => {
      for (const gating of objectives) {
        const terms: Terms = { kind: 'Errors', sloAllows: 0.001, gating, ticksToConvict, tickMs };
        let evidence = freshEvidence('x', 1.5, 0.001, begunAt);
        const ticks = [...neither(12), ...alone('candidate', 12)];
        const convicted = ticks.findIndex((tick) => {
          evidence = absorb(evidence, tick, terms, iso(ms(evidence.judgedUntil) + tickMs));
          return assess(evidence, tick, terms, true).convicts;
        });
        expect(convicted).toBeGreaterThanOrEqual(12 + Math.ceil(75_000 / tickMs));
        expect(convicted).toBeLessThan(24);
      }
    },
  );
});

test('one tick that is certain convicts what never was fine, and no other', () => {
  for (const { tickMs, ticksToConvict } of paces) {
    for (const kind of ['Errors', 'Latency'] as const) {
      const terms: Terms = { kind, sloAllows: 0.01, gating: 2, ticksToConvict, tickMs };
      const total = { candidate: { bad: 290, total: 300 }, control: { bad: 1, total: 3000 } };
      const fine = { candidate: { bad: 0, total: 300 }, control: { bad: 1, total: 3000 } };
      const fresh = freshEvidence('x', 1.5, 0.01, begunAt);
      const later = absorb(fresh, fine, terms, iso(ms(begunAt) + tickMs));
      const after = (evidence: Evidence) =>
        assess(absorb(evidence, total, terms, iso(ms(evidence.judgedUntil) + tickMs)), total, terms, true);
      expect(after(fresh).totalFailure).toBe(true);
      expect(after(later)).toMatchObject({ totalFailure: false, convicts: false, strikes: kind === 'Errors' });
    }
  }
});
