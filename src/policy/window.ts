/** The error budget's window: when it began, and over which windows within it people look how fast it burns. Pure. */
import type { BudgetWindow } from './policy.ts';

export const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** A calendar's window by its usual length. */
const usualDays = { Month: 30, Quarter: 90 } as const;

export const windowDays = (window: BudgetWindow): number =>
  window.kind === 'Rolling' ? window.lengthMs / dayMs : usualDays[window.period];

/** When so much of the budget goes in the long window, and goes on in the short one, it burns: the SRE Workbook's pairs. */
export interface BurnPair {
  readonly severity: 'page' | 'ticket';
  readonly longMs: number;
  readonly shortMs: number;
  readonly budgetPercent: number;
}

export const burnPairs: readonly BurnPair[] = [
  { severity: 'page', longMs: hourMs, shortMs: 5 * minuteMs, budgetPercent: 2 },
  { severity: 'page', longMs: 6 * hourMs, shortMs: 30 * minuteMs, budgetPercent: 5 },
  { severity: 'ticket', longMs: dayMs, shortMs: 2 * hourMs, budgetPercent: 10 },
  { severity: 'ticket', longMs: 3 * dayMs, shortMs: 6 * hourMs, budgetPercent: 10 },
];

/** All of their lengths, the shortest first. */
export const burnWindowsMs: readonly number[] = [
  ...new Set(burnPairs.flatMap(({ longMs, shortMs }) => [longMs, shortMs])),
].toSorted((a, b) => a - b);

/** How many times faster than evenly the budget goes, when that part of it goes in the long window: 14.4 for 30 days. */
export const burnFactor = ({ budgetPercent, longMs }: BurnPair, window: BudgetWindow): number =>
  (budgetPercent * ((windowDays(window) * dayMs) / longMs)) / 100;

/** In the largest unit that leaves no fraction: 86400000 is 1d. */
export function lengthText(lengthMs: number): string {
  const units = { d: dayMs, h: hourMs, m: minuteMs, s: 1000 };
  const unit = Object.entries(units).find(([, size]) => lengthMs % size === 0);
  return unit ? `${lengthMs / unit[1]}${unit[0]}` : `${lengthMs}ms`;
}

export const windowText = (window: BudgetWindow): string =>
  window.kind === 'Rolling' ? lengthText(window.lengthMs) : window.period;

/** The beginning of the window that ends at `toMs`, or, of a calendar, that this moment closes or lies in. */
export function windowStart(window: BudgetWindow, toMs: number): number {
  if (window.kind === 'Rolling') return toMs - window.lengthMs;
  // What ends at midnight belongs to the period that midnight ends.
  const { year, month } = localDate(toMs - 1, window.timeZone);
  return firstOf(year, window.period === 'Month' ? month : month - ((month - 1) % 3), window.timeZone);
}

/**
 * The first instant of a month by the time zone's clocks, which may have been put forward or back on that day or the day
 * before: of the two offsets that may apply, the earlier instant at which that month has begun. Where midnight itself is
 * skipped, the month begins with the skip.
 */
function firstOf(year: number, month: number, timeZone: string): number {
  const utcMs = Date.UTC(year, month - 1, 1);
  const instants = [utcMs - dayMs, utcMs + dayMs].map((near) => utcMs - offsetMs(near, timeZone));
  const begun = instants.filter((atMs) => localDate(atMs, timeZone).month === month);
  return Math.min(...(begun.length > 0 ? begun : instants));
}

const offsetMs = (atMs: number, timeZone: string): number => {
  const { year, month, day, hour, minute } = localDate(atMs, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(atMs / minuteMs) * minuteMs;
};

type LocalDate = Record<'year' | 'month' | 'day' | 'hour' | 'minute', number>;

function localDate(atMs: number, timeZone: string): LocalDate {
  const parts = clockOf(timeZone).formatToParts(atMs);
  return Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)])) as unknown as LocalDate;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  clocks.set(timeZone, clock);
  return clock;
}
