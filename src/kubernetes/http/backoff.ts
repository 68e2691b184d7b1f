/** How long to pause after one failure more. */
const BASE_MS = 800;
const CAP_MS = 30_000;

/** The n-th pause in a row (n from 0): random up to an exponential ceiling, and never so short as to become a storm. */
export function backoffMs(n: number, random: () => number): number {
  const ceilingMs = Math.min(CAP_MS, BASE_MS * 2 ** (n + 1));
  return BASE_MS + random() * (ceilingMs - BASE_MS);
}
