/**
 * How far one sample lies above another, by ranks: the shift at which the Wilcoxon rank sum statistic is a given normal
 * quantile, and its Hodges-Lehmann estimate at quantile 0. As Kayenta finds it, to the digit.
 */
import { rootBetween } from './root.ts';

export interface Interval {
  readonly lower: number;
  readonly upper: number;
  readonly estimate: number;
}

/** The normal quantile of a two-sided 98 %. */
const quantile98 = 2.3263478740408408;
const accuracy = 1e-4;

/** The 98 % interval of x's shift over y. One of the two must vary. */
export function confidence(x: readonly number[], y: readonly number[]): Interval {
  const least = Math.min(...x) - Math.max(...y);
  const most = Math.max(...x) - Math.min(...y);
  const shiftAt = (quantile: number): number => {
    const statistic = (shift: number) => standardized(x, y, shift) - quantile;
    // It falls as the shift grows; where it never crosses, the end is the answer.
    if (statistic(least) <= 0) return least;
    if (statistic(most) >= 0) return most;
    return rootBetween(statistic, least, most, accuracy);
  };
  return { lower: shiftAt(quantile98), upper: shiftAt(-quantile98), estimate: shiftAt(0) };
}

/** The rank sum of x less its shift, standardized, with continuity and tie corrections. */
export function standardized(x: readonly number[], y: readonly number[], shift: number): number {
  const n = x.length;
  const m = y.length;
  const pooled = [
    ...x.map((value) => ({ value: value - shift, ofX: true })),
    ...y.map((value) => ({ value, ofX: false })),
  ];
  pooled.sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let ties = 0;
  for (let from = 0, to = 0; from < pooled.length; from = to) {
    let ofX = 0;
    for (; to < pooled.length && pooled[to]!.value === pooled[from]!.value; to++) ofX += pooled[to]!.ofX ? 1 : 0;
    const count = to - from;
    rankSum += ofX * ((from + 1 + to) / 2);
    ties += count ** 3 - count;
  }
  const above = rankSum - (n * (n + 1)) / 2 - (n * m) / 2;
  const correction = 0.5 * Math.sign(above);
  const deviation = Math.sqrt(((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1))));
  return (above - correction) / deviation;
}
