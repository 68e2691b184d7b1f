/** Lengths of time as people write them in a policy: 45m, 300ms, 1h30m. Whole numbers with units, as Go and CEL read them. */

export const durationPattern = /^([0-9]+(h|m|s|ms))+$/;

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** The length in milliseconds; NaN for text that is not a length of time. */
export function durationMs(text: string): number {
  if (!durationPattern.test(text)) return Number.NaN;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g)) total += Number(amount) * unitMs[unit!]!;
  return total;
}

/** The shortest text for a length of whole milliseconds: 5400000 is 1h30m. */
export function durationText(lengthMs: number): string {
  let rest = lengthMs;
  let text = '';
  for (const [unit, size] of Object.entries(unitMs)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text === '' ? '0s' : text;
}
