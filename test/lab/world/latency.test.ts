import { describe, expect, test } from 'vitest';
import {
  appBoundariesS,
  countOf,
  cumulate,
  edgesOf,
  LatencyTable,
  noLatencies,
  platformBoundariesMs,
  platformEdges,
  slowOf,
} from '../../../src/lab/world/latency.ts';
import { shareBelow } from '../../../src/scenario/lognormal.ts';
import { Random } from '../../../src/scenario/random.ts';
import { binomialBounds } from '../worlds.ts';

const HEALTHY = { p50: 110, p95: 250, p99: 350 };
const DRAWN = 200_000;

function drawn(factor = 1) {
  const counts = noLatencies();
  new LatencyTable(HEALTHY, factor).draw(DRAWN, new Random(9, String(factor)), counts);
  return counts;
}

describe('a latency distribution', () => {
  test.each([
    [110, 0.5],
    [250, 0.95],
    [350, 0.99],
  ])('has %d ms at its quantile %d', (ms, share) => {
    expect(shareBelow(HEALTHY, ms)).toBeCloseTo(share, 6);
  });

  test('is a straight line of log latency over the normal quantile, beyond the points with the slope of the nearest pair', () => {
    const halfway = Math.sqrt(110 * 250);
    expect(shareBelow(HEALTHY, halfway)).toBeCloseTo(0.7946, 3); // half of 1.6449 standard deviations
    expect(shareBelow(HEALTHY, (110 * 110) / 250)).toBeCloseTo(0.05, 6);
    expect(shareBelow(HEALTHY, (350 * 350) / 250)).toBeCloseTo(0.99868, 4); // 2.3263 + 0.6815 standard deviations
  });

  test('is drawn as it says, at every boundary of the app and of the platform', () => {
    const counts = drawn();
    const check = (boundaryMs: number, count: number) => {
      const [least, most] = binomialBounds(DRAWN, shareBelow(HEALTHY, boundaryMs));
      expect(count).toBeGreaterThanOrEqual(Math.floor(least));
      expect(count).toBeLessThanOrEqual(Math.ceil(most));
    };
    cumulate(counts, edgesOf(appBoundariesS.map((seconds) => Math.round(seconds * 1000))), (i, count) =>
      check(appBoundariesS[i]! * 1000, count),
    );
    cumulate(counts, platformEdges, (i, count) => check(platformBoundariesMs[i]!, count));
    expect(countOf(counts)).toBe(DRAWN);
  });

  test('a factor stretches it: twice as slow is above 300 ms as often as the usual is above 150 ms', () => {
    const [least, most] = binomialBounds(DRAWN, 1 - shareBelow(HEALTHY, 150));
    expect(slowOf(drawn(2))).toBeGreaterThan(least);
    expect(slowOf(drawn(2))).toBeLessThan(most);
  });

  test('its mean is that of its draws', () => {
    expect(new LatencyTable(HEALTHY).meanMs).toBeGreaterThan(122);
    expect(new LatencyTable(HEALTHY).meanMs).toBeLessThan(128);
  });
});

test("the platform's boundaries rise by at most a fifth and hold no round threshold", () => {
  for (const [i, boundary] of platformBoundariesMs.entries()) {
    if (i > 0) expect(boundary / platformBoundariesMs[i - 1]!).toBeLessThan(1.2);
    if (i > 0) expect(Number.isInteger(boundary)).toBe(false);
  }
});
