/** What was counted of each objective over an error budget's window, all revisions together. */
import type { Answer } from './answer.ts';
import type { Tally } from './counts.ts';

/** Samples of five minutes are what the shortest window of a burn rate needs; every time zone's midnight lies between two. */
export const cellMs = 5 * 60_000;
/** What lies further back than the longest window of a burn rate is counted by the hour. */
export const finelyMs = 3 * 24 * 3_600_000;

/** What was counted in (endMs - lengthMs, endMs]. */
export interface BudgetCell extends Tally {
  readonly endMs: number;
  readonly lengthMs: number;
}

export interface BudgetCounts {
  /** Counted up to here. */
  readonly toMs: number;
  /** By the objective's name, oldest first and without a gap; of slices, how many were bad, and how many had any event. */
  readonly byObjective: Readonly<Record<string, Answer<readonly BudgetCell[]>>>;
}
