import { describe, expect, test } from 'vitest';
import { Random } from '../../src/scenario/random.ts';
import { flatRows, growthOf } from './soak/flat.ts';
import { startOf } from './soak/image.ts';
import type { Moment } from './soak/moments.ts';
import { lowest, mean, slope } from './soak/slope.ts';

const everyS = 5;
const bars = { resident: 8, held: 8 };

/** An hour of a heap that is collected every so often, with what is left after it growing by the hour. */
function hour({ perHourMib = 0, saw = 15, everySaws = 17, noise = 0.5, seed = 1, warmUpMib = 0 }): Moment[] {
  const random = new Random(seed, 'hour');
  return Array.from({ length: 3600 / everyS }, (_, i) => {
    const atS = (i + 1) * everyS;
    const held = 40 + (perHourMib * atS) / 3600 - warmUpMib * Math.exp(-atS / 120);
    const heapUsedMib = held + saw * ((i % everySaws) / everySaws) + noise * Math.abs(random.normal());
    const residentMib = held + 100 + noise * random.normal();
    return {
      ...{ atS, heapUsedMib, residentMib, anonymousMib: 0, residentAtMostMib: residentMib, cpuS: 0 },
      ...{ heapMib: 0, externalMib: 0, requests: 0, reconciles: 0 },
    };
  });
}

const isFlat = (moments: readonly Moment[]): boolean => flatRows(growthOf(moments, 1800), bars).every(({ ok }) => ok);

describe('an hour of the operator', () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'is flat where only collections are seen, seed %d',
    (seed) => {
      for (const everySaws of [5, 12, 24]) expect(isFlat(hour({ seed, everySaws, warmUpMib: 20 }))).toBe(true);
    },
  );

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'is not where a little is lost with every question, seed %d',
    (seed) => {
      for (const perHourMib of [8, 12, 40]) expect(isFlat(hour({ seed, perHourMib }))).toBe(false);
    },
  );

  test('is not flat because too little of it was seen to tell', () => {
    expect(isFlat(hour({}).slice(0, 1))).toBe(false);
    expect(isFlat([])).toBe(false);
  });
});

describe('a slope', () => {
  const line = (perHour: number, seed: number) => {
    const random = new Random(seed, 'line');
    return Array.from({ length: 600 }, (_, i) => ({ atS: 5 * i, value: (perHour * 5 * i) / 3600 + random.normal() }));
  };

  test('of what lies on a line is that line', () => {
    const samples = Array.from({ length: 100 }, (_, i) => ({ atS: i * 36, value: 7 + i / 100 }));
    const { perHour, low, high } = slope(samples, 10, mean);
    expect([perHour, low, high]).toEqual([1, 1, 1].map((value) => expect.closeTo(value, 6)));
  });

  test('lies between what is said in 95 of 100', () => {
    for (const perHour of [0, 3, -5]) {
      const within = Array.from({ length: 1000 }, (_, seed) => slope(line(perHour, seed), 10, mean)).filter(
        ({ low, high }) => low <= perHour && perHour <= high,
      );
      expect(within.length).toBeGreaterThan(930);
      expect(within.length).toBeLessThan(970);
    }
  });

  test('of the lowest is blind to how high a saw goes', () => {
    const saw = Array.from({ length: 600 }, (_, i) => ({ atS: 5 * i, value: (i % 6) * (1 + i / 60) }));
    expect(slope(saw, 10, lowest).perHour).toBe(0);
    expect(slope(saw, 10, mean).perHour).toBeGreaterThan(5);
  });
});

test('a bundle is measured as the image starts it, and the source as it is', () => {
  expect(startOf('src/steadyrun.js')).toEqual({ flags: [], env: {} });
  const { flags, env } = startOf('dist/steadyrun.js');
  expect(flags).toContainEqual(expect.stringMatching(/^--max-old-space-size=\d+$/));
  expect(env).toMatchObject({ NODE_ENV: 'production' });
});
