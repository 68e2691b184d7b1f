/** What is left of the error budgets, told to a person. */
import { countedMs, daysText } from '../decide/budget/reach.ts';
import type { BudgetWindow } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import { dayMs, windowText } from '../policy/window.ts';
import type { BudgetRow } from '../status/budget.ts';
import type { Status } from '../status/status.ts';
import { bar } from './columns.ts';
import { fitted, without } from './fit.ts';

interface Told {
  readonly status: Status;
  readonly spec?: StoredPolicy['spec'];
}

/**
 * A line a budget: "availability, 30d  ██████  43.2 %  of the budget left, burn rate 1.3 (1h), 0.9 (3d)", and of how much
 * that is where it is not of all of the window; its name above it where that is too long.
 */
export function budgets({ status: { budget = [] }, spec }: Told, columns = Number.POSITIVE_INFINITY): string[] {
  const table = (barWidth: number, left: string) => ({
    bare: true as const,
    heading: ['NAME', 'BAR', 'LEFT', 'TEXT'],
    rows: budget.map((row) => {
      const reachMs = reachOf(row, spec);
      const counting = reachMs === null ? '' : `, counting the last ${daysText(reachMs)}`;
      return [
        `${row.objective}, ${row.window}`,
        bar(row.remainingPercent / 100, barWidth),
        row.remaining,
        `${left}${counting}${burnText(row.burn, reachMs ?? Number.POSITIVE_INFINITY)}`,
      ];
    }),
    right: ['LEFT'],
  });
  const short = table(8, 'left');
  const tables = [table(20, 'of the budget left'), table(8, 'of the budget left'), short, without(short, 'BAR')];
  return fitted(tables, columns).lines;
}

/** In milliseconds; null: all of the window, or when that began is not known. */
function reachOf(row: BudgetRow, spec: Told['spec']): number | null {
  const window = rolling(row.window) ?? (spec?.ok ? spec.policy.window : undefined);
  return window === undefined || windowText(window) !== row.window ? null : countedMs(row, window);
}

function rolling(text: string): BudgetWindow | undefined {
  const [, days] = /^(\d+)d$/.exec(text) ?? [];
  return days === undefined ? undefined : { kind: 'Rolling', lengthMs: Number(days) * dayMs };
}

const hourMs = 3_600_000;

const told = [
  { window: '1h', lengthMs: hourMs },
  { window: '6h', lengthMs: 6 * hourMs },
  { window: '3d', lengthMs: 3 * dayMs },
] as const;

/** A window in which no more was counted than in the one before it says the same again. */
function burnText(burn: Readonly<Record<string, number>>, reachMs: number): string {
  const rates = told.flatMap(({ window }, i) => {
    const rate = burn[window];
    if (typeof rate !== 'number' || (told[i - 1]?.lengthMs ?? 0) >= reachMs) return [];
    return [`${Number(rate.toPrecision(2))} (${window})`];
  });
  return rates.length === 0 ? '' : `, burn rate ${rates.join(', ')}`;
}
