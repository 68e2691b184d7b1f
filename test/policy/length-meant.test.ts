/** What is said of a text that is no length of time: no hint makes another length of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthMeant } from '../../src/policy/check/lengths.ts';
import { durationMs, durationPattern } from '../../src/policy/duration.ts';

const words: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  Milliseconds: 1,
  S: 1000,
  sec: 1000,
  seconds: 1000,
  M: 60_000,
  min: 60_000,
  minutes: 60_000,
  H: 3_600_000,
  hrs: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

const piece = fc.record({
  amount: fc.integer({ min: 1, max: 999 }),
  quarters: fc.integer({ min: 0, max: 3 }),
  space: fc.constantFrom('', ' '),
  word: fc.constantFrom(...Object.keys(words)),
});

describe('The length that a text means', () => {
  it.each([
    ['1:30', '45m', 'write 1h30m or 1m30s, whichever is meant'],
    ['90:00', '45m', 'write 90h or 1h30m, whichever is meant'],
    ['45', '45m', 'add its unit: 45m if minutes are meant'],
    ['1', '300ms', 'add its unit: 1ms if milliseconds are meant'],
    ['1.5h', '45m', 'write 1h30m'],
    ['1h 30m', '45m', 'write 1h30m'],
    ['0.3s', '300ms', 'write 300ms'],
    ['7 days', '24h', 'write 168h'],
    ['1h30', '45m', undefined],
    ['1:30:00', '45m', undefined],
    ['0.5ms', '300ms', undefined],
    ['0.3', '300ms', undefined],
    ['1 month', '45m', undefined],
    ['1_000', '45m', undefined],
    ['-5m', '45m', undefined],
    ['PT45M', '45m', undefined],
    ['half an hour', '45m', undefined],
    ['', '45m', undefined],
  ])('%s', (written, example, hint) => {
    expect(lengthMeant(written, example)).toBe(hint);
  });

  it('is that of all its parts, however they are written', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 3 }), (pieces) => {
        const text = pieces
          .map(({ amount, quarters, space, word }) => `${amount + quarters / 4}${space}${word}`)
          .join(' ');
        const sum = pieces.reduce((all, one) => all + (one.amount + one.quarters / 4) * words[one.word]!, 0);
        const hint = lengthMeant(text, '45m');
        if (durationPattern.test(text) || !Number.isInteger(sum)) expect(hint).toBeUndefined();
        else expect(durationMs(hint!.replace('write ', ''))).toBe(sum);
      }),
    );
  });

  it('is not told of any text that says anything else besides', () => {
    fc.assert(
      fc.property(fc.constantFrom('1h', '30 min', '45s'), fc.stringMatching(/^[:_x,+-]+[0-9]*$/), (length, rest) => {
        expect(lengthMeant(length + rest, '45m')).toBeUndefined();
      }),
    );
  });
});
