/** The table of broken rules does not rot: what is to be broken is there, and every purpose of a write has its rule. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Purpose, purposes } from '../../src/facts/purpose.ts';
import { misfit } from './breakage.ts';
import { breakages, unbroken } from './table.ts';

test.each(breakages.map((breakage) => [breakage.rule, breakage] as const))('%s: can be broken', (_, breakage) => {
  expect(misfit(breakage, readFileSync(breakage.file, 'utf8'))).toBeNull();
  expect(breakage.tests.filter((path) => !existsSync(path))).toEqual([]);
  expect(breakage.tests.length).toBeGreaterThan(0);
});

test('no two rules have one name', () => {
  expect(new Set(breakages.map(({ rule }) => rule)).size).toBe(breakages.length);
});

describe('every purpose of a write', () => {
  const all = Object.keys(purposes) as Purpose[];

  test('has a rule that is broken', () => {
    expect(unbroken(all)).toEqual([]);
  });

  test('that has none is noticed', () => {
    const without = breakages.filter(({ purpose }) => purpose !== 'Restore');
    expect(unbroken(all, without)).toEqual(['Restore']);
  });
});
