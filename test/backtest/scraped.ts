/** A lab's past in a real Prometheus, as scrapes would have left it there, and taken out again as people export it. */
import type { Series } from '../../src/lab/series/series.ts';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import { remoteWrite, stale, type WrittenSeries } from '../lab/promql/remote-write.ts';
import { minutes } from '../scenarios/stage.ts';

const scrapeMs = 15_000;
const counted = /^(run_googleapis_com:request_(count|latencies_bucket)|http_.*|ws_.*_total)$/;
/** A server takes nothing that is much older than the newest it has, so all series are written from slice to slice. */
const sliceMs = minutes(30);

/** What is counted of the store, or whatever is wanted, up to now. */
export async function writePast(url: string, store: SeriesStore, endMs: number, wanted = counted): Promise<void> {
  const selections = store.select({ name: null, matchesName: (name) => wanted.test(name), matches: () => true });
  const past = selections.flatMap(({ series }) => series);
  const firstMs = Math.min(...past.map(({ times, from }) => times[from]!));
  for (let fromMs = firstMs; fromMs <= endMs; fromMs += sliceMs) {
    const slice = past.map((series) => ({
      metric: { ...series.labels.labels, __name__: series.name },
      samples: samplesIn(series, fromMs, Math.min(fromMs + sliceMs, endMs + 1)),
    }));
    const written = slice.filter(({ samples }) => samples.length > 0);
    if (written.length > 0) await remoteWrite(url, written);
  }
}

type Sample = WrittenSeries['samples'][number];

/** Before `toMs`. */
function samplesIn(series: Series, fromMs: number, toMs: number): Sample[] {
  const { labels, times, values, to } = series;
  const [first, end] = [series.firstAtOrAfter(fromMs), series.firstAtOrAfter(toMs)];
  const samples = Array.from({ length: end - first }, (_, i): Sample => [times[first + i]!, values[first + i]!]);
  // Prometheus marks the end of a series that it has scraped itself; Google's just end.
  const nextMs = times[to - 1]! + scrapeMs;
  if (labels.labels.instance !== undefined && nextMs >= fromMs && nextMs < toMs) samples.push([nextMs, stale]);
  return samples;
}

/** The server's answers as curl appends them, to the command of src/backtest/README.md. */
export async function exportFrom(url: string, selectors: readonly string[], atMs: number): Promise<string> {
  const answers = selectors.map(async (selector) => {
    const question = new URLSearchParams({ query: `${selector}[30h]`, time: new Date(atMs).toISOString() });
    return (await fetch(`${url}/api/v1/query?${question}`)).text();
  });
  return (await Promise.all(answers)).join('');
}
