/** What is meant by a text that is no length of time, where only one thing can be: no hint makes another length of it. */
import { durationMs, durationPattern, durationText } from '../duration.ts';

const units: readonly (readonly [word: RegExp, unitMs: number])[] = [
  [/^(ms|msecs?|millis?|milliseconds?)$/i, 1],
  [/^(s|secs?|seconds?)$/i, durationMs('1s')],
  [/^(m|mins?|minutes?)$/i, durationMs('1m')],
  [/^(h|hrs?|hours?)$/i, durationMs('1h')],
  [/^(d|days?)$/i, durationMs('24h')],
  [/^(w|weeks?)$/i, durationMs('168h')],
];

/** Why a length would be refused; undefined: it would be taken. */
type Broken = (text: string) => string | undefined;

/** 1.5h is 1h30m, 7d is 168h, 1:30 one of two, and 45 has no unit. undefined: nobody knows. */
export function lengthMeant(
  written: string,
  example: string,
  broken: Broken = () => undefined,
  otherwise = '',
): string | undefined {
  if (durationPattern.test(written)) return undefined;
  const byClock = clock(written).filter((text) => broken(text) === undefined);
  const [only, other] = byClock;
  if (only !== undefined)
    return other ? `write ${only} or ${other}, whichever is meant` : `write ${only} if that is meant`;
  const isBare = /^\s*[1-9][0-9]*\s*$/.test(written);
  const unit = example.replace(/^[0-9]+/, '');
  const lengthMs = sumOf(written);
  const meant = isBare ? `${written.trim()}${unit}` : lengthMs === undefined ? undefined : durationText(lengthMs);
  if (meant === undefined) return undefined;
  const why = broken(meant);
  if (why !== undefined) return `${meant} ${why}: ${otherwise}`;
  // The example's unit is a guess, and is said to be one.
  return isBare ? `add its unit: ${meant} if ${names[unit]} are meant` : `write ${meant}`;
}

/** 1:30 is hours and minutes, or minutes and seconds. */
function clock(written: string): string[] {
  const [, big, small] = /^\s*([0-9]{1,4}):([0-5][0-9])\s*$/.exec(written) ?? [];
  if (big === undefined) return [];
  const sum = (first: string, second: string) => Number(big) * durationMs(first) + Number(small) * durationMs(second);
  return [durationText(sum('1h', '1m')), durationText(sum('1m', '1s'))];
}

const names: Readonly<Record<string, string>> = { ms: 'milliseconds', s: 'seconds', m: 'minutes', h: 'hours' };

/** "1 h 30 min": all of it has to be understood, and come to whole milliseconds. */
function sumOf(written: string): number | undefined {
  if (!/^\s*([0-9]+(\.[0-9]+)?\s*[a-z]+\s*)+$/i.test(written)) return undefined;
  let sum = 0;
  for (const [, amount, word] of written.matchAll(/([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)/gi)) {
    const unit = units.find(([name]) => name.test(word!));
    if (!unit) return undefined;
    sum += Number(amount) * unit[1];
  }
  const whole = Math.round(sum);
  return Math.abs(sum - whole) < 1e-6 && Number.isSafeInteger(whole) && whole > 0 ? whole : undefined;
}
