/** What is left of the error budgets, told to a person. */
import type { Status } from '../status/status.ts';
import { bar } from './columns.ts';
import { fitted, without } from './fit.ts';

/** A line a budget: "availability, 30d  ██████  43.2 %  of the budget left, burn rate 1.3 (1h), 0.9 (3d)"; its name above it where that is too long. */
export function budgets({ budget = [] }: Status, columns = Number.POSITIVE_INFINITY): string[] {
  const table = (barWidth: number, left: string) => ({
    bare: true as const,
    heading: ['NAME', 'BAR', 'LEFT', 'TEXT'],
    rows: budget.map(({ objective, window, remainingPercent, remaining, burn }) => [
      `${objective}, ${window}`,
      bar(remainingPercent / 100, barWidth),
      remaining,
      `${left}${burnText(burn)}`,
    ]),
    right: ['LEFT'],
  });
  const short = table(8, 'left');
  const tables = [table(20, 'of the budget left'), table(8, 'of the budget left'), short, without(short, 'BAR')];
  return fitted(tables, columns).lines;
}

const told = ['1h', '6h', '3d'] as const;

function burnText(burn: Readonly<Record<string, number>>): string {
  const rates = told.flatMap((window) => {
    const rate = burn[window];
    return typeof rate === 'number' ? [`${Number(rate.toPrecision(2))} (${window})`] : [];
  });
  return rates.length === 0 ? '' : `, burn rate ${rates.join(', ')}`;
}
