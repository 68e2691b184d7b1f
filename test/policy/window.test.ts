/** When an error budget's window began: in every time zone there is, through every change of its clocks. */
import { describe, expect, test } from 'vitest';
import type { BudgetWindow } from '../../src/policy/policy.ts';
import { burnFactor, burnPairs, burnWindowsMs, lengthText, windowStart, windowText } from '../../src/policy/window.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;

const month = (timeZone: string): BudgetWindow => ({ kind: 'Calendar', period: 'Month', timeZone });
const quarter = (timeZone: string): BudgetWindow => ({ kind: 'Calendar', period: 'Quarter', timeZone });
const rolling = (days: number): BudgetWindow => ({ kind: 'Rolling', lengthMs: days * dayMs });

describe('a calendar', () => {
  test.each([
    ['2026-03-31T21:59:00Z', month('Europe/Berlin'), '2026-02-28T23:00:00Z'],
    // What ends at midnight is the month's that midnight ends.
    ['2026-03-31T22:00:00Z', month('Europe/Berlin'), '2026-02-28T23:00:00Z'],
    ['2026-03-31T22:05:00Z', month('Europe/Berlin'), '2026-03-31T22:00:00Z'],
    // The clocks are put back on the 1st of November, at two in the morning.
    ['2026-11-01T12:00:00Z', month('America/New_York'), '2026-11-01T04:00:00Z'],
    ['2026-12-24T12:00:00Z', quarter('America/New_York'), '2026-10-01T04:00:00Z'],
    // Midnight of this 1st of October was skipped.
    ['2023-10-20T00:00:00Z', month('America/Asuncion'), '2023-10-01T04:00:00Z'],
    ['2026-07-15T00:00:00Z', quarter('Asia/Kathmandu'), '2026-06-30T18:15:00Z'],
    ['2026-03-30T00:00:00Z', rolling(30), '2026-02-28T00:00:00Z'],
  ])('that ends at %s: %o began at %s', (toMs, window, wanted) => {
    expect(new Date(windowStart(window, Date.parse(toMs))).toISOString()).toBe(new Date(wanted).toISOString());
  });

  test('every month of every time zone begins with its first minute', () => {
    for (const timeZone of Intl.supportedValuesOf('timeZone')) {
      const clock = new Intl.DateTimeFormat('en', { timeZone, month: 'numeric' });
      const monthAt = (atMs: number) => Number(clock.format(atMs));
      for (let m = 0; m < 24; m++) {
        const midst = Date.UTC(2023, m, 15);
        const begun = windowStart(month(timeZone), midst);
        const where = `${timeZone}, ${new Date(begun).toISOString()}`;
        expect([monthAt(begun - minuteMs), monthAt(begun)], where).toEqual([((m + 11) % 12) + 1, (m % 12) + 1]);
        // Counts come in cells of five minutes.
        expect(begun % (5 * minuteMs), where).toBe(0);
        expect(windowStart(quarter(timeZone), midst), where).toBe(
          windowStart(month(timeZone), Date.UTC(2023, m - (m % 3), 15)),
        );
      }
    }
  });
});

test('a page is due at these rates, by the length of the window', () => {
  const factors = (window: BudgetWindow) => burnPairs.map((pair) => burnFactor(pair, window));
  expect(factors(rolling(30))).toEqual([14.4, 6, 3, 1]);
  expect(factors(rolling(28)).slice(0, 3)).toEqual([13.44, 5.6, 2.8]);
  expect(factors(rolling(7))[0]).toBe(3.36);
  expect(factors(month('UTC'))).toEqual(factors(rolling(30)));
  expect(factors(quarter('UTC'))).toEqual([43.2, 18, 9, 3]);
  expect(burnWindowsMs.map(lengthText)).toEqual(['5m', '30m', '1h', '2h', '6h', '1d', '3d']);
  expect([rolling(30), month('UTC')].map(windowText)).toEqual(['30d', 'Month']);
});
