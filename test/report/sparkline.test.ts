import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sparkline, Trend } from '../../src/report/sparkline.ts';

describe('a sparkline', () => {
  test.each([
    ['nothing', [], 0.1, '        '],
    ['zeros', [0, 0, 0], 0.1, '     ▁▁▁'],
    ['the limit', [0.1], 0.1, '       █'],
    ['every height', [0, 1, 2, 3, 4, 5, 6, 7], 7, '▁▂▃▄▅▆▇█'],
    ['noise far below the limit', [0.001, 0, 0.002], 0.1, '     ▁▁▁'],
    ['a value above the limit, which is then what fills a block', [0.1, 0.1, 1.4], 0.1, '     ▂▂█'],
    ['more values than there is room for', [9, 9, 0, 1, 2, 3, 4, 5, 6, 7], 7, '▁▂▃▄▅▆▇█'],
  ])('shows %s', (_, values, full, shown) => {
    expect(sparkline(values, 8, full)).toBe(shown);
  });

  test('is as wide as it should be, and higher for what is more', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (all, width, full) => {
          const line = sparkline(all, width, full);
          expect(line).toHaveLength(width);
          const shown = all.slice(-width);
          const blocks = [...line.trimStart()];
          expect(blocks).toHaveLength(shown.length);
          shown.forEach((value, i) => {
            shown.forEach((other, j) => {
              if (value < other) expect(blocks[i]! <= blocks[j]!).toBe(true);
            });
          });
        },
      ),
    );
  });
});

describe('a trend', () => {
  const after = (...totals: readonly (readonly [bad: number, total: number])[]): number[] => {
    const trend = new Trend();
    for (const [bad, total] of totals) trend.add(total === 0 ? 0 : bad / total, total);
    return trend.values.map((value) => Number(value.toFixed(6)));
  };

  test.each<[string, [number, number][], number[]]>([
    ['nothing has no values', [[0, 0]], []],
    ['the first total is all of it', [[1, 10]], [0.1]],
    [
      'totals become what came between them',
      [
        [1, 10],
        [1, 20],
        [6, 30],
      ],
      [0.1, 0, 0.5],
    ],
    [
      'a total that has not grown adds nothing',
      [
        [1, 10],
        [1, 10],
      ],
      [0.1],
    ],
    [
      'a total that has shrunk begins anew',
      [
        [5, 10],
        [1, 4],
      ],
      [0.5, 0.25],
    ],
    [
      'a rounding below zero is zero',
      [
        [5, 10],
        [4.999, 20],
      ],
      [0.5, 0],
    ],
  ])('%s', (_, totals, values) => {
    expect(after(...totals)).toEqual(values);
  });

  test('keeps the newest values only', () => {
    const trend = new Trend();
    for (let n = 1; n <= 1000; n++) trend.add(0, n);
    expect(trend.values).toHaveLength(64);
  });
});
