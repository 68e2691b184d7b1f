/**
 * How far the metrics reach, and how far apart they come: both measured, neither configured.
 *
 * A window ends where it can be believed to be complete. Within one series samples come in order, so everything up to the
 * oldest living series' last sample is there. Where all series are scraped at once that is also the newest sample; where
 * each has its own phase, a window may end a little before the newest sample, by which time a scrape that was under way
 * has arrived. A sample that comes later than that is counted by nobody, in either revision.
 *
 * Google's own metrics show in which minutes something changed, and nobody says more of how late they are than their
 * descriptors do. A window ends where both agree: at a minute that shows something and is old enough to be complete.
 */

import { minuteMs, wholeMinute } from '../counting/changes.ts';
import { type Measured, totals } from '../counting/measured.ts';
import { isOther, minutesQuery, reachQuery, samplesQuery } from '../counting/queries.ts';
import type { Freshness } from '../facts/counts.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { PromqlClient } from './promql.ts';
import { Remembered } from './remembered.ts';

/** Cloud Run samples its own metrics once a minute. */
const platformIntervalMs = 60_000;
/** An app's metrics are taken to come as often until they have been seen to come otherwise. */
const usualIntervalMs = 15_000;
/** By when a scrape that was under way has arrived. */
const settleMs = 5_000;
const countedMs = 300_000;
/** What is older than this is not fresh, whatever it shows. */
const lookedBackMs = 300_000;

const mostRemembered = 2_000;

/** What was last found, and until when nothing newer can be there. */
interface Seen {
  readonly freshness: Freshness;
  readonly askedMs: number;
  readonly nextMs: number;
}

export class Reach {
  readonly #client: PromqlClient;
  readonly #changesAfterMs: number;
  readonly #intervals = new Remembered<number>(10 * 60_000, mostRemembered);
  readonly #seen = new Map<string, Seen>();

  /** `changesAfterMs`: how long Google's own metrics take to be seen. */
  constructor(client: PromqlClient, changesAfterMs: number) {
    this.#client = client;
    this.#changesAfterMs = changesAfterMs;
  }

  async of(source: MetricsSource, measured: Measured, nowMs: number): Promise<Freshness> {
    const key = keyOf(source, measured);
    const seen = this.#seen.get(key);
    if (seen && nowMs >= seen.askedMs && nowMs < seen.nextMs) return seen.freshness;
    const { deltas } = measured;
    const freshness = await (deltas ? this.#ofChanges(source, measured, nowMs) : this.#ask(source, measured, nowMs));
    this.#seen.delete(key);
    const next = deltas ? this.#nextMinuteMs(freshness, nowMs) : nextMs(freshness, seen);
    this.#seen.set(key, { freshness, askedMs: nowMs, nextMs: next });
    if (this.#seen.size > mostRemembered) this.#seen.delete(this.#seen.keys().next().value!);
    return freshness;
  }

  async #ask(source: MetricsSource, measured: Measured, nowMs: number): Promise<Freshness> {
    const intervalMs = await this.#intervalMs(source, measured, nowMs);
    const samples = (await this.#client.instant(source, reachQuery(measured, intervalMs), nowMs))
      .map((sample) => ({ isOther: isOther(sample), atMs: Math.round(sample.value * 1000) }))
      .filter(({ atMs }) => Number.isFinite(atMs));
    const times = samples.filter((one) => !one.isOther).map(({ atMs }) => atMs);
    if (times.length === 0) return { newestMs: null, intervalMs };
    const [newest, oldest] = [Math.max(...times), Math.min(...times)];
    const reached = Math.max(oldest, newest - Math.min(settleMs, intervalMs / 3));
    // Of another metric that comes later nothing may be missed.
    return {
      newestMs: Math.min(reached, ...samples.filter((one) => one.isOther).map(({ atMs }) => atMs)),
      intervalMs,
    };
  }

  async #ofChanges(source: MetricsSource, measured: Measured, nowMs: number): Promise<Freshness> {
    const endMs = this.#newestMinute(nowMs);
    const query = minutesQuery(measured);
    const minutes = (await this.#client.range(source, query, endMs - lookedBackMs, endMs, minuteMs)).map((series) => ({
      isOther: isOther(series),
      atMs: Math.max(...series.points.flatMap(({ atMs, value }) => (Number.isFinite(value) ? [atMs] : []))),
    }));
    const newestMs = Math.max(...minutes.filter((one) => !one.isOther).map(({ atMs }) => atMs));
    const reached = Math.min(newestMs, ...minutes.filter((one) => one.isOther).map(({ atMs }) => atMs));
    return { newestMs: Number.isFinite(reached) ? reached : null, intervalMs: platformIntervalMs };
  }

  /** The end of the newest minute of which everything can be seen by now. */
  #newestMinute(nowMs: number): number {
    return wholeMinute(nowMs - this.#changesAfterMs);
  }

  /** Where that minute shows something, there is nothing newer to be believed before the next one ends. */
  #nextMinuteMs({ newestMs }: Freshness, nowMs: number): number {
    return newestMs === this.#newestMinute(nowMs) ? newestMs + minuteMs + this.#changesAfterMs : 0;
  }

  async #intervalMs(source: MetricsSource, measured: Measured, nowMs: number): Promise<number> {
    if (measured.platform) return platformIntervalMs;
    const key = keyOf(source, measured);
    return this.#intervals.get(key, nowMs, async () => {
      const [busiest] = await this.#client.instant(source, samplesQuery(measured), nowMs);
      const known = intervalOf(busiest?.value ?? 0);
      if (known === null) this.#intervals.forget(key);
      return known ?? usualIntervalMs;
    });
  }
}

const keyOf = (source: MetricsSource, measured: Measured): string =>
  JSON.stringify([source, totals(measured).map((counter) => selectorText(counter))]);

/**
 * The next sample is taken an interval after the newest and is seen no sooner than the newest was: when the question before
 * was put, that one was not there yet.
 */
function nextMs({ newestMs, intervalMs }: Freshness, before: Seen | undefined): number {
  if (newestMs === null) return 0;
  const wasNew = before !== undefined && before.freshness.newestMs !== newestMs;
  if (!wasNew) return before?.freshness.newestMs === newestMs ? before.nextMs : 0;
  return newestMs + intervalMs + Math.max(0, before.askedMs - newestMs);
}

/** From the samples of five minutes, to the nearest 5 s; null where they are too few to tell. */
export function intervalOf(samples: number): number | null {
  if (!(samples >= 3)) return null;
  return Math.max(5_000, Math.round(countedMs / samples / 5_000) * 5_000);
}
