import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aligned, paragraph } from '../../src/report/columns.ts';

test('cells stand under each other, numbers to the right, and no line ends in blanks', () => {
  const rows = [
    ['NAME', 'COUNT', 'NOTE'],
    ['a', '7', ''],
    ['longer', '12,345', 'yes'],
  ];
  expect(aligned(rows, [1])).toEqual([
    //
    'NAME     COUNT  NOTE',
    'a            7',
    'longer  12,345  yes',
  ]);
});

test('no rows are no lines', () => {
  expect(aligned([])).toEqual([]);
});

test('a sentence goes on under its beginning', () => {
  expect(paragraph('why  ', 'one two three 0.1 % four', 14)).toEqual([
    //
    'why  one two',
    '     three',
    '     0.1 %',
    '     four',
  ]);
});

test.each(['20 min', '7 s', '300 ms', '23 h', '3 d', '12 %'])('%s stays together', (length) => {
  for (let columns = 6; columns < 30; columns++)
    expect(paragraph('', `looks again in ${length}, so`, columns).join('|')).toContain(length);
});

test('an empty sentence is its label', () => {
  expect(paragraph('why  ', '', 20)).toEqual(['why  ']);
});

test('no word is lost, and only a word of its own is longer than the line', () => {
  const word = fc.stringMatching(/^[a-z0-9,.]{0,29}[a-z]$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 10, max: 60 }), (words, columns) => {
      const lines = paragraph('why  ', words.join(' '), columns);
      expect(lines.flatMap((line) => line.slice(5).split(' '))).toEqual(words);
      for (const line of lines) expect(line.length <= columns || !line.slice(5).includes(' ')).toBe(true);
    }),
  );
});
