/** Orders of numbers with NaN in its place. */

/** NaN first: it is the smallest value to a quantile. */
export function ascendingFromNaN(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(b)) - Number(Number.isNaN(a)) : compare(a, b);
}

/** NaN last. */
export function ascending(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : compare(a, b);
}

/** NaN last, here too. */
export function descending(a: number, b: number): number {
  return -ascendingFromNaN(a, b);
}

/** A difference would be NaN for two equal infinities. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
