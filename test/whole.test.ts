/** What `npm test` leaves out is found by those who run the rest. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gridTests, oneIn, slowTests } from './whole.ts';

test('every file that leaves rows out is among those whose rows are all played', () => {
  const partly = globSync('test/*/**/*.test.ts').filter((file) => readFileSync(file, 'utf8').includes("/whole.ts'"));
  expect(partly.sort()).toEqual([...gridTests]);
});

test('what is named is there', () => {
  expect([...gridTests, ...slowTests].filter((file) => !existsSync(file))).toEqual([]);
});

test('begun with each row in turn, all rows are played', () => {
  const rows = Array.from({ length: 23 }, (_, i) => i);
  const played = new Set([5, 6, 7, 8, 9].flatMap((first) => oneIn(5, rows, first)));
  expect([...played].sort((a, b) => a - b)).toEqual(rows);
});
