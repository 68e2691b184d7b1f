/** Regular expressions for numbers, held against the numbers themselves. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atLeastPattern, exactlyPattern } from '../../src/generate/at-least.ts';

/** As PromQL matches: from the first character to the last. */
const matches = (pattern: string, text: string): boolean => new RegExp(`^(?:${pattern})$`).test(text);

/** What thresholds are: up to an hour, in any unit. */
const thresholds = fc
  .tuple(fc.integer({ min: 1, max: 3_600_000 }), fc.constantFrom(1e-3, 1, 1e3, 1e6))
  .map(([lengthMs, unit]) => Number((lengthMs * unit).toPrecision(12)));

/** As Go, Java, Python and people write a number. */
function spellings(value: number): string[] {
  const text = String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().replace('+', '').split('e');
  const texts = text.includes('.') ? [text, `${text}0`, `${text}00`] : [text, `${text}.0`];
  if (text.startsWith('0.')) texts.push(text.slice(1));
  if (value >= 1e6) texts.push(`${mantissa}e+${exponent.padStart(2, '0')}`, `${mantissa}E${exponent}`);
  return texts;
}

const nearby = fc.oneof(
  fc
    .constantFrom(0, 1e-3, -1e-3, 0.01, -0.01, 0.1, -0.1, 1, -0.5, 9, 1e6)
    .map((change) => (of: number) => of * (1 + change)),
  fc.double({ min: 1e-4, max: 1e12, noNaN: true }).map((value) => () => value),
  fc
    .constantFrom(0.001, 0.005, 0.1, 0.25, 0.3, 0.5, 1, 2.5, 10, 100, 304.4816395414158, 1e6, 1.5e6, 1e9)
    .map((value) => () => value),
);

test('a boundary is chosen that is at least the threshold, however it is written, and no other', () => {
  fc.assert(
    fc.property(thresholds, nearby, (threshold, near) => {
      const value = Number(near(threshold).toPrecision(12));
      for (const text of spellings(value)) {
        expect(matches(atLeastPattern(threshold), text), `${text} of ${threshold}`).toBe(value >= threshold);
        expect(matches(exactlyPattern(threshold), text), `${text} is ${threshold}`).toBe(value === threshold);
      }
    }),
    { numRuns: 3000, seed: 1 },
  );
});

test.each(['+Inf', 'inf', '', 'NaN', '-1', '0', '0.0'])('%j is none', (text) => {
  fc.assert(
    fc.property(thresholds, (threshold) => {
      expect(matches(atLeastPattern(threshold), text)).toBe(false);
    }),
    { numRuns: 200, seed: 1 },
  );
});
