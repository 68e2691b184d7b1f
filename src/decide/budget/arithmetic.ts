/**
 * What is left of an error budget, and how fast it goes: from sums of events, never from averages of ratios, which would
 * make a quiet hour weigh as much as a busy one. Pure.
 */
import type { BudgetCell } from '../../facts/budget.ts';
import type { Tally } from '../../facts/counts.ts';
import type { BudgetWindow } from '../../policy/policy.ts';
import { burnFactor, burnPairs, burnWindowsMs, lengthText, windowStart } from '../../policy/window.ts';

/** All that was counted within (fromMs, toMs]. */
export const sumWithin = (cells: readonly BudgetCell[], fromMs: number, toMs: number): Tally =>
  cells.reduce(
    (sum, { endMs, lengthMs, bad, total }) =>
      endMs - lengthMs >= fromMs && endMs <= toMs ? { bad: sum.bad + bad, total: sum.total + total } : sum,
    { bad: 0, total: 0 },
  );

/** Negative where more is gone than there was. Where nothing was asked, nothing was broken. */
export const remainingPercent = ({ bad, total }: Tally, allowedBadFraction: number): number =>
  total > 0 ? 100 * (1 - bad / (allowedBadFraction * total)) : 100;

/** 1: the budget lasts just as long as its window. null: nothing was asked, so nobody knows. */
export const burnRate = ({ bad, total }: Tally, allowedBadFraction: number): number | null =>
  total > 0 ? bad / total / allowedBadFraction : null;

export interface Figures {
  readonly remainingPercent: number;
  readonly burn: Readonly<Record<string, number>>;
  /** A page's pair of windows is over its rate in both: it is being spent just now. */
  readonly burning: boolean;
  readonly spent: Tally;
  /** When the first event was counted of which anything is known; null: there is none. */
  readonly sinceMs: number | null;
  /** The longest time without any event since then. */
  readonly silenceMs: number;
}

export function figuresOf(
  cells: readonly BudgetCell[],
  { allowedBadFraction, window, toMs }: { allowedBadFraction: number; window: BudgetWindow; toMs: number },
): Figures {
  const spent = sumWithin(cells, windowStart(window, toMs), toMs);
  const rates = new Map(
    burnWindowsMs.map((lengthMs) => [lengthMs, burnRate(sumWithin(cells, toMs - lengthMs, toMs), allowedBadFraction)]),
  );
  const isOver = (lengthMs: number, factor: number) => (rates.get(lengthMs) ?? 0) > factor;
  const first = cells.find(({ total }) => total > 0);
  return {
    remainingPercent: remainingPercent(spent, allowedBadFraction),
    burn: Object.fromEntries(
      [...rates].flatMap(([lengthMs, rate]) => (rate === null ? [] : [[lengthText(lengthMs), rate]])),
    ),
    burning: burnPairs.some((pair) => {
      const factor = burnFactor(pair, window);
      return pair.severity === 'page' && isOver(pair.longMs, factor) && isOver(pair.shortMs, factor);
    }),
    spent,
    sinceMs: first ? first.endMs - first.lengthMs : null,
    silenceMs: longestSilenceMs(cells),
  };
}

function longestSilenceMs(cells: readonly BudgetCell[]): number {
  const ends = cells.flatMap(({ endMs, total }) => (total > 0 ? [endMs] : []));
  return ends.reduce((longest, endMs, i) => Math.max(longest, endMs - (ends[i - 1] ?? endMs)), 0);
}
