/** What can be given to options and arguments. Commander takes a refusal in words from InvalidArgumentError only. */
import { InvalidArgumentError } from 'commander';
import { finerThanSeconds } from '../../facts/time.ts';
import { durationMs } from '../../policy/duration.ts';

type Reads<T> = (text: string) => T;

export function number(low: number, high: number): Reads<number> {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Give a number from ${low} to ${high}.`);
  };
}

export function whole(low: number, high: number): Reads<number> {
  return (text) => {
    const value = number(low, high)(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
  };
}

export const port = whole(0, 65_535);
export const seed = whole(0, 2 ** 32 - 1);

/** An instant, in epoch milliseconds. */
export function instant(text: string): number {
  const isEpoch = /^\d+(\.\d+)?$/.test(text);
  const isRfc3339 =
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && isDay(text.slice(0, 10));
  const atMs = isEpoch ? Math.round(Number(text) * 1000) : isRfc3339 ? Date.parse(text) : Number.NaN;
  const finer = isEpoch ? finerThanSeconds(Number(text)) : null;
  if (finer) throw new InvalidArgumentError(`It must be ${finer.unit}: divide it by ${finer.divisor}.`);
  // The year 9999: beyond it there is no RFC 3339 text.
  if (atMs >= 0 && atMs < 253_402_300_800_000) return atMs;
  throw new InvalidArgumentError('Give a time such as 2026-01-05T08:00:00Z, or epoch seconds.');
}

/** Date.parse takes the 31st of a shorter month for a day of the next. */
function isDay(text: string): boolean {
  const atMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text);
}

/** A length of time, in milliseconds. */
export function length(text: string): number {
  const lengthMs = durationMs(text);
  if (Number.isFinite(lengthMs)) return lengthMs;
  throw new InvalidArgumentError('Give a length of time such as 120s or 5m.');
}

/** What a name left empty in a script, as "$NAME" does, must not be taken for a name. */
export function named(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Give the name of a policy.');
}

/** Of an option that may be given several times. */
export const collected = (text: string, earlier: readonly string[] = []): string[] => [...earlier, text];
