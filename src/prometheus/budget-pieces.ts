/** Of a budget's window the parts that are asked for, and the cells that the answers make of them. Pure. */
import { type BudgetCell, cellMs, finelyMs } from '../facts/budget.ts';
import type { Tally } from '../facts/counts.ts';
import type { BudgetQuestion } from '../ports/metrics.ts';
import { hourMs, type Ledger } from './ledger.ts';

/** What came late is asked for once more. */
export const overlapMs = hourMs;

/** Cells of this length in (fromMs, toMs]. */
export interface Piece {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lengthMs: number;
}

/** What of the window is not remembered. */
export function piecesOf(question: BudgetQuestion, ledger: Ledger | null): Piece[] {
  const { hoursFromMs, finelyFromMs } = reachOf(question);
  const { fromMs, toMs } = question;
  const knownToMs = ledger ? Math.max(ledger.finelyFromMs, ledger.toMs - overlapMs) : finelyFromMs;
  const pieces = [
    // The part of an hour with which the window begins.
    { fromMs: ledger?.isEdgeKnown(fromMs) ? hoursFromMs : fromMs, toMs: hoursFromMs, lengthMs: cellMs },
    { fromMs: ledger ? finelyFromMs : hoursFromMs, toMs: finelyFromMs, lengthMs: hourMs },
    { fromMs: ledger && ledger.toMs >= toMs ? toMs : knownToMs, toMs, lengthMs: cellMs },
  ];
  return pieces.filter((piece) => piece.fromMs < piece.toMs);
}

/** Cells, each of one step or, of slices, of as many as end in it. */
export function cellsOf(
  { fromMs, toMs, lengthMs }: Piece,
  stepMs: number,
  tallyAt: (atMs: number) => Tally,
): BudgetCell[] {
  const cells = Array.from({ length: (toMs - fromMs) / lengthMs }, (_, i) => ({
    endMs: fromMs + (i + 1) * lengthMs,
    lengthMs,
    bad: 0,
    total: 0,
  }));
  for (let atMs = firstEndOf(fromMs, stepMs); atMs <= toMs; atMs += stepMs) {
    const cell = cells[Math.ceil((atMs - fromMs) / lengthMs) - 1]!;
    const { bad, total } = tallyAt(atMs);
    cell.bad += bad;
    cell.total += total;
  }
  return cells;
}

/** Slices lie side by side in every hour, wherever a window begins. */
export const firstEndOf = (fromMs: number, stepMs: number): number => (Math.floor(fromMs / stepMs) + 1) * stepMs;

export interface ReachOf {
  readonly hoursFromMs: number;
  readonly finelyFromMs: number;
}

export function reachOf(question: BudgetQuestion): ReachOf {
  const { fromMs, toMs } = question;
  const finelyFromMs = Math.floor((toMs - finelyMs) / hourMs) * hourMs;
  return { hoursFromMs: Math.min(finelyFromMs, Math.ceil(fromMs / hourMs) * hourMs), finelyFromMs };
}

/** It reaches as far back as is wanted, and what is new joins on to it. */
export const goesOn = (ledger: Ledger, hoursFromMs: number, finelyFromMs: number): boolean =>
  ledger.fromMs <= hoursFromMs && ledger.finelyFromMs <= finelyFromMs && ledger.toMs >= finelyFromMs;
