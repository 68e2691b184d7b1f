/** How long to pause after one failure more. */
const baseMs = 800;
const capMs = 30_000;

/** The n-th pause in a row (n from 0): random up to an exponential ceiling, and never so short as to become a storm. */
export function backoffMs(n: number, random: () => number): number {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** (n + 1));
  return baseMs + random() * (ceilingMs - baseMs);
}
