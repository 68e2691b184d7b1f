/**
 * Argo Rollouts: fixed steps with pauses, and an analysis in the background that measures each metric by itself. More
 * failures than the limit, in all, or more errors in a row than theirs, end it.
 */
import { exceeds, type Limit, limitsOf, limitText } from './limits.ts';
import { duration, durationOr, onOff, percentOrSlo, type Settings, steps, whole } from './options.ts';
import {
  type Canary,
  firstShare,
  type Glance,
  type Move,
  nextShare,
  peer,
  promotion,
  rollback,
  waiting,
} from './peer.ts';

export const name = 'argo-rollouts';

/** What its documentation shows, but for latency, without which no regression of it could be seen at all. */
export const options = {
  steps: steps('20/40/60/80'),
  pause: duration('10m'),
  interval: duration('5m'),
  window: durationOr('interval', 'interval'),
  // A measurement at once finds nothing, which is an error.
  initialDelay: durationOr('interval', 'interval', 0),
  failureLimit: whole(3, 0, 1000),
  consecutiveErrorLimit: whole(4, 0, 1000),
  successRatePercent: percentOrSlo(95),
  latency: onOff('on'),
};

/** After an error it asks again so soon, whatever the interval. */
const errorRetryMs = 10_000;

export const rule = (settings: Settings<typeof options>) =>
  peer((policy, startMs): Canary => {
    const { successRatePercent, latency, pause } = settings;
    const limits = limitsOf(policy, successRatePercent === 'slo' ? 'slo' : 1 - successRatePercent, latency);
    const metrics = limits.map((limit) => new Metric(limit, settings, startMs));
    let pausedFromMs: number | null = null;

    return (glance) => {
      if (pausedFromMs === null) {
        pausedFromMs = glance.nowMs;
        return firstShare(settings.steps[0]!);
      }
      const measured = metrics.flatMap((metric) => metric.measure(glance) ?? []);
      const bad = measured.find(({ ended }) => ended !== null);
      if (bad) return bad;
      if (glance.nowMs - pausedFromMs < pause) return measured[0] ?? null;
      pausedFromMs = glance.nowMs;
      const next = settings.steps.find((share) => share > glance.percent);
      return next === undefined ? promotion('The last pause is over.') : nextShare(next, 'The pause is over.');
    };
  });

class Metric {
  readonly #limit: Limit;
  readonly #settings: Settings<typeof options>;
  readonly #startMs: number;
  readonly #windowMs: number;
  #nextMs: number;
  #failures = 0;
  #consecutiveErrors = 0;

  constructor(limit: Limit, settings: Settings<typeof options>, startMs: number) {
    this.#limit = limit;
    this.#settings = settings;
    this.#startMs = startMs;
    this.#windowMs = settings.window ?? settings.interval;
    this.#nextMs = startMs + (settings.initialDelay ?? settings.interval);
  }

  measure(glance: Glance): Move | null {
    if (glance.nowMs < this.#nextMs) return null;
    const { failureLimit, consecutiveErrorLimit, interval } = this.#settings;
    const { phase, message } = this.#measurement(glance);
    this.#nextMs = glance.nowMs + (phase === 'Error' ? errorRetryMs : interval);
    if (phase === 'Error') this.#consecutiveErrors++;
    else this.#consecutiveErrors = 0;
    if (phase === 'Failed') this.#failures++;
    if (this.#failures > failureLimit) return rollback('Failed', `${this.#failures} measurements failed; ${message}.`);
    if (this.#consecutiveErrors > consecutiveErrorLimit) {
      return rollback('Error', `${this.#consecutiveErrors} errors in a row; ${message}.`);
    }
    return waiting(phase, `${message}.`);
  }

  #measurement({ nowMs, counts }: Glance): { phase: 'Successful' | 'Failed' | 'Error'; message: string } {
    const { objective, name } = this.#limit;
    const tally = counts(objective, nowMs - this.#windowMs, nowMs)?.candidate;
    if (!tally) return { phase: 'Error', message: `${name}: no answer` };
    if (tally.total > 0) {
      return { phase: exceeds(this.#limit, tally) ? 'Failed' : 'Successful', message: limitText(this.#limit, tally) };
    }
    // Without any request yet there is no series, and its first element is out of range; after one it is 0/0, which is NaN
    // and meets no condition.
    const before = counts(objective, this.#startMs, nowMs)?.candidate.total ?? 0;
    return before === 0
      ? { phase: 'Error', message: `${name}: no series` }
      : { phase: 'Failed', message: `${name}: not a number` };
  }
}
