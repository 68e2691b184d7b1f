/** An answer over time, instant by instant. Pure. */
import type { Sample } from '../counting/vector.ts';
import type { Matrix } from './promql.ts';

/** One vector for each instant that has any sample. */
export function vectorsByTime(matrix: Matrix): Map<number, Sample[]> {
  const byTime = new Map<number, Sample[]>();
  for (const { labels, points } of matrix) {
    for (const { atMs, value } of points) {
      const instantMs = Math.round(atMs);
      const vector = byTime.get(instantMs);
      if (vector) vector.push({ labels, value });
      else byTime.set(instantMs, [{ labels, value }]);
    }
  }
  return byTime;
}
