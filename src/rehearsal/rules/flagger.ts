/**
 * Flagger: one check an interval, and a step for each that passes. Failed checks add up over the whole rollout, and no
 * values count as one. A canary goes back at the interval after the last check it could afford.
 */
import { exceeds, limitsOf, limitText } from './limits.ts';
import { duration, type Option, onOff, percentOrSlo, type Settings, whole } from './options.ts';
import {
  type Canary,
  firstShare,
  type Glance,
  nextShare,
  peer,
  promotion,
  rollback,
  Timetable,
  waiting,
} from './peer.ts';

/**
 * What its documentation shows. The request duration is checked there, too, at 500 ms; here at the policy's threshold. A
 * metric's window is a minute whatever the interval, unless one is set.
 */
const optionsWith = (successRatePercent: Option<number | 'slo'>) => ({
  // It takes anything shorter for 10 s.
  interval: duration('60s', 10_000),
  window: duration('60s'),
  threshold: whole(5, 1, 1000),
  stepWeight: whole(10, 1, 100),
  maxWeight: whole(50, 1, 100),
  successRatePercent,
  latency: onOff('on'),
});

export const options = optionsWith(percentOrSlo(99));
/** With its limit where the policy has it. */
export const sloOptions = optionsWith(percentOrSlo('slo'));

export const rule = (settings: Settings<typeof options>) =>
  peer((policy, startMs): Canary => {
    const { interval, window, threshold, stepWeight, maxWeight, successRatePercent, latency } = settings;
    const limits = limitsOf(policy, successRatePercent === 'slo' ? 'slo' : 1 - successRatePercent, latency);
    const timetable = new Timetable(startMs, interval);
    let begun = false;
    let failedChecks = 0;
    let lastFailure = '';

    return (glance) => {
      if (!timetable.due(glance.nowMs)) return null;
      // Before this interval's own check: the last one failed an interval ago.
      if (failedChecks >= threshold) return rollback('FailedChecks', `${failedChecks} checks failed; ${lastFailure}.`);
      if (!begun) {
        begun = true;
        return firstShare(stepWeight);
      }
      const failure = failureOf(glance);
      if (failure !== null) {
        failedChecks++;
        lastFailure = failure;
        return waiting('CheckFailed', `${failedChecks} of ${threshold} checks failed: ${failure}.`);
      }
      // The primary gets the canary's template now: from here on both arms are the new revision.
      if (glance.percent >= maxWeight) return promotion('Passed at its largest weight.');
      return nextShare(Math.min(100, glance.percent + stepWeight), 'The check passed.');
    };

    /** The first that fails is the only one that is told. */
    function failureOf({ nowMs, counts }: Glance): string | null {
      for (const limit of limits) {
        const tally = counts(limit.objective, nowMs - window, nowMs)?.candidate;
        if (!tally || tally.total === 0) return `${limit.name}: no values found`;
        if (exceeds(limit, tally)) return limitText(limit, tally);
      }
      return null;
    }
  });
