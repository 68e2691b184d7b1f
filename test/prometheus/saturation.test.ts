/** How full instances were, asked of the lab as of Google and as of a plain Prometheus: a table of minutes in, the same out. */
import { parser } from '@prometheus-io/lezer-promql';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { saturationQuery } from '../../src/counting/saturation.ts';
import { known } from '../../src/facts/answer.ts';
import type { SaturationMinute } from '../../src/facts/saturation.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';
import { anyOf } from '../../src/promql/counters/format.ts';
import { isWhole } from '../whole.ts';
import { at, full, type Minutes, minuteMs, startMs, written } from './full.ts';

const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const google: MetricsSource = { type: 'GoogleManagedPrometheus', project: 'acme' };
const plain: MetricsSource = { type: 'Prometheus', address: 'http://prometheus', auth: null };
const sources = [google, plain];
const scope = 'monitored_resource="cloud_run_revision",project_id="acme",location="europe-west1",service_name="api"';
const storeOf = (byRevision: Readonly<Record<string, Minutes>>) => written(new SeriesStore(), service, byRevision);

const ask = (store: SeriesStore, source: MetricsSource, fromMs: number, nowMs: number, revisions = ['old', 'new']) =>
  new PromqlMetrics(labPromql(store)).saturation({ source, service, revisions, fromMs, nowMs });

async function minutesOf(
  ...asked: Parameters<typeof ask>
): Promise<Readonly<Record<string, readonly SaturationMinute[]>>> {
  const answer = await ask(...asked);
  if (answer.kind === 'Unknown') throw new Error(answer.message);
  return answer.value;
}

describe('what is asked', () => {
  const own = (name: string, more = '') => `run_googleapis_com:${name}{${scope},revision_name=~"new|old"${more}}`;
  const told = (text: string, part: string) => `label_replace(${text}, "steadyrun_part", "${part}", "", "")`;
  const added = {
    google: (of: string) => `increase(${of}[1m])`,
    plain: (of: string) => `(last_over_time(${of}[59999ms]) - last_over_time(${of}[59999ms] offset 1m)) >= 0`,
  };

  test.each(['google', 'plain'] as const)('is one question for all of it: %s', (kind) => {
    const type = kind === 'google' ? google.type : plain.type;
    const grown = added[kind];
    const full95 = (name: string, more = '') =>
      `histogram_quantile(0.95, sum by (location, service_name, revision_name, le) (${grown(own(`${name}_bucket`, more))}))`;
    const sum = (text: string) => `sum by (location, service_name, revision_name) (${text})`;
    expect(
      saturationQuery(type, [{ service, revisions: ['old', 'new'] }])
        .split(' or label')
        .join(' or\nlabel'),
    ).toBe(
      [
        told(full95('container_cpu_utilizations'), 'cpu'),
        told(full95('container_memory_utilizations'), 'memory'),
        told(full95('container_max_request_concurrencies', ',state="active"'), 'peakInFlight'),
        told(sum(`last_over_time(${own('container_instance_count', ',state="active"')}[59999ms])`), 'activeInstances'),
        told(`${sum(grown(own('request_count')))} / 60`, 'requestsPerSecond'),
        told(
          `${sum(grown(own('request_latencies_sum')))} / ${sum(grown(own('request_latencies_count')))} / 1000`,
          'meanLatencySeconds',
        ),
      ].join(' or\n'),
    );
  });

  it('is PromQL, and asks for the revisions that are meant, whatever they are called', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 3 }),
        fc.constantFrom(google.type, plain.type),
        (revisions, type) => {
          const query = saturationQuery(type, [{ service, revisions }]);
          const cursor = parser.parse(query).cursor();
          do expect(cursor.type.isError).toBe(false);
          while (cursor.next());
          expect(query.split(`revision_name=~${anyOf(revisions.toSorted())}`).length).toBeGreaterThan(7);
        },
      ),
    );
  });
});

describe.each(sources)('of $type', (source) => {
  it('each minute tells what its instances showed, of the one at the 95th percentile', async () => {
    const store = storeOf({
      old: [full, { ...full, cpu: [...Array(19).fill(0.1), 0.9], inFlight: [20], requests: 60, latencyMs: 1000 }],
    });
    const { old, ...others } = await minutesOf(store, source, at(0), at(5));
    expect(others).toEqual({});
    expect(old).toHaveLength(2);
    const near = (value: number) => expect.closeTo(value, 6);
    expect(old![0]).toEqual({
      endMs: at(1),
      cpu: near(0.45 + 0.05 * 0.95),
      memory: near(0.65 + 0.05 * 0.95),
      peakInFlight: near(1.95),
      activeInstances: 3,
      requestsPerSecond: near(10),
      meanLatencySeconds: near(0.25),
    });
    // 19 of 20 at or below .1, so the 95th percentile is that bucket's end.
    expect(old![1]).toEqual({
      endMs: at(2),
      cpu: near(0.1),
      memory: near(0.65 + 0.05 * 0.95),
      peakInFlight: near(10 + 10 * 0.95),
      activeInstances: 20,
      requestsPerSecond: near(1),
      meanLatencySeconds: near(1),
    });
  });

  it('revisions are told apart, and nothing is told of others', async () => {
    const store = storeOf({ old: [full], new: [{ ...full, cpu: [0.9, 0.9] }], other: [full] });
    const minutes = await minutesOf(store, source, at(0), at(4));
    expect(Object.keys(minutes).toSorted()).toEqual(['new', 'old']);
    expect(minutes.new![0]).toMatchObject({ activeInstances: 2, cpu: expect.closeTo(0.85 + 0.05 * 0.95, 6) });
  });

  it('where nothing is asked of it there is neither rate nor latency, and no number is made up', async () => {
    const store = storeOf({
      old: [
        { cpu: [0.1], memory: [0.3] },
        { cpu: [0.1], memory: [0.3], inFlight: [1], requests: 60, latencyMs: 100 },
      ],
    });
    const { old } = await minutesOf(store, source, at(0), at(5));
    expect(old!.map(({ endMs }) => endMs)).toEqual([at(1), at(2)]);
    expect(old![0]).toMatchObject({
      peakInFlight: null,
      requestsPerSecond: null,
      meanLatencySeconds: null,
      activeInstances: 1,
    });
    // A counter is taken from what it was a minute ago, which nobody wrote.
    const peakInFlight = source === google ? expect.any(Number) : null;
    expect(old![1]).toMatchObject({ peakInFlight, activeInstances: 1 });
  });

  it('a minute of which nothing is written is missing', async () => {
    const { old } = await minutesOf(storeOf({ old: [full, null, null, full, full] }), source, at(0), at(8));
    expect(old!.map(({ endMs }) => (endMs - startMs) / minuteMs)).toEqual([1, 4, 5]);
  });

  it('minutes that ended after a moment and can be seen by now, wherever in a minute both are', async () => {
    const store = storeOf({ old: Array(20).fill(full) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: at(1), max: at(15) }),
        fc.integer({ min: 0, max: at(8) - at(0) }),
        async (fromMs, laterMs) => {
          const nowMs = fromMs + laterMs;
          const { old = [] } = await minutesOf(store, source, fromMs, nowMs);
          const wanted = Array.from({ length: 20 }, (_, i) => at(i + 1)).filter(
            (endMs) => endMs > fromMs && endMs <= nowMs - 180_000,
          );
          expect(old.map(({ endMs }) => endMs)).toEqual(wanted);
        },
      ),
      { numRuns: isWhole ? 60 : 20 },
    );
  });

  it('a day is had by one question', async () => {
    const store = storeOf({ old: Array(1500).fill(full) });
    let asked = 0;
    const lab = labPromql(store);
    const client: PromqlClient = {
      instant: () => Promise.reject(new Error('an instant')),
      range: (...args) => {
        asked++;
        return lab.range(...args);
      },
    };
    const answer = await new PromqlMetrics(client).saturation({
      source,
      service,
      revisions: ['old'],
      fromMs: at(10),
      nowMs: at(10) + 1440 * minuteMs + 180_000,
    });
    expect(answer).toMatchObject({ kind: 'Known', value: { old: { length: 1440 } } });
    expect(asked).toBe(1);
  });

  it('nothing is asked where no minute is complete, or no revision is meant', async () => {
    const client: PromqlClient = {
      instant: () => Promise.reject(new Error('asked')),
      range: () => Promise.reject(new Error('asked')),
    };
    const metrics = new PromqlMetrics(client);
    const question = { source, service, revisions: ['old'], fromMs: at(0), nowMs: at(3) + 59_999 };
    expect(await metrics.saturation({ ...question, fromMs: at(1) })).toEqual(known({}));
    expect(await metrics.saturation({ ...question, revisions: [] })).toEqual(known({}));
  });

  it('what cannot be asked is unknown', async () => {
    const failure = new PromqlFailure('RateLimited', 'Not so fast.', { isPassing: false });
    const client: PromqlClient = { instant: () => Promise.reject(failure), range: () => Promise.reject(failure) };
    const answer = await new PromqlMetrics(client).saturation({
      source,
      service,
      revisions: ['old'],
      fromMs: at(0),
      nowMs: at(9),
    });
    expect(answer).toEqual({ kind: 'Unknown', reason: 'RateLimited', message: 'Not so fast.' });
  });
});

describe('where no series answers', () => {
  it('Google has not seen an instance of them', async () => {
    expect(await ask(new SeriesStore(), google, at(0), at(9))).toEqual(known({}));
  });

  it('a Prometheus that knows the service has not either', async () => {
    expect(await ask(storeOf({ other: [full] }), plain, at(0), at(9))).toEqual(known({}));
  });

  it('a Prometheus that knows nothing of the service is told of', async () => {
    expect(await ask(new SeriesStore(), plain, at(0), at(9))).toEqual({
      kind: 'Unknown',
      reason: 'NoSeries',
      message:
        "Prometheus at prometheus has none of Cloud Run's own metrics of api (run_googleapis_com:container_instance_count and the like), so nobody sees how full its instances are: export them to it, or let spec.metrics name Google Managed Prometheus.",
    });
  });
});

it('a counter that began anew says nothing of its minute', async () => {
  const store = storeOf({ old: [full, full] });
  const labels = {
    monitored_resource: 'cloud_run_revision',
    project_id: 'acme',
    location: 'europe-west1',
    service_name: 'api',
    configuration_name: 'api',
    revision_name: 'old',
  };
  const requests = ['2xx', '5xx'].map((response_code_class) =>
    store.series('run_googleapis_com:request_count', { ...labels, response_code_class }),
  );
  for (const series of requests) series.append(at(3), 5);
  const { old } = await minutesOf(store, plain, at(0), at(6));
  expect(old!.map(({ requestsPerSecond }) => requestsPerSecond)).toEqual([10, 10]);
});

describe('while time goes on', () => {
  /** Looks every 15 s for as long, of the last so many minutes; what was asked, and every answer beside a fresh one. */
  async function looking(store: SeriesStore, source: MetricsSource, lookbackMinutes: number, forMinutes: number) {
    const ranges: (readonly [fromMs: number, toMs: number])[] = [];
    const lab = labPromql(store);
    const client: PromqlClient = {
      instant: lab.instant,
      range: (from, query, startMs, endMs, stepMs) => {
        ranges.push([startMs, endMs]);
        return lab.range(from, query, startMs, endMs, stepMs);
      },
    };
    const metrics = new PromqlMetrics(client);
    for (let nowMs = at(30); nowMs < at(30 + forMinutes); nowMs += 15_000) {
      const fromMs = nowMs - lookbackMinutes * minuteMs;
      const question = { source, service, revisions: ['old', 'new'], fromMs, nowMs };
      expect(await metrics.saturation(question)).toEqual(await ask(store, source, fromMs, nowMs));
    }
    return ranges;
  }
  const gaps: Minutes = Array.from({ length: 60 }, (_, i) => (i % 7 === 3 ? null : { ...full, cpu: [i / 60] }));

  it.each(sources)('it is asked once a minute, for what may be new: $type', async (source) => {
    const ranges = await looking(storeOf({ old: gaps, new: gaps.slice(0, 35) }), source, 20, 20);
    expect(ranges).toHaveLength(20);
    const again = ranges.slice(1).map(([fromMs, toMs]) => (toMs - fromMs) / minuteMs);
    expect(again).toEqual([3, 3, 3, 3, 15, 3, 3, 3, 3, 15, 3, 3, 3, 3, 15, 3, 3, 3, 3]);
  });

  it('what reaches further back is asked for', async () => {
    const store = storeOf({ old: gaps });
    const metrics = new PromqlMetrics(labPromql(store));
    for (const minutes of [10, 20, 5, 25]) {
      const question = { source: google, service, revisions: ['old', 'new'], fromMs: at(40 - minutes), nowMs: at(40) };
      expect(await metrics.saturation(question)).toEqual(await ask(store, google, question.fromMs, question.nowMs));
    }
  });

  it('whichever revisions are asked about from look to look, and however far back, it is as if asked afresh', async () => {
    const store = storeOf({ old: gaps, new: gaps.slice(0, 35), third: gaps.slice(20) });
    const look = fc.record({
      revisions: fc.subarray(['old', 'new', 'third'], { minLength: 1 }),
      lookbackMinutes: fc.integer({ min: 1, max: 30 }),
      laterSeconds: fc.integer({ min: 0, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(look, { minLength: 2, maxLength: 12 }), async (looks) => {
        const metrics = new PromqlMetrics(labPromql(store));
        let nowMs = at(31);
        for (const { revisions, lookbackMinutes, laterSeconds } of looks) {
          nowMs += laterSeconds * 1000;
          const question = { source: google, service, revisions, fromMs: nowMs - lookbackMinutes * minuteMs, nowMs };
          expect(await metrics.saturation(question)).toEqual(
            await ask(store, google, question.fromMs, nowMs, revisions),
          );
        }
      }),
      { numRuns: isWhole ? 40 : 15 },
    );
  });

  it('what comes up to ten minutes late is seen within five more, however often one looks', async () => {
    const lab = labPromql(storeOf({ new: Array(60).fill(full) }));
    const looks = fc.record({
      lateMinutes: fc.integer({ min: 1, max: 10 }),
      everySeconds: fc.integer({ min: 15, max: 290 }),
      minute: fc.integer({ min: 10, max: 25 }),
    });
    await fc.assert(
      fc.asyncProperty(looks, async ({ lateMinutes, everySeconds, minute }) => {
        const visibleMs = at(minute + 3);
        let nowMs = at(9);
        const withoutLate = (matrix: Matrix): Matrix =>
          matrix.map((series) => ({
            ...series,
            points: series.points.filter(
              ({ atMs }) => atMs !== at(minute) || nowMs >= visibleMs + lateMinutes * minuteMs,
            ),
          }));
        const metrics = new PromqlMetrics({
          instant: lab.instant,
          range: async (...args) => withoutLate(await lab.range(...args)),
        });
        const dueMs = visibleMs + (lateMinutes + 5) * minuteMs + everySeconds * 1000;
        let isSeen = false;
        for (; nowMs < dueMs + everySeconds * 1000; nowMs += everySeconds * 1000) {
          const answer = await metrics.saturation({
            source: google,
            service,
            revisions: ['new'],
            fromMs: at(0),
            nowMs,
          });
          isSeen = answer.kind === 'Known' && answer.value.new!.some(({ endMs }) => endMs === at(minute));
        }
        expect(isSeen).toBe(true);
      }),
      { numRuns: isWhole ? 30 : 10 },
    );
  });

  it('a failure is not remembered', async () => {
    const store = storeOf({ old: gaps });
    let isAway = true;
    const lab = labPromql(store);
    const client: PromqlClient = {
      instant: lab.instant,
      range: (...args) =>
        isAway ? Promise.reject(new PromqlFailure('ProviderError', 'Away.', { isPassing: true })) : lab.range(...args),
    };
    const metrics = new PromqlMetrics(client);
    const question = { source: google, service, revisions: ['old'], fromMs: at(0), nowMs: at(20) };
    expect((await metrics.saturation(question)).kind).toBe('Unknown');
    isAway = false;
    expect(await metrics.saturation(question)).toEqual(await ask(store, google, at(0), at(20)));
  });
});
