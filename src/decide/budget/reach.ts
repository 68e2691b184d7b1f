/** Of how much an error budget was counted, where that is not all of its window. Pure. */
import { ms, spoken } from '../../facts/time.ts';
import type { BudgetWindow } from '../../policy/policy.ts';
import { dayMs, windowStart } from '../../policy/window.ts';
import type { BudgetRow } from '../../status/budget.ts';
import { significant } from '../words.ts';

/** So small a part of the window is no news. */
const smallPart = 0.01;

/** How long what was counted is, in milliseconds, where that is less than the window; null: it is all of it, or nothing was. */
export function countedMs({ since, until }: Pick<BudgetRow, 'since' | 'until'>, window: BudgetWindow): number | null {
  if (since === undefined) return null;
  const [sinceMs, untilMs] = [ms(since), ms(until)];
  const fromMs = windowStart(window, untilMs);
  return sinceMs - fromMs > smallPart * (untilMs - fromMs) ? untilMs - sinceMs : null;
}

/** "12 days", "20 min". */
export const daysText = (lengthMs: number): string =>
  lengthMs >= 2 * dayMs ? `${significant(lengthMs / dayMs, 2)} days` : spoken(lengthMs);
