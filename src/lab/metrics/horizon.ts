/**
 * How far the metrics can be seen: so many seconds late as their delay says, not at all further during an outage. What
 * was seen stays seen; what an outage hid appears after it, with its own timestamps.
 */
import { type Scheduled, strengthAt } from '../../scenario/events.ts';
import { isGoogles } from './platform.ts';

export interface Delays {
  readonly platformMs: number;
  readonly appMs: number;
}

export class Horizon {
  readonly #delays: Delays;
  #platformMs = Number.NEGATIVE_INFINITY;
  #appMs = Number.NEGATIVE_INFINITY;

  constructor(delays: Delays) {
    this.#delays = delays;
  }

  /** Moves the horizon to what can be seen at this time. */
  advanceTo(nowMs: number, events: readonly Scheduled[]): void {
    const felt = events.filter((scheduled) => scheduled.event.on === 'Metrics' && strengthAt(scheduled, nowMs) > 0);
    if (felt.some(({ event }) => event.outage === true)) return;
    const extraMs = felt.reduce(
      (sum, scheduled) => sum + (scheduled.event.delay ?? 0) * strengthAt(scheduled, nowMs),
      0,
    );
    this.#platformMs = Math.max(this.#platformMs, nowMs - this.#delays.platformMs - extraMs);
    this.#appMs = Math.max(this.#appMs, nowMs - this.#delays.appMs - extraMs);
  }

  of(metricName: string): number {
    return isGoogles(metricName) ? this.#platformMs : this.#appMs;
  }
}
