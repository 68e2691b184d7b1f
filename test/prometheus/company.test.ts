/** How many are asked for together after something failed. */
import { describe, expect, test } from 'vitest';
import { Company } from '../../src/prometheus/company.ts';

const minuteMs = 60_000;
const startMs = Date.parse('2026-01-05T08:00:00Z');

/** What it bears minute by minute, where questions fail for so long. */
function bearing(fails: (minute: number, together: number) => 'Passing' | 'TooMuch' | null, minutes: number): number[] {
  const company = new Company();
  return Array.from({ length: minutes }, (_, minute) => {
    const atMs = startMs + minute * minuteMs;
    const together = company.most;
    const failure = fails(minute, together);
    if (failure === null) company.answered(atMs);
    else company.failed(together, atMs, failure === 'Passing');
    return company.most;
  });
}

describe('how many bear company', () => {
  test.each([1, 3, 10, 30])('an outage of %d min is over a quarter of an hour after its end', (length) => {
    const most = bearing((minute) => (minute >= 20 && minute < 20 + length ? 'Passing' : null), 120);
    expect(most[19]).toBe(200);
    expect(most[20 + length - 1]).toBeLessThan(200);
    expect(most[20 + length + 17]).toBe(200);
  });

  test.each(['Passing', 'TooMuch'] as const)('what is too much for a server (%s) is tried out once an hour', (how) => {
    const tries = bearing((_, together) => (together > 30 ? how : null), 600);
    const failed = tries.filter((most, minute) => minute > 60 && most < (tries[minute - 1] ?? 0));
    expect(failed.length).toBeLessThanOrEqual(9);
    expect(Math.max(...tries.slice(60))).toBeLessThanOrEqual(60);
  });
});
