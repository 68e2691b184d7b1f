/** Ours cell by cell, and everybody by the lines that have a bar. */
import { aligned } from '../../../src/report/columns.ts';
import { contenders, sharesPercent } from './cells.ts';
import { groupsOf, type Measured, percentOf, worstOf } from './rows.ts';
import type { Count, Oracle } from './work.ts';

const right = (header: readonly string[]): number[] => header.map((_, i) => i).slice(1);

export function comparison(measured: readonly Measured[]): string {
  return [...cellLines(measured), '', ...ruleLines(measured), '', how].join('\n');
}

/** A line a series, a target and a kind of unit; the shares side by side. */
function cellLines(measured: readonly Measured[]): string[] {
  const header = [
    'SERIES',
    'TARGET',
    'K',
    ...sharesPercent.map((share) => `FALSE ${share} %`),
    'FAULT',
    ...sharesPercent.map((share) => `BACK ${share} %`),
    ...sharesPercent.slice(1).map((share) => `K KNOWN ${share} %`),
    'REASONS',
  ];
  const keyOf = ({ cell: { series, target, clusterMean } }: Measured) =>
    [series.name, `${target.percent} % ${target.standing.toLowerCase()}`, String(clusterMean ?? 'whole')] as const;
  const groups = new Map<string, Measured[]>();
  for (const one of measured) groups.set(keyOf(one).join(), [...(groups.get(keyOf(one).join()) ?? []), one]);
  const lines = [...groups.values()].map((cells) => [
    ...keyOf(cells[0]!),
    ...cells.map((one) => percent(percentOf(one, false, 0))),
    cells[0]!.cell.fault,
    ...cells.map((one) => back(one, 'independent')),
    ...cells.slice(1).map((one) => back(one, 'clusters')),
    reasonsText(cells.map(({ result }) => result.placebo[0]!)),
  ]);
  return aligned([header, ...lines], right(header).slice(0, -1));
}

/** The worst cell of each line, by rule. */
function ruleLines(measured: readonly Measured[]): string[] {
  const header = ['WORST CELL, %', 'BAR', ...contenders.map(({ label }) => label)];
  const lines = groupsOf(measured).map((group) => [
    group.what,
    group.bar === null ? '-' : String(group.bar),
    ...contenders.map((_, i) => percent(worstOf(group, i).value)),
  ]);
  return aligned([header, ...lines], right(header));
}

/** "96.2 of 410": percent rolled back of the runs in which the oracle is in time. */
function back({ result }: Measured, oracle: Oracle): string {
  const of = result.inTime[oracle];
  return of === 0 ? '-' : `${percent((100 * result.fault[0]!.inTime[oracle]) / of)} of ${of}`;
}

/** "LatencyRegression 3, TotalFailure 1" */
function reasonsText(counts: readonly Count[]): string {
  const sums = new Map<string, number>();
  for (const { reasons } of counts) {
    for (const [reason, n] of Object.entries(reasons)) sums.set(reason, (sums.get(reason) ?? 0) + n);
  }
  return [...sums]
    .sort(([, n], [, m]) => m - n)
    .map(([reason, n]) => `${reason} ${n}`)
    .join(', ');
}

const percent = (value: number): string => Number(value.toFixed(1)).toString();

const how =
  'FALSE: percent of the runs without a fault that were rolled back, by the share that the candidate is held at, and why. ' +
  'BACK: of the runs with the fault in which an oracle that knows both rates convicts within a quarter, percent rolled back; K KNOWN: the same of an oracle that knows, too, how large clusters are.';
