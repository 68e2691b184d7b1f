/**
 * Google Cloud Deploy's analysis: phases of a fixed length, each passed by the absence of an open alert. An alert is one of
 * Cloud Monitoring's, on a window of its own; no data opens none.
 */
import { exceeds, limitsOf, limitText } from './limits.ts';
import { duration, onOff, percentOrSlo, type Settings, steps } from './options.ts';
import { type Canary, firstShare, nextShare, peer, promotion, rollback, Timetable, waiting } from './peer.ts';

export const name = 'alert-policy';

/**
 * Google gives no defaults for any of these; they are in the middle of its examples. The alerts are taken to be on the
 * candidate alone, and the rollback to be at once, though it is a deployment of the release before: both are kind to it.
 */
export const options = {
  steps: steps('25/50/75'),
  duration: duration('10m'),
  window: duration('5m'),
  errorPercent: percentOrSlo(1),
  latency: onOff('on'),
};

/** How often Cloud Monitoring evaluates a condition. */
const intervalMs = 60_000;

export const rule = (settings: Settings<typeof options>) =>
  peer((policy, startMs): Canary => {
    const limits = limitsOf(policy, settings.errorPercent, settings.latency);
    const timetable = new Timetable(startMs, intervalMs);
    let phaseFromMs: number | null = null;

    return ({ nowMs, percent, counts }) => {
      if (!timetable.due(nowMs)) return null;
      if (phaseFromMs === null) {
        phaseFromMs = nowMs;
        return firstShare(settings.steps[0]!);
      }
      for (const limit of limits) {
        const tally = counts(limit.objective, nowMs - settings.window, nowMs)?.candidate;
        if (tally && tally.total > 0 && exceeds(limit, tally)) return rollback('Alert', `${limitText(limit, tally)}.`);
      }
      if (nowMs - phaseFromMs < settings.duration) return waiting('NoAlert', 'No alert is open.');
      phaseFromMs = nowMs;
      const next = settings.steps.find((share) => share > percent);
      const message = 'No alert was open until the end of the phase.';
      return next === undefined ? promotion(message) : nextShare(next, message);
    };
  });
