/** Lengths of time as the sources write them, and as a policy does. */
import { durationText } from '../policy/duration.ts';

const dayMs = 24 * 3_600_000;
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: dayMs,
  w: 7 * dayMs,
  y: 365 * dayMs,
};

/** Prometheus's: 4w, 1d12h, 200ms. NaN for what is none. */
export function lengthMs(text: string): number {
  if (!/^([0-9]+(ms|[smhdwy]))+$/.test(text)) return Number.NaN;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|[smhdwy])/g)) total += Number(amount) * units[unit!]!;
  return total;
}

/** 28d; in hours where it is no whole number of days, which the policy's own rules then speak of. */
export const windowText = (ms: number): string => (ms % dayMs === 0 ? `${ms / dayMs}d` : durationText(ms));
