/** What is counted of a policy, from when to when, and whether it is time to ask. Pure. */
import { cellMs, finelyMs } from '../../facts/budget.ts';
import { ms } from '../../facts/time.ts';
import { isUnguided, type Policy } from '../../policy/policy.ts';
import { windowStart } from '../../policy/window.ts';
import type { Status } from '../../status/status.ts';
import type { Unasked } from '../case.ts';
import { isJudged } from '../newest.ts';
import type { BudgetQuestion } from '../questions.ts';

/** By then everything can be seen: Google says so of its own metrics after three minutes, others come sooner. */
const settledMs = 4 * 60_000;
const hourMs = 3_600_000;
/** While nothing hangs on it. */
const calmlyMs = hourMs;
/** While a rule is in force, or a rollout runs. */
const closelyMs = 15 * 60_000;
/** A revision that waits to be rolled out is not begun by figures that are older. */
const beforeRolloutMs = cellMs;
/** Who was asked in vain is not asked again so soon. */
const inVainMs = 15 * 60_000;

/** All that has a budget. */
export const seriesOf = ({ objectives, shared }: Policy): BudgetQuestion['series'] => [
  ...objectives.map(({ name, indicator, allowedBadFraction, timeSliceMs }) => ({
    name,
    indicator,
    allowedBadFraction,
    timeSliceMs,
  })),
  ...shared.map(({ name, counters, allowedBadFraction, timeSliceMs }) => ({
    name,
    indicator: { kind: 'Ratio' as const, ...counters },
    allowedBadFraction,
    timeSliceMs,
  })),
];

export const questionOf = (policy: Policy, toMs: number): BudgetQuestion => ({
  series: seriesOf(policy),
  fromMs: Math.min(windowStart(policy.window, toMs), toMs - finelyMs),
  toMs,
});

/** null: what is known will do. */
export function due({ policy, service, known, nowMs }: Unasked): BudgetQuestion | null {
  if (isUnguided(policy) || !known.stable) return null;
  const { generation, triedFor, until, askedAt, unread } = known.errorBudget ?? {};
  const settled = nowMs - settledMs;
  const againMs = unread === undefined ? beforeRolloutMs : inVainMs;
  // What was asked by a clock that was ahead says nothing: it would be waited for until that time comes.
  const isAhead = askedAt !== undefined && ms(askedAt) > nowMs;
  if (askedAt !== undefined && !isAhead && triedFor === policy.generation && nowMs - ms(askedAt) < againMs) return null;
  if (until === undefined || isAhead || generation !== policy.generation) {
    return questionOf(policy, wholeCell(settled, cellMs));
  }
  const everyMs = paceOf(known, service.latestReady);
  const toMs = wholeCell(settled, everyMs === calmlyMs ? hourMs : cellMs);
  return toMs - ms(until) >= everyMs ? questionOf(policy, toMs) : null;
}

const wholeCell = (atMs: number, lengthMs: number): number => Math.floor(atMs / lengthMs) * lengthMs;

function paceOf(known: Status, newest: string | null): number {
  const waits = newest !== null && !isJudged(known, newest) && known.rollout?.candidate !== newest;
  const acting = known.errorBudget?.acting ?? [];
  if (waits && acting.length === 0) return beforeRolloutMs;
  return known.rollout || waits || acting.length > 0 ? closelyMs : calmlyMs;
}
