/**
 * The same conditions and shares by the counters alone, for whoever has none of what the rules record: Grafana, Cloud
 * Monitoring, a person with a runbook. Pure.
 */
import type { Policy } from '../policy/policy.ts';
import { lengthText } from '../policy/window.ts';
import type { Alert, BurnAlert, Promised } from './alerts.ts';
import { atLeast, exprOf, promiseNamed } from './conditions.ts';
import { type Counts, countsIn } from './counts.ts';
import { decimal } from './decimal.ts';

/** Has a value, above zero, while the alert is due. Levels and saturation need nothing that is recorded. */
export const aloneExprOf = (alert: Alert, policy: Policy): string =>
  alert.kind === 'Burn' ? burnExpr(alert, policy) : exprOf(alert, policy);

/** In both windows, by more than one bad event, and where the service was in use before the long window, so that it is full. */
function burnExpr({ objective, longMs, shortMs, threshold, minimumBad }: BurnAlert, policy: Policy): string {
  const promise = promiseNamed(objective, policy);
  const [long, short] = [countsOver(longMs, promise, policy), countsOver(shortMs, promise, policy)];
  return [
    `${long.share} > ${threshold}`,
    `and ${short.share} > ${threshold}`,
    `and ${long.bad} > ${atLeast(minimumBad)}`,
    `and ${wasInUse(longMs, promise, policy)}`,
  ].join('\n');
}

/** A day is long enough for a service that sleeps at night, and short enough to be read each minute. */
function wasInUse(beforeMs: number, promise: Promised, policy: Policy): string {
  const { total } = countsIn('1d', promise, policy);
  return `last_over_time((${total} > 0)[1m:1m] offset ${lengthText(beforeMs)}) > 0`;
}

/** Of events, or of slices of time, whichever the budget counts. */
export function countsOver(windowMs: number, promise: Promised, policy: Policy): Counts {
  const { timeSliceMs, allowedBadFraction } = promise;
  const window = lengthText(windowMs);
  if (timeSliceMs === null) return countsIn(window, promise, policy);
  const { share } = countsIn(lengthText(timeSliceMs), promise, policy);
  const slices = `((${share}) > bool ${decimal(allowedBadFraction)})[${window}:${lengthText(timeSliceMs)}]`;
  const [bad, total] = [`sum_over_time(${slices})`, `count_over_time(${slices})`];
  // Each slice is read once: of ones and zeros the mean is the share.
  return { bad, total, share: `avg_over_time(${slices})` };
}
