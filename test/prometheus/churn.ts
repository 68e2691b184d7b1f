/**
 * A service as its scrapes see it: instances come and go, each scraped in its own phase, with jitter, missed and late
 * scrapes, restarts of the container, and counters that are born with their first event. The same every time.
 */

import { stale, type WrittenSeries } from '../lab/promql/remote-write.ts';
import { mulberry } from '../lab/promql/sample-world.ts';

export interface Scraped {
  readonly metric: Readonly<Record<string, string>>;
  readonly atMs: number;
  /** When it can be seen. In order within a series. */
  readonly arrivesMs: number;
  readonly value: number | typeof stale;
}

export interface Arm {
  readonly revision: string;
  readonly bornMs: number;
  readonly rps: number;
  readonly badFraction: number;
  readonly instances: number;
  /** What its first instances had counted before anybody looked. */
  readonly before: number;
}

export interface ChurnOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly intervalMs: number;
  readonly meanLifeMs: number;
  readonly outage: { readonly fromMs: number; readonly toMs: number } | null;
}

/** One instance's life: what really happened in it, and what each scrape of it showed. */
export interface Life {
  readonly revision: string;
  readonly instance: string;
  readonly first: boolean;
  readonly scrapes: readonly { readonly atMs: number; readonly good: number; readonly bad: number }[];
  readonly truth: { readonly good: number; readonly bad: number };
}

export function churn(arms: readonly Arm[], options: ChurnOptions): { lives: Life[]; samples: Scraped[] } {
  const random = mulberry(options.seed);
  const lives: Life[] = [];
  const samples: Scraped[] = [];
  for (const arm of arms) {
    for (let slot = 0; slot < arm.instances; slot++) {
      let bornMs = arm.bornMs;
      for (let turn = 0; bornMs < options.endMs; turn++) {
        const diesMs = Math.min(options.endMs, bornMs + Math.max(60_000, -Math.log(1 - random()) * options.meanLifeMs));
        const instance = `${arm.revision}-${slot}-${turn}`;
        const { life, seen } = live(arm, instance, turn === 0, bornMs, diesMs, options, random);
        lives.push(life);
        samples.push(...seen);
        bornMs = diesMs + 5_000;
      }
    }
  }
  return { lives, samples: samples.sort((a, b) => a.arrivesMs - b.arrivesMs) };
}

function live(
  arm: Arm,
  instance: string,
  first: boolean,
  bornMs: number,
  diesMs: number,
  { intervalMs, outage }: ChurnOptions,
  random: () => number,
): { life: Life; seen: Scraped[] } {
  const labels = { job: 'api', revision_name: arm.revision, instance };
  const perSecond = arm.rps / arm.instances;
  const counts = {
    good: first ? arm.before : 0,
    bad: first && arm.before > 0 ? Math.round(arm.before * arm.badFraction) : 0,
  };
  const truth = { good: 0, bad: 0 };
  const scrapes: Life['scrapes'][number][] = [];
  const seen: Scraped[] = [];
  const arrived = new Map<string, number>();
  const expose = (status: string, atMs: number, value: number | typeof stale, lateMs: number) => {
    const arrivesMs = Math.max(atMs + 100 + lateMs, (arrived.get(status) ?? 0) + 1);
    arrived.set(status, arrivesMs);
    seen.push({ metric: { __name__: 'http_requests_total', ...labels, status }, atMs, arrivesMs, value });
  };
  const phaseMs = random() * intervalMs;
  let sinceMs = bornMs;
  let atMs = bornMs;
  for (let scrapeMs = bornMs + phaseMs; scrapeMs < diesMs; scrapeMs += intervalMs) {
    atMs = Math.round(scrapeMs + random() * 300);
    const requests = drawn(perSecond * ((atMs - sinceMs) / 1000), random);
    const failed = binomial(requests, arm.badFraction, random);
    sinceMs = atMs;
    truth.good += requests - failed;
    truth.bad += failed;
    // A container that starts anew begins at zero; what it had not shown yet is lost.
    if (random() < 0.002) Object.assign(counts, { good: 0, bad: 0 });
    counts.good += requests - failed;
    counts.bad += failed;
    const missed = random() < 0.02 || (outage !== null && atMs >= outage.fromMs && atMs < outage.toMs);
    if (missed) continue;
    // A sixth of the late ones come later than anybody waits for.
    const lateMs = random() < 0.05 ? random() * 6_000 : 0;
    expose('200', atMs, counts.good, lateMs);
    if (counts.bad > 0) expose('500', atMs, counts.bad, lateMs);
    scrapes.push({ atMs, ...counts });
  }
  const rest = drawn(perSecond * ((diesMs - sinceMs) / 1000), random);
  const restBad = binomial(rest, arm.badFraction, random);
  truth.good += rest - restBad;
  truth.bad += restBad;
  const dark = outage !== null && diesMs >= outage.fromMs && diesMs < outage.toMs;
  if (scrapes.length > 0 && !dark) {
    for (const status of arrived.keys()) expose(status, Math.round(Math.max(atMs + 1, diesMs + 1000)), stale, 0);
  }
  return { life: { revision: arm.revision, instance, first, scrapes, truth }, seen };
}

/** A Poisson count, by its normal shape where it is large. */
function drawn(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let count = 0;
  for (let product = random(), limit = Math.exp(-mean); product > limit; product *= random()) count++;
  return count;
}

function binomial(trials: number, chance: number, random: () => number): number {
  let count = 0;
  for (let i = 0; i < trials; i++) if (random() < chance) count++;
  return count;
}

/** Samples in the shape that is written, those of one series together and in order. */
export function inSeries(samples: readonly Scraped[]): WrittenSeries[] {
  const byMetric = Map.groupBy(samples, ({ metric }) => `${metric.instance} ${metric.status}`);
  return [...byMetric.values()].map((all) => ({
    metric: all[0]!.metric,
    samples: all.map(({ atMs, value }) => [atMs, value] as const),
  }));
}
