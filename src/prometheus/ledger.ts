/** What was counted of one objective, by the hour for as long as a budget goes and by five minutes for the newest days. */
import { type BudgetCell, cellMs } from '../facts/budget.ts';
import type { Tally } from '../facts/counts.ts';

export const hourMs = 3_600_000;

/** Cells of one length without a gap: two numbers each, since there are thousands of them for each objective. */
class Row {
  readonly #lengthMs: number;
  fromMs: number;
  #bad: number[] = [];
  #total: number[] = [];

  constructor(lengthMs: number, fromMs: number) {
    this.#lengthMs = lengthMs;
    this.fromMs = fromMs;
  }

  get toMs(): number {
    return this.fromMs + this.#bad.length * this.#lengthMs;
  }

  put(endMs: number, { bad, total }: Tally): void {
    const place = (endMs - this.fromMs) / this.#lengthMs - 1;
    this.#bad[place] = bad;
    this.#total[place] = total;
  }

  forgetUpTo(fromMs: number): void {
    const gone = Math.max(0, Math.min(this.#bad.length, (fromMs - this.fromMs) / this.#lengthMs));
    this.#bad = this.#bad.slice(gone);
    this.#total = this.#total.slice(gone);
    this.fromMs = Math.max(this.fromMs, fromMs);
  }

  cells(): BudgetCell[] {
    return this.#bad.map((bad, i) => ({
      endMs: this.fromMs + (i + 1) * this.#lengthMs,
      lengthMs: this.#lengthMs,
      bad,
      total: this.#total[i]!,
    }));
  }
}

export class Ledger {
  readonly #hours: Row;
  readonly #fives: Row;
  /** The part of an hour with which the window begins. */
  #edge: { readonly fromMs: number; cells: BudgetCell[] } | null = null;

  /** By the hour from `fromMs`, by five minutes from `finelyFromMs`. */
  constructor(fromMs: number, finelyFromMs: number) {
    this.#hours = new Row(hourMs, fromMs);
    this.#fives = new Row(cellMs, finelyFromMs);
  }

  get fromMs(): number {
    return this.#hours.fromMs;
  }

  get finelyFromMs(): number {
    return this.#fives.fromMs;
  }

  get toMs(): number {
    return this.#fives.toMs;
  }

  isEdgeKnown(fromMs: number): boolean {
    return this.#edge?.fromMs === fromMs;
  }

  put(cell: BudgetCell): void {
    const { endMs, lengthMs } = cell;
    if (lengthMs === hourMs) this.#hours.put(endMs, cell);
    else if (endMs > this.#fives.fromMs) this.#fives.put(endMs, cell);
    else this.#edge = edgeWith(cell, this.#edge?.cells ?? []);
  }

  /** What lies before is of no use any more, and is told by the hour where it is old. */
  moveOn(fromMs: number, hoursFromMs: number, finelyFromMs: number): void {
    const old = this.#fives.cells().filter(({ endMs }) => endMs <= finelyFromMs);
    for (let i = 0; i < old.length; i += hourMs / cellMs) {
      const hour = old.slice(i, i + hourMs / cellMs);
      const sum = (of: 'bad' | 'total') => hour.reduce((all, cell) => all + cell[of], 0);
      this.#hours.put(hour.at(-1)!.endMs, { bad: sum('bad'), total: sum('total') });
    }
    this.#fives.forgetUpTo(finelyFromMs);
    this.#hours.forgetUpTo(hoursFromMs);
    if (this.#edge?.fromMs !== fromMs) this.#edge = null;
  }

  /** Oldest first. */
  cells(toMs: number): BudgetCell[] {
    const all = [...(this.#edge?.cells ?? []), ...this.#hours.cells(), ...this.#fives.cells()];
    return all.filter(({ endMs }) => endMs <= toMs);
  }
}

/** Cells come in their order; one that does not join on to the others begins another edge. */
function edgeWith(cell: BudgetCell, cells: BudgetCell[]) {
  const fromMs = cell.endMs - cell.lengthMs;
  const joins = cells.at(-1)?.endMs === fromMs;
  return joins ? { fromMs: cells[0]!.endMs - cells[0]!.lengthMs, cells: [...cells, cell] } : { fromMs, cells: [cell] };
}
