/**
 * A real Prometheus that lives through weeks in a minute: what scrapes saw is written from slice to slice, and what rules would
 * have recorded is asked of it every minute and written under their names, in their order, before the next slice comes.
 */
import { type Minute, minuteMs, type Recorded, samplesOf, startMs } from '../lab/past/recorded.ts';
import { remoteWrite, type WrittenSeries } from '../lab/promql/remote-write.ts';

/** A recording rule, of ours or of anybody's, evaluated from some time on. */
export interface Ruled {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly fromMs: number;
}

export interface Lived {
  readonly counters: readonly Recorded[];
  readonly minutes: readonly Minute[];
  readonly readings: { readonly offsetMs: number; readonly perMinute: number };
}

type Point = readonly [atMs: number, value: number];
type Series = WrittenSeries<number>;

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

/** Throws in the server's words. */
async function asked(url: string, path: string, parameters: Readonly<Record<string, string>>) {
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(parameters) });
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== 'success') throw new Error(`${parameters.query}: ${error}`);
  return data.result;
}

/** The one value there is; NaN: none. */
export async function valueAt(url: string, query: string, atMs: number): Promise<number> {
  const result = await asked(url, 'query', { query, time: String(atMs / 1000) });
  if (result.length > 1) throw new Error(`${query} has ${result.length} answers`);
  return Number(result[0]?.value[1]);
}

/** At every minute at which there is any, at most 11,000 of them. */
export async function seriesOver(url: string, query: string, fromMs: number, toMs: number): Promise<Series[]> {
  const span = { start: String(fromMs / 1000), end: String(toMs / 1000), step: '60' };
  const result = await asked(url, 'query_range', { query, ...span });
  return result.map(({ metric, values }) => ({
    metric,
    samples: values.map(([seconds, text]): Point => [seconds * 1000, Number(text)]),
  }));
}

/** A server takes nothing that is an hour older than the newest it has. */
const sliceMs = 50 * minuteMs;

export async function live(url: string, { counters, minutes, readings }: Lived, rules: readonly Ruled[]) {
  const scraped = counters.map((counter) => ({
    metric: { ...counter.labels, __name__: counter.name },
    samples: samplesOf(counter, minutes, readings.offsetMs, readings.perMinute),
    next: 0,
  }));
  const endMs = startMs + minutes.length * minuteMs;
  for (let fromMs = startMs; fromMs <= endMs; fromMs += sliceMs) {
    const toMs = Math.min(endMs, fromMs + sliceMs - minuteMs);
    const slice = scraped.map((one): Series => {
      const first = one.next;
      while (one.next < one.samples.length && one.samples[one.next]!.atMs < toMs + minuteMs) one.next++;
      const samples = one.samples.slice(first, one.next);
      return { metric: one.metric, samples: samples.map(({ atMs, value }): Point => [atMs, value]) };
    });
    await write(url, slice);
    for (const rule of rules) if (rule.fromMs <= toMs) await record(url, rule, Math.max(fromMs, rule.fromMs), toMs);
  }
}

async function record(url: string, { record: name, expr, labels }: Ruled, fromMs: number, toMs: number) {
  const series = await seriesOver(url, expr, fromMs, toMs);
  await write(
    url,
    series.map(({ metric: { __name__: _, ...own }, samples }) => ({
      metric: { ...own, ...labels, __name__: name },
      samples,
    })),
  );
}

async function write(url: string, series: readonly Series[]): Promise<void> {
  const written = series.filter(({ samples }) => samples.length > 0);
  if (written.length > 0) await remoteWrite(url, written);
}
