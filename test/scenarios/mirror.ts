/** The lab's samples in a real Prometheus, and a client that asks there: what it sees is what the lab lets be seen. */
import type { VirtualClock } from '../../src/lab/clock.ts';
import type { Series } from '../../src/lab/series/series.ts';
import type { SeriesFilter, SeriesStore } from '../../src/lab/series/store.ts';
import { createPromqlClient } from '../../src/prometheus/http.ts';
import type { PromqlClient } from '../../src/prometheus/promql.ts';
import { remoteWrite, type WrittenSeries } from '../lab/promql/remote-write.ts';

const everything: SeriesFilter = { name: null, matchesName: () => true, matches: () => true };

/** Nobody asks for credentials at a plain Prometheus. */
const credentials = { getRequestHeaders: () => Promise.reject(new Error('credentials for a plain Prometheus')) };

/** And this one has none. */
const secrets = { read: () => Promise.reject(new Error('a Secret for an open Prometheus')), forget: () => undefined };

/** Before each question all that has come into sight since the last one is written to `url`; the clock waits for both. */
export function mirroredPromql(url: string, store: SeriesStore, clock: VirtualClock): PromqlClient {
  const client = createPromqlClient({
    access: { credentials, secrets },
    version: 'test',
    signal: new AbortController().signal,
    onCall: () => undefined,
  });
  const mirror = mirrorTo(url, store);
  return {
    instant: (...question) => clock.standFor(mirror().then(() => client.instant(...question))),
    range: (...question) => clock.standFor(mirror().then(() => client.range(...question))),
  };
}

/** Questions come several at once, and none may be answered before the samples that the first one brought are there. */
function mirrorTo(url: string, store: SeriesStore): () => Promise<void> {
  const writtenMs = new WeakMap<Series, number>();
  let last = Promise.resolve();
  const write = async () => {
    const news = store
      .select(everything)
      .flatMap(({ name, series }) => series.map((one) => newSamples(one, writtenMs, store.horizonMs(name))))
      .filter(({ samples }) => samples.length > 0);
    if (news.length > 0) await remoteWrite(url, news);
  };
  return () => {
    last = last.then(write);
    return last;
  };
}

function newSamples(series: Series, writtenMs: WeakMap<Series, number>, horizonMs: number): WrittenSeries {
  const { name, labels, times, values } = series;
  const first = series.firstAtOrAfter((writtenMs.get(series) ?? Number.NEGATIVE_INFINITY) + 1);
  const end = series.lastAtOrBefore(horizonMs) + 1;
  const samples = Array.from({ length: Math.max(0, end - first) }, (_, i): [number, number] => [
    times[first + i]!,
    values[first + i]!,
  ]);
  const newest = samples.at(-1);
  if (newest !== undefined) writtenMs.set(series, newest[0]);
  return { metric: { ...labels.labels, __name__: name }, samples };
}
