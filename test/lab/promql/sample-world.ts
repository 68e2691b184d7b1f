/**
 * Two hours of series with everything that can go wrong in them: resets, births, deaths, gaps, jitter, NaN, histograms
 * whose buckets disagree. The same every time.
 */
import { SeriesStore } from '../../../src/lab/series/store.ts';
import type { WrittenSeries } from './remote-write.ts';

export const startMs = Date.parse('2026-01-01T00:00:00Z');
export const endMs = startMs + 2 * 3_600_000;
const MINUTE = 60_000;

type Label = Readonly<Record<string, string>>;

/** Numbers in [0, 1), always the same ones. */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = mulberry(42);

interface Life {
  readonly everyMs: number;
  readonly bornMs?: number;
  readonly diesMs?: number;
  readonly jitterMs?: number;
  /** The share of samples that are missing. */
  readonly lost?: number;
}

function times({ everyMs, bornMs = 0, diesMs = endMs - startMs, jitterMs = 0, lost = 0 }: Life): number[] {
  const all: number[] = [];
  for (let at = bornMs; at <= diesMs; at += everyMs) {
    if (random() >= lost) all.push(startMs + at + Math.floor(random() * jitterMs));
  }
  return all;
}

function counter(name: string, labels: Label, life: Life, perSecond: number, resetShare = 0, first = 0): WrittenSeries {
  let value = first;
  let beforeMs: number | undefined;
  const samples = times(life).map((atMs): [number, number] => {
    if (random() < resetShare) value = 0;
    else if (beforeMs !== undefined) value += Math.round((perSecond * random() * 2 * (atMs - beforeMs)) / 1000);
    beforeMs = atMs;
    return [atMs, value];
  });
  return { metric: { __name__: name, ...labels }, samples };
}

function gauge(name: string, labels: Label, life: Life, valueAt: (index: number) => number): WrittenSeries {
  return { metric: { __name__: name, ...labels }, samples: times(life).map((atMs, index) => [atMs, valueAt(index)]) };
}

function requests(): WrittenSeries[] {
  const lives: Readonly<Record<string, Life>> = {
    'api-1': { everyMs: 15_000 },
    'api-2': { everyMs: 15_000, bornMs: 40 * MINUTE, jitterMs: 3_000, lost: 0.1 },
    'api-3': { everyMs: 15_000, bornMs: 70 * MINUTE, diesMs: 95 * MINUTE },
    'api-4': { everyMs: 60_000, lost: 0.5 },
  };
  return Object.entries(lives).flatMap(([revision_name, life]) =>
    ['200', '404', '500', '503'].flatMap((status, index) =>
      ['/', '/items'].map((route) => {
        const labels = { job: 'api', status, route, revision_name };
        return counter('http_requests_total', labels, life, 40 / (1 + 3 * index), index === 2 ? 0.02 : 0, 7 * index);
      }),
    ),
  );
}

function latencies(): WrittenSeries[] {
  const bounds = ['0.1', '0.25', '0.5', '1', '2.5', '+Inf'];
  return ['api-1', 'api-2'].flatMap((revision_name) =>
    bounds.map((le, index) =>
      // Independent counters: now and then a larger bucket counts less, as it does between two scrapes.
      counter(
        'http_latency_bucket',
        { job: 'api', revision_name, le },
        { everyMs: 15_000, jitterMs: 900 },
        3 * index ** 1.2,
      ),
    ),
  );
}

export const sampleWorld: readonly WrittenSeries[] = [
  ...requests(),
  ...latencies(),
  counter('slow_total', { job: 'cron' }, { everyMs: 10 * MINUTE }, 1),
  counter('late_total', { job: 'api', code: '500' }, { everyMs: 15_000, bornMs: 61 * MINUTE }, 0.01, 0, 50),
  gauge('temperature', { place: 'in', unit: 'C' }, { everyMs: 30_000, lost: 0.2 }, () => 40 * random() - 20),
  gauge('temperature', { place: 'out', unit: 'C' }, { everyMs: 30_000 }, (index) => Math.sin(index / 7) * 15),
  gauge('temperature', { place: 'lab' }, { everyMs: 15_000 }, (index) => (index % 13 === 0 ? Number.NaN : index % 5)),
  gauge('level', { place: 'in' }, { everyMs: 15_000 }, (index) =>
    index % 40 === 0 ? Number.POSITIVE_INFINITY : index / 3,
  ),
  gauge('level', { place: 'out' }, { everyMs: 15_000 }, () => -3.5),
  gauge('temperature_max', { place: 'out', unit: 'C' }, { everyMs: 30_000 }, () => 15),
  gauge('constant', {}, { everyMs: 60_000 }, () => 2),
];

/** Pieces of twenty minutes, in order: what a remote write may carry at once without being too old. */
export function* inOrder(): Generator<WrittenSeries[]> {
  const pieceMs = 20 * MINUTE;
  for (let fromMs = startMs; fromMs <= endMs + pieceMs; fromMs += pieceMs) {
    const piece = sampleWorld
      .map(({ metric, samples }) => ({
        metric,
        samples: samples.filter(([at]) => at >= fromMs && at < fromMs + pieceMs),
      }))
      .filter(({ samples }) => samples.length > 0);
    if (piece.length > 0) yield piece;
  }
}

export function labStore(): SeriesStore {
  const store = new SeriesStore();
  for (const { metric, samples } of sampleWorld) {
    const { __name__: name, ...labels } = metric;
    const series = store.series(name!, labels);
    for (const [atMs, value] of samples) if (typeof value === 'number') series.append(atMs, value);
  }
  return store;
}
