/** What is judged, and by which bar; a peer beside it has none. */

import { ours } from '../decisions/cells.ts';
import type { Row } from '../main.ts';
import { type Cell, cellText, contenders } from './cells.ts';
import type { Result } from './work.ts';

export interface Measured {
  readonly cell: Cell;
  readonly runs: number;
  readonly result: Result;
}

/** Several cells under one bar: each is held to it. */
export interface Group {
  readonly what: string;
  /** null: it is printed, and not judged. */
  readonly bar: number | null;
  readonly isPower: boolean;
  readonly cells: readonly Measured[];
}

const falseBar = 1;
/** The loud end: the errors of a service under scrapers, in its quiet hours. */
const falseBarOfLargest = 3;
const largestMean = 28;
const powerBar = 95;
/** From this share on. */
const powerFromPercent = 10;
/**
 * Asked of us is what the oracle does four times as fast: as many of the runs. It is the one that knows how errors cluster:
 * who takes each of a cluster for one of its own is lucky, and would convict the good.
 */
const fewestPlain = powerBar / 100;

/** Made up, but for the luck. */
const unjudged = ['azure'];

export function groupsOf(measured: readonly Measured[]): Group[] {
  const sources = [...new Set(measured.map(({ cell }) => cell.series.source))];
  return sources
    .flatMap((source): Group[] => {
      const cells = measured.filter(({ cell }) => cell.series.source === source);
      const isWhole = cells.every(({ cell }) => cell.clusterMean === null);
      const bar = (value: number) => (unjudged.includes(source) ? null : value);
      const isLargest = ({ cell }: Measured): boolean => cell.clusterMean === largestMean;
      const judged = (what: string, most: number, of: readonly Measured[]): Group => ({
        what: `${source}: false rollbacks, ${what}`,
        bar: bar(most),
        isPower: false,
        cells: of,
      });
      return [
        judged(
          isWhole ? 'units kept whole' : 'K 2.6 and 5',
          falseBar,
          cells.filter((one) => !isLargest(one)),
        ),
        judged('K 28', falseBarOfLargest, cells.filter(isLargest)),
        {
          what: `${source}: a fault that the oracle finds in a quarter of the run, rolled back (at least)`,
          bar: bar(powerBar),
          isPower: true,
          cells: cells.filter(isPlain),
        },
      ];
    })
    .filter(({ cells }) => cells.length > 0);
}

const isPlain = ({ cell, runs, result }: Measured): boolean =>
  cell.sharePercent >= powerFromPercent && result.inTime.clusters >= fewestPlain * runs;

/** Of a cell, in percent of the runs that count. */
export function percentOf({ runs, result }: Measured, isPower: boolean, contender: number): number {
  if (isPower) return (100 * result.fault[contender]!.inTime.clusters) / result.inTime.clusters;
  return (100 * result.placebo[contender]!.rolledBack) / runs;
}

export function worstOf({ cells, isPower }: Group, contender: number): { readonly cell: Cell; readonly value: number } {
  const values = cells.map((one) => ({ cell: one.cell, value: percentOf(one, isPower, contender) }));
  return values.reduce((a, b) => ((isPower ? b.value < a.value : b.value > a.value) ? b : a));
}

/** A few runs say little: in the quick form one of them may be an accident. */
export function rows(measured: readonly Measured[], quick: boolean): Row[] {
  const us = contenders.findIndex(({ label }) => label === ours);
  return groupsOf(measured).flatMap((group): Row[] => {
    const { cell, value } = worstOf(group, us);
    const { bar, isPower, what, cells } = group;
    if (bar === null) return [];
    const fewest = Math.min(...cells.map(({ runs, result }) => (isPower ? result.inTime.clusters : runs)));
    const slack = quick ? 100 / fewest : 0;
    const ok = isPower ? value >= bar - slack : value <= Math.max(bar, slack);
    const unit = `% of the runs of the worst of ${cells.length} cells (${cellText(cell)})`;
    return [{ what, value: Number(value.toPrecision(4)), unit, bar, ok }];
  });
}
