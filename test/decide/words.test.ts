import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/decide/evidence/assess.ts';
import { absorb, freshEvidence } from '../../src/decide/evidence/evidence.ts';
import type { Terms } from '../../src/decide/evidence/terms.ts';
import { countText, evidenceText, oddsText, percentText, significant, tickText } from '../../src/decide/words.ts';

test.each([
  [0.000512, '0.0512 %'],
  [0.0331, '3.31 %'],
  [0.5, '50 %'],
  [1, '100 %'],
  [0, '0 %'],
  [0.0000001, '0.00001 %'],
])('%f reads %s', (fraction, text) => {
  expect(percentText(fraction)).toBe(text);
});

test.each([
  [0.2, 'even'],
  [1.6, '1.6:1'],
  [7.04, '7:1'],
  [20_345, '20,000:1'],
  [3e9, 'over 1,000,000:1'],
])('odds of %f read %s', (value, text) => {
  expect(oddsText(value)).toBe(text);
});

test('counts have thousands separators', () => {
  expect(countText(1234567.2)).toBe('1,234,567');
});

test('three significant digits are those that a text of three has', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 999, noNaN: true }), (value) => {
      expect(Math.abs(significant(value, 3) - value)).toBeLessThanOrEqual(
        0.5001 * 10 ** (Math.floor(Math.log10(value)) - 2),
      );
    }),
  );
});

describe('evidence in a sentence', () => {
  const terms: Terms = { kind: 'Errors', sloAllows: 0.001, gating: 1, ticksToConvict: 6, tickMs: 15_000 };
  const sentence = (candidate: [number, number], control: [number, number]) => {
    const evidence = {
      ...freshEvidence('errors', 1, 0.001, '2026-01-05T08:00:00.000Z'),
      candidate: { bad: candidate[0], total: candidate[1] },
      control: { bad: control[0], total: control[1] },
    };
    return evidenceText(evidence, assess(evidence, null, terms, true), 'api-00002', 'api-00001');
  };

  test.each([
    {
      candidate: [14, 412] as [number, number],
      control: [20, 39_812] as [number, number],
      says: 'errors: 3.4 % of 412 bad on api-00002, 0.0502 % of 39,812 on api-00001, 0.1 % allowed (odds even)',
    },
    {
      candidate: [14, 412] as [number, number],
      control: [0, 0] as [number, number],
      says: 'errors: 3.4 % of 412 bad on api-00002, no requests on api-00001, 0.1 % allowed (odds even)',
    },
    {
      candidate: [0, 0] as [number, number],
      control: [0, 900] as [number, number],
      says: 'errors: no requests on api-00002, 0 % of 900 on api-00001, 0.1 % allowed (odds even)',
    },
  ])('$says', ({ candidate, control, says }) => {
    expect(sentence(candidate, control)).toBe(says);
  });
});

test('without a control the odds are those against the SLO', () => {
  const terms: Terms = { kind: 'Errors', sloAllows: 0.001, gating: 1, ticksToConvict: 6, tickMs: 15_000 };
  const tick = { candidate: { bad: 14, total: 1500 }, control: { bad: 0, total: 0 } };
  let evidence = freshEvidence('errors', 1, 0.001, '2026-01-05T08:00:00.000Z');
  for (let i = 0; i < 8; i++) evidence = absorb(evidence, tick, terms, '2026-01-05T08:00:15.000Z');
  const assessment = assess(evidence, tick, terms, true);
  expect(assessment.burns).toBe(true);
  expect(evidenceText(evidence, assessment, 'api-00002', 'api-00001')).toBe(
    'errors: 0.933 % of 12,000 bad on api-00002, no requests on api-00001, 0.1 % allowed (odds 2,500:1)',
  );
});

test('what one tick decides is told of that tick, and not of the hours before it', () => {
  const terms: Terms = { kind: 'Errors', sloAllows: 0.001, gating: 1, ticksToConvict: 6, tickMs: 15_000 };
  const before = {
    ...freshEvidence('errors', 1, 0.001, '2026-01-05T08:00:00.000Z'),
    candidate: { bad: 10, total: 10_000 },
    control: { bad: 60, total: 60_000 },
  };
  const tick = { candidate: { bad: 118, total: 230 }, control: { bad: 0, total: 1000 } };
  const evidence = absorb(before, tick, terms, '2026-01-05T08:00:15.000Z');
  const assessment = assess(evidence, tick, terms, true);
  expect(assessment.totalFailure).toBe(true);
  expect(tickText(evidence, assessment, 'api-00002', 'api-00001')).toBe(
    'errors: in the newest tick 51.3 % of 230 bad on api-00002, 0 % of 1,000 on api-00001, 0.1 % allowed (odds over 1,000,000:1)',
  );
});
