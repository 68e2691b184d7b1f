/** Arithmetic with logarithms of numbers that may be far too large or too small. */

/** A number so much smaller (in ln) than the sum it is added to does not change it: exp(-37) is below half a unit of 1. */
const negligible = -37;

/** ln of the average of the numbers; of none, ln 1. */
export function mixture(logs: readonly number[]): number {
  if (logs.length === 0) return 0;
  let high = Number.NEGATIVE_INFINITY;
  for (const log of logs) high = Math.max(high, log);
  if (high === Number.NEGATIVE_INFINITY) return high;
  let sum = 0;
  for (const log of logs) if (log - high > negligible) sum += Math.exp(log - high);
  return high + Math.log(sum / logs.length);
}

/** ln of what is worth `part` of the one and the rest of the other. */
export const weighed = (lnOne: number, lnOther: number, part: number): number =>
  logAddExp(lnOne + Math.log1p(-part), lnOther + Math.log(part));

export function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  const below = Math.min(a, b) - high;
  // Both may be -Infinity, and then `below` is no number.
  return below > negligible ? high + Math.log1p(Math.exp(below)) : high;
}

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
