/** Whether two samples of counts come from one distribution. */

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** The standard normal's quantile that 1 in 10,000 exceed. */
const z = 3.719;

/**
 * The two-sample chi-square statistic over bins that each hold about a sixteenth of the pooled values, or a single one, in
 * units of its critical value at the significance 1e-4 (Wilson and Hilferty): above 1 they differ.
 */
export function difference(one: readonly number[], other: readonly number[]): number {
  const pooled = [...one, ...other].sort((a, b) => a - b);
  const edges: number[] = [];
  for (let i = 1; i < 16; i++) {
    const edge = pooled[Math.floor((i * pooled.length) / 16)]!;
    if (edge > (edges.at(-1) ?? pooled[0]!)) edges.push(edge);
  }
  const counts = (values: readonly number[]): number[] => {
    const bins = new Array<number>(edges.length + 1).fill(0);
    for (const value of values) bins[edges.filter((edge) => edge <= value).length]!++;
    return bins;
  };
  const [a, b] = [counts(one), counts(other)];
  const ratio = Math.sqrt(other.length / one.length);
  const statistic = a.reduce((sum, count, i) => {
    const both = count + b[i]!;
    return both === 0 ? sum : sum + (count * ratio - b[i]! / ratio) ** 2 / both;
  }, 0);
  const degrees = edges.length;
  // Nothing varies: the same single value, or not.
  if (degrees === 0) return 0;
  const critical = degrees * (1 - 2 / (9 * degrees) + z * Math.sqrt(2 / (9 * degrees))) ** 3;
  return statistic / critical;
}
