/** Processes that begin anew in place: what they did, and what scrapes of their counters showed. */
import { SeriesStore } from '../../src/lab/series/store.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export interface Tally {
  readonly bad: number;
  readonly total: number;
}

/** One instance. Times are milliseconds since the epoch. */
export interface Process {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly restartsMs: readonly number[];
  readonly everyMs: number;
  /** How long after a multiple of `everyMs` it is scraped. */
  readonly phaseMs: number;
  /** All that was done since it first began. */
  readonly done: (atMs: number) => Tally;
}

/** What ten requests a second come to; how many of them are bad goes by the minute of the day. */
export function tenASecond(fromMs: number, badOf: (minuteOfDay: number) => number): Process['done'] {
  const sums = [0];
  const badBy = (minutes: number) => {
    for (let i = sums.length; i <= minutes; i++) {
      sums.push(sums[i - 1]! + 600 * badOf((fromMs / minuteMs + i - 1) % 1440));
    }
    return sums[minutes]!;
  };
  return (atMs) => {
    const minutes = Math.floor((atMs - fromMs) / minuteMs);
    const part = (atMs - fromMs) / minuteMs - minutes;
    const bad = badBy(minutes) + part * (badBy(minutes + 1) - badBy(minutes));
    return { total: Math.floor((atMs - fromMs) / 100), bad: Math.floor(bad) };
  };
}

export interface Scrape extends Tally {
  readonly atMs: number;
}

export function scrapesOf({ fromMs, untilMs, restartsMs, everyMs, phaseMs, done }: Process): Scrape[] {
  const scrapes: Scrape[] = [];
  let lives = 0;
  let base: Tally = { bad: 0, total: 0 };
  for (let atMs = Math.ceil((fromMs - phaseMs) / everyMs) * everyMs + phaseMs; atMs <= untilMs; atMs += everyMs) {
    // What it did in the very moment in which it began anew it did before.
    for (; restartsMs[lives]! < atMs; lives++) base = done(restartsMs[lives]!);
    const { bad, total } = done(atMs);
    scrapes.push({ atMs, bad: bad - base.bad, total: total - base.total });
  }
  return scrapes;
}

export interface Shown {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [atMs: number, value: number])[];
}

/** The same as counters, and as the buckets of a histogram, in which what is bad is slow. */
export function shownAs(scrapes: readonly Scrape[], labels: Readonly<Record<string, string>>): Shown[] {
  const shown = (name: string, more: Readonly<Record<string, string>>, value: (scrape: Scrape) => number): Shown => ({
    name,
    labels: { ...labels, ...more },
    samples: scrapes.map((scrape) => [scrape.atMs, value(scrape)]),
  });
  return [
    shown('http_requests_total', {}, ({ total }) => total),
    shown('http_failures_total', {}, ({ bad }) => bad),
    shown('http_duration_seconds_bucket', { le: '0.3' }, ({ bad, total }) => total - bad),
    shown('http_duration_seconds_bucket', { le: '+Inf' }, ({ total }) => total),
  ];
}

export const counters = { bad: 'http_failures_total', total: 'http_requests_total' };
export const quantile = 'histogram_quantile(0.95, sum by (le) (rate(http_duration_seconds_bucket[5m])))';

export function storedFrom(all: readonly Shown[]): SeriesStore {
  const store = new SeriesStore();
  for (const { name, labels, samples } of all) {
    const series = store.series(name, labels);
    for (const [atMs, value] of samples) series.append(atMs, value);
  }
  return store;
}
