import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { convictedAfterMs, curve, multiples, rates, targets } from './curve.ts';

const outside = Number.POSITIVE_INFINITY;
const afterMs = (multiple: number, target: number, rps: number): number =>
  convictedAfterMs(multiple, target, rps) ?? outside;
const rowsOf = (target: number) => rates.map((rps) => multiples.map((multiple) => afterMs(multiple, target, rps)));

describe.each(targets)('what is worse than its stable and than %d % allows', (target) => {
  const rows = rowsOf(target);

  test('is convicted the sooner the worse it is, and the more requests there are', () => {
    const fall = (series: readonly number[]) => series.every((one, i) => i === 0 || one <= series[i - 1]!);
    for (const row of rows) expect(fall(row)).toBe(true);
    multiples.forEach((_, i) => {
      expect(fall(rows.map((row) => row[i]!))).toBe(true);
    });
  });

  test('is convicted in the end wherever there are enough: there is no excess that is let through', () => {
    multiples.forEach((multiple) => {
      expect(afterMs(multiple, target, 1_000_000)).toBeLessThan(outside);
    });
  });

  test('and not at all where it is within what is allowed, or no worse than its stable', () => {
    expect(afterMs(1, target, 1_000_000)).toBe(outside);
    expect(afterMs(0.9, target, 1_000_000)).toBe(outside);
  });
});

test('the page that explains the judgement shows the curve', () => {
  const page = readFileSync('src/decide/judgement.md', 'utf8');
  expect(page).toContain(`\`\`\`text\n${curve()}\n\`\`\``);
});
