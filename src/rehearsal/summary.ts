/** What became of a job's runs. */
import type { Job } from './job.ts';
import type { RunResult } from './rehearse.ts';

export interface Summary {
  readonly scenario: string;
  readonly truth: 'Good' | 'Bad';
  readonly rule: string;
  readonly runs: number;
  readonly promoted: number;
  readonly rolledBack: number;
  readonly undecided: number;
  readonly retreats: number;
  readonly secondsToRollback: Quantiles | null;
  readonly excessBadRequests: { readonly mean: number; readonly p95: number };
  readonly secondsTo90Percent: Quantiles | null;
  readonly largestStepPercent: Quantiles | null;
  /** Runs by the reason of their outcome, the most frequent first. */
  readonly reasons: Readonly<Record<string, number>>;
}

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
}

export function summarize({ scenario, rule }: Job, results: readonly RunResult[]): Summary {
  const counted = (outcome: RunResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const excess = results.map(({ excessBadRequests }) => excessBadRequests);
  const reasons = new Map<string, number>();
  for (const { reason } of results) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    scenario: scenario.name,
    truth: scenario.truth,
    rule,
    runs: results.length,
    promoted: counted('promoted'),
    rolledBack: counted('rolledBack'),
    undecided: counted('undecided'),
    retreats: results.reduce((sum, { retreats }) => sum + retreats, 0),
    secondsToRollback: seconds(results.map(({ toRollbackMs }) => toRollbackMs)),
    excessBadRequests: {
      mean: rounded(excess.reduce((sum, value) => sum + value, 0) / results.length),
      p95: rounded(quantile(excess, 0.95)),
    },
    secondsTo90Percent: seconds(results.map(({ to90PercentMs }) => to90PercentMs)),
    largestStepPercent: quantiles(results.map(({ largestStepPercent }) => largestStepPercent)),
    reasons: Object.fromEntries([...reasons].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))),
  };
}

const seconds = (timesMs: readonly (number | null)[]): Quantiles | null =>
  quantiles(timesMs.map((timeMs) => timeMs && timeMs / 1000));

/** Of the runs in which it happened; null where it never did. */
function quantiles(values: readonly (number | null)[]): Quantiles | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : { p50: rounded(quantile(known, 0.5)), p95: rounded(quantile(known, 0.95)) };
}

/** The smallest value that at least this part of the values do not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}

const rounded = (value: number): number => Number(value.toFixed(3));
