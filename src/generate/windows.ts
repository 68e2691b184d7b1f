/** The windows that rules look back over, and at which burn over which of them a page or a ticket is due. */
import type { BudgetWindow } from '../policy/policy.ts';

export const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** A calendar's window by its usual length: rules cannot begin anew at midnight of a time zone. */
const nominalDays = { Month: 30, Quarter: 90 } as const;

export const budgetDays = (window: BudgetWindow): number =>
  window.kind === 'Rolling' ? window.lengthMs / dayMs : nominalDays[window.period];

/** As PromQL reads it, in the largest unit that leaves no fraction: 86400000 is 1d. */
export function windowText(lengthMs: number): string {
  const unit = Object.entries({ d: dayMs, h: hourMs, m: minuteMs, s: 1000 }).find(([, size]) => lengthMs % size === 0);
  return unit ? `${lengthMs / unit[1]}${unit[0]}` : `${lengthMs}ms`;
}

/**
 * When so much of a budget goes in the long window, and goes on in the short one, somebody is told: the pairs of the SRE
 * Workbook, by the share of the budget that is gone by then.
 */
export interface WindowPair {
  readonly severity: 'page' | 'ticket';
  readonly longMs: number;
  readonly shortMs: number;
  readonly budgetShare: number;
}

export const windowPairs: readonly WindowPair[] = [
  { severity: 'page', longMs: hourMs, shortMs: 5 * minuteMs, budgetShare: 0.02 },
  { severity: 'page', longMs: 6 * hourMs, shortMs: 30 * minuteMs, budgetShare: 0.05 },
  { severity: 'ticket', longMs: dayMs, shortMs: 2 * hourMs, budgetShare: 0.1 },
  { severity: 'ticket', longMs: 3 * dayMs, shortMs: 6 * hourMs, budgetShare: 0.1 },
];

/** How many times faster than evenly the budget goes, when that share of it goes in the long window: 14.4 for 30 days. */
export const burnRate = ({ budgetShare, longMs }: WindowPair, days: number): number =>
  (budgetShare * days * dayMs) / longMs;
