import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs, durationText } from '../../src/policy/duration.ts';
import { closest, editDistance } from '../../src/policy/suggest.ts';

describe('A length of time', () => {
  it.each([
    ['45m', 2_700_000],
    ['300ms', 300],
    ['1h30m', 5_400_000],
    ['1m1ms', 60_001],
    ['1s1h', 3_601_000],
    ['0s', 0],
    ['007s', 7_000],
  ])('%s is %d ms', (text, lengthMs) => {
    expect(durationMs(text)).toBe(lengthMs);
  });

  it.each(['', '5', 'm', '1.5h', '5 m', '-5m', '5d', '5mm', '5M', '5m ', ' 5m', '5m\n'])('%j is none', (text) => {
    expect(durationMs(text)).toBeNaN();
  });

  it('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), (lengthMs) => {
        expect(durationMs(durationText(lengthMs))).toBe(lengthMs);
      }),
    );
  });
});

describe('Did you mean', () => {
  it.each([
    ['targetPercnt', 'targetPercent'],
    ['warmUp', 'warmup'],
    ['obejctives', 'objectives'],
    ['zone', undefined],
    ['', undefined],
  ])('%s: %s', (word, meant) => {
    expect(closest(word, ['targetPercent', 'warmup', 'objectives', 'service'])).toBe(meant);
  });

  it('counts a swap of neighbours as one mistake, and is the same both ways', () => {
    expect(editDistance('ab', 'ba')).toBe(1);
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
