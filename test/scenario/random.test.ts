import { describe, expect, test } from 'vitest';
import { Random } from '../../src/scenario/random.ts';
import { binomialBounds } from '../lab/worlds.ts';

describe('Random', () => {
  test('gives the same numbers for the same seed and names, and others for others', () => {
    const draw = (seed: number, ...names: string[]) => {
      const random = new Random(seed, ...names);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(1, 'api')).toEqual(draw(1, 'api'));
    expect(draw(1, 'api')).not.toEqual(draw(2, 'api'));
    expect(draw(1, 'api')).not.toEqual(draw(1, 'apj'));
    expect(draw(1, 'a', 'b')).not.toEqual(draw(1, 'b', 'a'));
  });

  test('is uniform', () => {
    const random = new Random(3);
    const counts = new Array<number>(20).fill(0);
    for (let i = 0; i < 200_000; i++) counts[Math.floor(random.next() * 20)]!++;
    const [least, most] = binomialBounds(200_000, 1 / 20);
    for (const count of counts) {
      expect(count).toBeGreaterThan(least);
      expect(count).toBeLessThan(most);
    }
  });

  test.each([0.01, 0.7, 30, 1300])('draws Poisson counts of mean and variance %d', (mean) => {
    const random = new Random(4, String(mean));
    const runs = 4000;
    const counts = Array.from({ length: runs }, () => random.poisson(mean));
    const average = counts.reduce((sum, count) => sum + count, 0) / runs;
    const variance = counts.reduce((sum, count) => sum + (count - average) ** 2, 0) / runs;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / runs));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / mean) / runs));
  });

  test.each([0.0005, 0.05, 0.3, 0.9])('draws binomial counts of chance %d', (chance) => {
    const random = new Random(5, String(chance));
    let successes = 0;
    for (let i = 0; i < 2000; i++) successes += random.binomial(100, chance);
    const [least, most] = binomialBounds(200_000, chance);
    expect(successes).toBeGreaterThan(least);
    expect(successes).toBeLessThan(most);
  });

  test('a binomial of chance 0 or 1, or without trials, needs no luck', () => {
    const random = new Random(6);
    expect(random.binomial(10, 0)).toBe(0);
    expect(random.binomial(10, 1)).toBe(10);
    expect(random.binomial(0, 0.4)).toBe(0);
  });
});
