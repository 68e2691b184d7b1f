/**
 * What a budget counts where processes begin anew, on real servers: the lab's own answers from classic counters, on Prometheus
 * 2 and 3; and of native histograms, which the lab has none of, what happened.
 */
import { describe, expect, test } from 'vitest';
import { budgetQuery, type Counted } from '../../src/counting/budget.ts';
import { measuredBy, partsOf } from '../../src/counting/measured.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import type { Indicator } from '../../src/policy/policy.ts';
import { createPromqlClient } from '../../src/prometheus/http.ts';
import { readQuantile } from '../../src/promql/counters/quantile.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';
import { prometheus3Program, prometheusProgram, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { remoteWrite } from '../lab/promql/remote-write.ts';
import { type Exponential, empty, startNative, writeHistograms } from './native.ts';
import { hourMs, minuteMs, scrapesOf, shownAs, storedFrom, tenASecond } from './restarting.ts';

const fromMs = Date.parse('2026-01-05T00:00:00Z');
const untilMs = fromMs + 8 * hourMs;
const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const done = tenASecond(fromMs, (minute) => (minute % 180 >= 125 && minute % 180 < 140 ? 0.6 : 0.01));
const everyMs = 15_000;
const restarts = {
  once: [3.52 * hourMs],
  'at a border': [3 * hourMs],
  'every 47 minutes': Array.from({ length: 9 }, (_, i) => (i + 1) * 47 * minuteMs),
  'every nine minutes': Array.from({ length: 50 }, (_, i) => (i + 1) * 9 * minuteMs),
};

function countedAs(indicator: Indicator): Counted {
  const measured = measuredBy({ type: 'Prometheus' }, { indicator }, service, 'revision_name');
  if (measured.shape.kind !== 'Ratio') throw new Error('it is no ratio');
  return { kind: 'Ratio', measured, shape: measured.shape, parts: partsOf(measured.shape) };
}

const clientOf = (url: string) =>
  createPromqlClient({
    access: { labOrigin: new URL(url) },
    version: 'test',
    signal: new AbortController().signal,
    onCall: () => undefined,
  });

/** By the part of the question, what was counted until each cell's end. */
async function cellsOf(client: ReturnType<typeof labPromql>, url: string, query: string, lengthMs: number) {
  const source = { type: 'Prometheus', address: url, auth: null } as const;
  const matrix = await client.range(source, query, fromMs + lengthMs, untilMs, lengthMs);
  return new Map(matrix.map(({ labels, points }) => [labels.steadyrun_part!, points]));
}

/** A server takes nothing that is hours older than what it has. */
async function hourByHour<Value>(
  series: readonly { metric: Record<string, string>; samples: readonly (readonly [number, Value])[] }[],
  write: (some: { metric: Record<string, string>; samples: (readonly [number, Value])[] }[]) => Promise<void>,
): Promise<void> {
  for (let atMs = fromMs; atMs <= untilMs; atMs += hourMs) {
    const isDue = ([ms]: readonly [number, Value]) => ms >= atMs && ms < atMs + hourMs;
    await write(series.map(({ metric, samples }) => ({ metric, samples: samples.filter(isDue) })));
  }
}

const servers = [
  ['2', prometheusProgram],
  ['3', prometheus3Program],
] as const;

describe.each(servers)('on Prometheus %s', (major, program) => {
  test.skipIf(program === null).for([3_217, 0])(
    'classic counters are counted as in the lab, wherever they begin anew, scraped %i ms after a border',
    async (phaseMs) => {
      const ratio = 'sum(rate(http_failures_total[5m])) / sum(rate(http_requests_total[5m]))';
      const all = Object.values(restarts).flat();
      /** Each lives once as an instance, and once without a name. */
      const everySeries = 2;
      const shown = Object.entries(restarts).flatMap(([instance, restartsMs]) => {
        const absolute = restartsMs.map((ms) => fromMs + ms);
        const scrapes = scrapesOf({ fromMs, untilMs, restartsMs: absolute, everyMs, phaseMs, done });
        return [{ instance }, {}].flatMap((own) => shownAs(scrapes, { ...own, job: instance, revision_name: 'old' }));
      });
      const prometheus = await startPrometheus(program!);
      try {
        const series = shown.map(({ name, labels, samples }) => ({ metric: { __name__: name, ...labels }, samples }));
        await hourByHour(series, (some) => remoteWrite(prometheus.url, some));
        const query = budgetQuery(
          [countedAs({ kind: 'Ratio', ...readRatio(ratio, { revisionLabel: 'revision_name' }) })],
          hourMs,
        );
        for (const lengthMs of [5 * minuteMs, hourMs]) {
          const asked = query.replaceAll('3600s', `${lengthMs / 1000}s`);
          const real = await cellsOf(clientOf(prometheus.url), prometheus.url, asked, lengthMs);
          const lab = await cellsOf(labPromql(storedFrom(shown)), prometheus.url, asked, lengthMs);
          expect([...real.keys()]).toEqual([...lab.keys()]);
          for (const [part, points] of lab) {
            const answers = real.get(part)!;
            expect(answers.length).toBe(points.length);
            for (const [i, { atMs, value }] of points.entries()) {
              expect(answers[i]!.atMs).toBe(atMs);
              // A sample at a border is in both of its cells in Prometheus 2, as in the lab, and in one of them in 3.
              const isGuessed = major === '3' && phaseMs === 0;
              const startMs = atMs - lengthMs - everyMs;
              const anew = all.filter((ms) => fromMs + ms > startMs && fromMs + ms <= atMs).length;
              const may = isGuessed ? 2 * everySeries * (everyMs / 100) * anew : 0;
              const said = `${part} until ${new Date(atMs).toISOString()}`;
              expect(Math.abs(answers[i]!.value - value), said).toBeLessThanOrEqual(may + 1e-9 * value);
            }
          }
        }
      } finally {
        await prometheus.stop();
      }
    },
  );
});

describe.skipIf(prometheus3Program === null)('native histograms', () => {
  /** What is bad takes 1.5 s, all else 0.1 s. */
  const observed = ({ bad, total }: { bad: number; total: number }): Exponential => {
    const buckets = [...empty.buckets];
    const at = (seconds: number) => Math.ceil(Math.log2(seconds) * 8) + 64 - 1;
    buckets[at(0.1)] = total - bad;
    buckets[at(1.5)] = bad;
    return { zero: 0, buckets };
  };

  test('cost at most an interval and what is guessed of another with each restart', async () => {
    const prometheus = await startNative(prometheus3Program!);
    try {
      const series = Object.entries(restarts).map(([instance, restartsMs]) => {
        const absolute = restartsMs.map((ms) => fromMs + ms);
        const scrapes = scrapesOf({ fromMs, untilMs, restartsMs: absolute, everyMs, phaseMs: 3_217, done });
        const metric = { __name__: 'http_request_duration_seconds', job: instance, instance, revision_name: 'old' };
        const samples = scrapes.map((scrape) => [scrape.atMs, observed(scrape)] as const);
        return { metric, samples };
      });
      await hourByHour(series, (some) => writeHistograms(prometheus.url, some));
      for (const [job, restartsMs] of Object.entries(restarts)) {
        const query = `histogram_quantile(0.95, sum(rate(http_request_duration_seconds{job="${job}"}[5m])))`;
        const { percentile, counter } = readQuantile(query, { revisionLabel: 'revision_name' });
        const histogram = { counter, unitMs: 1000, native: true } as const;
        const counted = countedAs({ kind: 'Latency', percentile, thresholdMs: 1000, histogram, excludePaths: [] });
        for (const lengthMs of [5 * minuteMs, hourMs]) {
          const cells = await cellsOf(
            clientOf(prometheus.url),
            prometheus.url,
            budgetQuery([counted], lengthMs),
            lengthMs,
          );
          const [all, good] = [cells.get('0.0')!, cells.get('0.1')!];
          const happened = (startMs: number, endMs: number) => {
            const [a, b] = [done(startMs), done(endMs)];
            return { bad: b.bad - a.bad, total: b.total - a.total };
          };
          for (const [i, { atMs, value: total }] of all.entries()) {
            const startMs = atMs - lengthMs;
            // What came before the first sample is not known.
            if (startMs < fromMs + everyMs) continue;
            const truth = happened(startMs, atMs);
            const costly = restartsMs.filter((ms) => fromMs + ms > startMs - everyMs && fromMs + ms <= atMs).length;
            const said = `${job}, until ${new Date(atMs).toISOString()}`;
            expect(Math.abs(total - truth.total), said).toBeLessThanOrEqual((2 + 2 * costly) * 150 + 1);
            const bad = total - good[i]!.value;
            const most = 0.6 * 150;
            expect(Math.abs(bad - truth.bad), said).toBeLessThanOrEqual((2 + 2 * costly) * most + 1);
          }
        }
      }
    } finally {
      await prometheus.stop();
    }
  });
});
