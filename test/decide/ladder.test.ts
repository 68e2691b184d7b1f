import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rungsOf } from '../../src/decide/traffic/rollout/ladder.ts';

const ladders = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 10 })
  .map((rungs) => rungs.sort((a, b) => a - b));

test.each([
  { declared: [5, 20, 50], rungs: [5, 20, 50] },
  { declared: [10], rungs: [10, 22, 50] },
  { declared: [1], rungs: [1, 4, 14, 50] },
  { declared: [45], rungs: [45] },
  { declared: [44], rungs: [44, 50] },
  { declared: [2, 90], rungs: [2, 7, 25, 90] },
])('a ladder of $declared is climbed by $rungs', ({ declared, rungs }) => {
  expect(rungsOf(declared)).toEqual(rungs);
});

function isALadder(declared: readonly number[]): void {
  const rungs = rungsOf(declared);
  expect(rungs).toEqual(expect.arrayContaining([...declared]));
  expect(rungs.at(-1)).toBeGreaterThanOrEqual(45);
  for (const [i, rung] of rungs.entries()) {
    if (i === 0) continue;
    expect(rung).toBeGreaterThan(rungs[i - 1]!);
    expect(rung).toBeLessThanOrEqual(4 * rungs[i - 1]!);
  }
}

test('a ladder keeps its rungs, rises at most fourfold, and ends where a certificate may be earned', () => {
  fc.assert(fc.property(ladders, isALadder));
});

test('so does every ladder of one rung, or of two', () => {
  for (let first = 1; first < 100; first++) {
    isALadder([first]);
    for (let second = first + 1; second < 100; second++) isALadder([first, second]);
  }
});
