/** How fast something grows, and how sure that is. */

export interface Slope {
  readonly perHour: number;
  /** In 95 of 100 such measurements the true slope lies between them. */
  readonly low: number;
  readonly high: number;
}

export interface Sample {
  readonly atS: number;
  readonly value: number;
}

/**
 * The straight line through what each of `blocks` equal spans of time comes to. A heap's size between two collections is a
 * saw: neighbouring samples know of each other, and only of spans longer than its teeth can each be taken for news.
 */
export function slope(samples: readonly Sample[], blocks: number, of: (values: readonly number[]) => number): Slope {
  const points = inBlocks(samples, blocks).map((block) => ({
    atH: mean(block.map(({ atS }) => atS)) / 3600,
    value: of(block.map(({ value }) => value)),
  }));
  if (points.length < 3) return { perHour: Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const [middleH, middle] = [mean(points.map(({ atH }) => atH)), mean(points.map(({ value }) => value))];
  const spread = sum(points.map(({ atH }) => (atH - middleH) ** 2));
  const perHour = sum(points.map(({ atH, value }) => (atH - middleH) * (value - middle))) / spread;
  const left = sum(points.map(({ atH, value }) => (value - middle - perHour * (atH - middleH)) ** 2));
  const freedom = points.length - 2;
  const margin = student95(freedom) * Math.sqrt(left / freedom / spread);
  return { perHour, low: perHour - margin, high: perHour + margin };
}

function inBlocks(samples: readonly Sample[], blocks: number): readonly (readonly Sample[])[] {
  const from = samples[0]?.atS ?? 0;
  const lengthS = ((samples.at(-1)?.atS ?? 0) - from) / blocks;
  const filled: Sample[][] = Array.from({ length: blocks }, () => []);
  for (const sample of samples) filled[Math.min(blocks - 1, Math.floor((sample.atS - from) / lengthS))]?.push(sample);
  return filled.filter((block) => block.length > 0);
}

export const mean = (values: readonly number[]): number => sum(values) / values.length;
export const lowest = (values: readonly number[]): number => Math.min(...values);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Student's t at 97.5 %: the first ten from the table, then its expansion in 1/freedom (off by less than 0.001). */
function student95(freedom: number): number {
  const table = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
  const z = 1.959964;
  return (
    table[freedom - 1] ?? z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  );
}
