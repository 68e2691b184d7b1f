/** What is left of the error budgets, told to a person. */
import type { Status } from '../status/status.ts';
import { aligned, bar } from './columns.ts';

const barWidth = 20;

/** A line a budget: "availability of 30d  ██████  43.2 %  left; burns 1.3 times as fast as it lasts (1h), 0.9 (3d)". */
export function budgets({ budget = [] }: Status): string[] {
  const rows = budget.map(({ objective, window, remainingPercent, remaining, burn }) => [
    `${objective}, ${window}`,
    bar(remainingPercent / 100, barWidth),
    remaining,
    `of the budget left${burnText(burn)}`,
  ]);
  return aligned(rows, [2]);
}

const told = ['1h', '6h', '3d'] as const;

function burnText(burn: Readonly<Record<string, number>>): string {
  const rates = told.flatMap((window) => {
    const rate = burn[window];
    return typeof rate === 'number' ? [`${Number(rate.toPrecision(2))} (${window})`] : [];
  });
  return rates.length === 0 ? '' : `, burn rate ${rates.join(', ')}`;
}
