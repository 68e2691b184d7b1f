/**
 * What the operator counts, against what scrapes exposed, on real servers: the same answers from Prometheus 2 and 3, with
 * instances that come and go, counters that are born and start anew, missed and late scrapes, an outage of ten minutes, and
 * an operator that is started anew again and again, half of the time between asking and remembering the answer.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPromqlClient } from '../../src/prometheus/http.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';
import { prometheusProgram, type RealPrometheus, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { remoteWrite } from '../lab/promql/remote-write.ts';
import { mulberry } from '../lab/promql/sample-world.ts';
import { type Arm, churn, inSeries, type Life } from './churn.ts';

const startMs = Date.parse('2026-01-05T00:00:00Z');
const minute = 60_000;
const looks = 1_250;
const lookMs = 15_000;
const endMs = startMs + 20 * minute + looks * lookMs;
const candidateMs = startMs + 18 * minute;
const outage = { fromMs: startMs + 120 * minute, toMs: startMs + 130 * minute };

const arms: readonly Arm[] = [
  { revision: 'api-00001', bornMs: startMs, rps: 50, badFraction: 0.01, instances: 6, before: 1_000_000 },
  { revision: 'api-00002', bornMs: candidateMs, rps: 50, badFraction: 0.01, instances: 6, before: 0 },
];
const world = churn(arms, { seed: 7, startMs, endMs, intervalMs: 15_000, meanLifeMs: 25 * minute, outage });

const query =
  'sum(rate(http_requests_total{job="api",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="api"}[5m]))';
const objective = {
  name: 'errors',
  allowedBadFraction: 0.01,
  gate: true,
  timeSliceMs: null,
  indicator: { kind: 'Ratio' as const, ...readRatio(query, { revisionLabel: 'revision_name' }) },
};

interface Tally {
  bad: number;
  total: number;
}

/** Increases between scrapes in (fromMs, toMs], and first samples; `further` is how much of it came as the first sample of a further instance. */
function exposed(lives: readonly Life[], fromMs: number, toMs: number): Tally & { further: Tally } {
  const sum = { bad: 0, total: 0, further: { bad: 0, total: 0 } };
  for (const { scrapes, first } of lives) {
    let last: Life['scrapes'][number] | null = null;
    for (const scrape of scrapes) {
      const grew = (now: number, then: number) => (now < then ? now : now - then);
      const bad = grew(scrape.bad, last?.bad ?? 0);
      const total = bad + grew(scrape.good, last?.good ?? 0);
      if (scrape.atMs > fromMs && scrape.atMs <= toMs) {
        sum.bad += bad;
        sum.total += total;
        if (last === null && !first) {
          sum.further.bad += bad;
          sum.further.total += total;
        }
      }
      last = scrape;
    }
  }
  return sum;
}

const programs = [
  ['Prometheus 2', prometheusProgram],
  ['Prometheus 3', process.env.PROMETHEUS3 || null],
] as const;

describe.skipIf(prometheusProgram === null).each(programs.filter(([, program]) => program !== null))(
  'counted on %s',
  (name, program) => {
    let prometheus: RealPrometheus;
    beforeAll(async () => {
      prometheus = await startPrometheus(program!);
    });
    afterAll(() => prometheus?.stop());

    const operator = () =>
      new PromqlMetrics(
        createPromqlClient({
          access: { labOrigin: new URL(prometheus.url) },
          version: 'test',
          signal: new AbortController().signal,
          onCall: () => undefined,
        }),
      );

    test('within 1 % of what scrapes exposed, nothing twice over a thousand restarts, alike in both revisions', {
      timeout: 240_000,
    }, async () => {
      const random = mulberry(11);
      const counted: Record<string, Tally> = {};
      const acrossOutage: Record<string, Tally> = {};
      const source = { type: 'Prometheus', address: prometheus.url, auth: null } as const;
      const asked = {
        source,
        service: { project: 'acme', region: 'europe-west1', name: 'api' },
        revisionLabel: 'revision_name',
        objective,
      };
      const createdAtMs = { 'api-00001': startMs - 86_400_000, 'api-00002': candidateMs };
      const revisions = Object.keys(createdAtMs);
      const fromMs = startMs + 17 * minute;
      let judgedUntilMs = fromMs;
      let written = 0;
      let restarts = 0;
      let metrics = operator();
      for (let nowMs = fromMs; nowMs <= endMs; nowMs += lookMs * (0.9 + 0.2 * random())) {
        let next = written;
        while (next < world.samples.length && world.samples[next]!.arrivesMs <= nowMs) next++;
        const arrived = world.samples.slice(written, next);
        if (arrived.length > 0) await remoteWrite(prometheus.url, inSeries(arrived));
        written = next;

        const atMs = Math.round(nowMs);
        const freshness = await metrics.freshness(asked, atMs);
        if (freshness.kind === 'Unknown') throw new Error(freshness.message);
        const { newestMs, intervalMs } = freshness.value;
        expect(intervalMs).toBe(15_000);
        if (newestMs === null || newestMs - judgedUntilMs < 0.8 * intervalMs) continue;
        const question = {
          ...asked,
          fromMs: judgedUntilMs,
          toMs: newestMs,
          tickMs: intervalMs,
          revisions,
          createdAtMs,
        };
        const answer = await metrics.counts(question);
        if (answer.kind === 'Unknown') throw new Error(answer.message);
        // Killed before the answer was remembered, or after it: either way it starts with what was remembered.
        const fate = random();
        if (fate < 0.9) {
          metrics = operator();
          restarts++;
        }
        if (fate < 0.45) continue;
        const spansOutage = judgedUntilMs < outage.toMs && newestMs > outage.fromMs;
        for (const [revision, { bad, total }] of Object.entries(answer.value.byRevision)) {
          for (const sums of spansOutage ? [counted, acrossOutage] : [counted]) {
            sums[revision] ??= { bad: 0, total: 0 };
            sums[revision].bad += bad;
            sums[revision].total += total;
          }
        }
        judgedUntilMs = newestMs;
      }
      expect(restarts).toBeGreaterThan(1_000);

      const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(3)} %`;
      console.log(
        `${name}: ${looks} looks, ${restarts} restarts, judged until +${(judgedUntilMs - startMs) / minute} min`,
      );
      for (const { revision } of arms) {
        const lives = world.lives.filter((life) => life.revision === revision);
        const shown = exposed(lives, fromMs, judgedUntilMs);
        const { bad, total } = counted[revision]!;
        const truth = lives.reduce((sum, life) => sum + life.truth.bad + life.truth.good, 0);
        const everShown = exposed(lives, 0, endMs).total - (revision === 'api-00001' ? 6 * 1_010_000 : 0);
        // Nobody can tell the first sample of a further instance from an old one that came back: it is only a base.
        const countable = { bad: shown.bad - shown.further.bad, total: shown.total - shown.further.total };
        console.log(
          `${name} ${revision}: exposed ${countable.total}, counted ${total} ` +
            `(bias ${percent(total - countable.total, countable.total)}, of bad ${percent(bad - countable.bad, countable.bad)}); ` +
            `not observable: ${percent(shown.further.total, shown.total)} in the first samples of further instances, ` +
            `${percent(truth - everShown, truth)} after the last scrape of an instance or before a container started anew`,
        );
        expect(total).toBeLessThanOrEqual(countable.total);
        expect(bad).toBeLessThanOrEqual(countable.bad + shown.further.bad);
        expect(total).toBeGreaterThan(0.99 * countable.total);
        expect(bad).toBeGreaterThan(0.99 * countable.bad);
        const during = exposed(lives, outage.fromMs - minute, outage.toMs + minute);
        expect(acrossOutage[revision]!.total).toBeLessThanOrEqual(during.total);
      }
      const bias = arms.map(({ revision }) => {
        const shown = exposed(
          world.lives.filter((life) => life.revision === revision),
          fromMs,
          judgedUntilMs,
        );
        return counted[revision]!.total / (shown.total - shown.further.total);
      });
      expect(Math.abs(bias[0]! - bias[1]!)).toBeLessThan(0.005);
    });
  },
);
