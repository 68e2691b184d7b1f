/** What people read of each error budget, made of what was counted; where nothing new is known, of what was known before. */
import type { BudgetCell } from '../../facts/budget.ts';
import { iso, ms } from '../../facts/time.ts';
import { windowStart, windowText } from '../../policy/window.ts';
import type { BudgetRow } from '../../status/budget.ts';
import type { Case } from '../case.ts';
import { hashOf } from '../evidence/fingerprint.ts';
import { unmeasurableBy } from '../inspection.ts';
import { clipped, significant } from '../words.ts';
import { type Figures, figuresOf } from './arithmetic.ts';
import { seriesOf } from './asked.ts';
import { daysText } from './reach.ts';

type Series = ReturnType<typeof seriesOf>[number];

/** One objective's figures that were just made. */
export interface Standing {
  readonly row: BudgetRow;
  /** What it measures, whatever it is called. */
  readonly measures: string;
  readonly burning: boolean;
  /** There is enough of it to begin something by: more than what a few failures, or the first hour, could be by chance. */
  readonly tells: boolean;
  /** When its window began, and when the first event was counted of which anything is known; null: there is none. */
  readonly fromMs: number;
  readonly sinceMs: number | null;
}

export const measuresOf = ({ indicator, timeSliceMs }: Series): string => hashOf([indicator, timeSliceMs]);

/** The objectives of which there are new figures. */
export function standingsOf({ policy, seen, known }: Case, oldestMs: number): Standing[] {
  const { budget } = seen;
  if (budget?.kind !== 'Known') return [];
  const { toMs, byObjective } = budget.value;
  return seriesOf(policy).flatMap((series): Standing[] => {
    const cells = byObjective[series.name];
    if (cells?.kind !== 'Known' || unmeasurableBy(known, series.name)) return [];
    return [standingOf(series, cells.value, policy.window, toMs, oldestMs)];
  });
}

/** By fewer bad events nothing begins. A bad slice is made of many already. */
const fewestBad = 5;
/** What a window begins with says little: it may be a deployment. */
const leastMs = 3_600_000;
const dayMs = 24 * leastMs;

function standingOf(
  series: Series,
  cells: readonly BudgetCell[],
  window: Case['policy']['window'],
  toMs: number,
  oldestMs: number,
): Standing {
  const figures = figuresOf(cells, { allowedBadFraction: series.allowedBadFraction, window, toMs });
  const { remainingPercent, spent, burning, sinceMs } = figures;
  const fromMs = Math.max(windowStart(window, toMs), sinceMs ?? 0);
  const row = {
    objective: series.name,
    window: windowText(window),
    remainingPercent,
    remaining: `${significant(remainingPercent, 3)} %`,
    burn: { ...figures.burn },
    ...spent,
    ...(sinceMs !== null && { since: iso(fromMs) }),
    until: iso(toMs),
    ...shortOf(figures, windowStart(window, toMs), oldestMs, toMs),
  };
  const isMuch = spent.bad >= (series.timeSliceMs === null ? fewestBad : 1);
  const tells = isMuch && toMs - fromMs >= leastMs;
  return { row, measures: measuresOf(series), burning, tells, fromMs: windowStart(window, toMs), sinceMs };
}

/** A long weekend is no want of metrics, nor is what is but twice as long as another silence. */
const usualSilenceMs = 3 * dayMs;

/** The service was there, and nothing is known of it: its metrics are not kept for as long as the window. */
function shortOf(
  { sinceMs, silenceMs }: Figures,
  fromMs: number,
  oldestMs: number,
  toMs: number,
): Pick<BudgetRow, 'short'> {
  if (sinceMs === null) return {};
  const missingMs = sinceMs - Math.max(fromMs, oldestMs);
  if (missingMs <= Math.max(usualSilenceMs, 2 * silenceMs)) return {};
  const counted = `It counts the last ${daysText(toMs - sinceMs)} of ${daysText(toMs - fromMs)}`;
  const why = `the service is older than what its metrics hold (since ${iso(sinceMs)})`;
  return { short: clipped(`${counted}: ${why}. Keep the metrics as long as spec.window, or shorten it.`) };
}

/** New rows beside those that still stand, the worst first. */
export function rowsOf(
  standings: readonly Standing[],
  before: readonly BudgetRow[],
  series: readonly Series[],
): BudgetRow[] {
  const rows = series.flatMap(({ name }) => {
    const row = standings.find((one) => one.row.objective === name)?.row;
    return row ?? before.find(({ objective }) => objective === name) ?? [];
  });
  return rows.toSorted((a, b) => a.remainingPercent - b.remainingPercent);
}

/** The earliest time at which the service is known to have been there. */
export function oldestOf({ known, seen, nowMs }: Case): number {
  const revisions = Object.values(seen.revisions).flatMap((one) => one?.createdAtMs ?? []);
  const told = [known.errorBudget?.oldest, known.adoption?.at, known.lastGood?.since, known.budget?.[0]?.since];
  return Math.min(nowMs, ...revisions, ...told.flatMap((at) => (at === undefined ? [] : ms(at))));
}
