import { beforeEach, describe, expect, it } from 'vitest';
import type { Vector } from '../../src/counting/vector.ts';
import { known, unknown } from '../../src/facts/answer.ts';
import type { Objective } from '../../src/policy/policy.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';

const source = { type: 'GoogleManagedPrometheus', project: 'metrics' } as const;
const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const availability: Objective = {
  name: 'availability',
  allowedBadFraction: 0.001,
  gate: true,
  timeSliceMs: null,
  indicator: { kind: 'Requests' },
};
const latency: Objective = {
  name: 'latency',
  allowedBadFraction: 0.05,
  gate: true,
  timeSliceMs: null,
  indicator: { kind: 'Latency', percentile: 95, thresholdMs: 300, histogram: null, excludePaths: [] },
};
const asking = { source, service, revisionLabel: 'revision_name', objective: availability };
const window = { fromMs: 10_020_000, toMs: 10_080_000, tickMs: 60_000 };
const question = {
  ...asking,
  ...window,
  revisions: ['api-1', 'api-2'],
  createdAtMs: { 'api-1': 1_000_000, 'api-2': 9_990_000 },
};
const past = {
  ...asking,
  revision: 'api-1',
  toMs: 1_080_000,
  lengthMs: 180_000,
  tickMs: 60_000,
};

let asked: unknown[];
let vector: () => Vector;
let matrix: () => Matrix;
let metrics: PromqlMetrics;

beforeEach(() => {
  asked = [];
  vector = () => [];
  matrix = () => [];
  const client: PromqlClient = {
    instant: async (...args) => {
      asked.push(args);
      return vector();
    },
    range: async (...args) => {
      asked.push(args);
      return matrix();
    },
  };
  metrics = new PromqlMetrics(client);
});

const failing = (reason: 'ProviderError' | 'RateLimited') => (): never => {
  throw new PromqlFailure(reason, 'Not now.', { isPassing: false });
};

describe('counts', () => {
  it('come from one query at the end of the window', async () => {
    vector = () => [
      { labels: { revision_name: 'api-1', steadyrun_part: '1' }, value: 95 },
      { labels: { revision_name: 'api-2', steadyrun_part: '0' }, value: 5 },
      { labels: { revision_name: 'api-2', steadyrun_part: '1' }, value: 5 },
    ];
    const byRevision = { 'api-1': { bad: 0, total: 95 }, 'api-2': { bad: 5, total: 5 } };
    expect(await metrics.counts(question)).toEqual(known({ ...window, byRevision }));
    expect(asked).toEqual([[source, expect.stringMatching(/increase\(.*\[1m\]/), 10_080_000]]);
  });

  it('are counts, of nothing, when nothing matched', async () => {
    expect(await metrics.counts(question)).toEqual(known({ ...window, byRevision: {} }));
  });

  it('are unknown, with the reason, when they cannot be had', async () => {
    vector = failing('RateLimited');
    expect(await metrics.counts(question)).toEqual(unknown('RateLimited', 'Not now.'));
  });

  it('are unknown when one of them is no number', async () => {
    vector = () => [{ labels: { revision_name: 'api-1', steadyrun_part: '1' }, value: Number.NaN }];
    expect(await metrics.counts(question)).toEqual(unknown('ProviderError', expect.stringMatching(/NaN/)));
  });

  const bucketsOf = (revision: string, counts: Record<string, number>): Vector =>
    Object.entries(counts).map(([le, value]) => ({ labels: { revision_name: revision, le }, value }));

  it('of latencies are unknown without a boundary for the threshold', async () => {
    vector = () => bucketsOf('api-1', { 100: 1, '+Inf': 2 });
    expect(await metrics.counts({ ...question, objective: latency })).toMatchObject({
      kind: 'Unknown',
      reason: 'InsufficientSamples',
      message: expect.stringContaining(
        'no boundary at or above 300 ms, so that nothing can be told of it: its boundaries are 100.',
      ),
    });
  });

  it.each<[string, Vector]>([
    ['has none but the last bucket', bucketsOf('api-1', { '+Inf': 2 })],
    ['shares none', [...bucketsOf('api-1', { 0.3: 1, '+Inf': 2 }), ...bucketsOf('api-2', { 500: 1, '+Inf': 2 })]],
  ])('of latencies are unknown where the histogram %s', async (_, answer) => {
    vector = () => answer;
    expect(await metrics.counts({ ...question, objective: latency })).toMatchObject({
      kind: 'Unknown',
      reason: 'InsufficientSamples',
      message: 'run_googleapis_com:request_latencies_bucket has no boundaries that api-1 and api-2 share.',
    });
  });

  it('of latencies ask for the boundaries once, and then only for the buckets around the threshold', async () => {
    vector = () => bucketsOf('api-1', { 100: 50, 250: 80, 400: 95, 1000: 99, '+Inf': 100 });
    for (const _ of [1, 2]) {
      expect(await metrics.counts({ ...question, objective: latency })).toMatchObject(
        known({
          byRevision: { 'api-1': { bad: 5, total: 100 } },
          below: { 'api-1': { bad: 20, total: 100 } },
        }),
      );
    }
    const queries = asked.map((args) => (args as string[])[1]!);
    expect(queries.map((query) => query.slice(0, 10))).toEqual(['group by (', 'sum by (re', 'sum by (re']);
    expect(queries[1]).toContain('le=~"250|400|\\\\+Inf"');
  });

  it('of latencies look at the boundaries again when a revision does not have what was remembered', async () => {
    vector = () => bucketsOf('api-1', { 100: 20, 250: 80, 400: 95, '+Inf': 100 });
    await metrics.counts({ ...question, objective: latency });
    vector = () => [
      ...bucketsOf('api-1', { 100: 20, 250: 80, 400: 95, '+Inf': 100 }),
      ...bucketsOf('api-2', { 100: 3, 400: 9, '+Inf': 10 }),
    ];
    expect(await metrics.counts({ ...question, objective: latency })).toMatchObject(
      known({ byRevision: { 'api-1': { bad: 5, total: 100 }, 'api-2': { bad: 1, total: 10 } } }),
    );
  });

  it('of latencies are counts of nothing while there is no histogram at all', async () => {
    const answer = await metrics.counts({ ...question, objective: latency });
    expect(answer).toEqual(known({ ...window, byRevision: {} }));
  });

  it.each<[string, number, number, number, number]>([
    ['begins with the next whole minute', 10_000_000, 10_080_000, 10_020_000, 10_080_000],
    ['ends with the last whole one', 10_020_000, 10_090_000, 10_020_000, 10_080_000],
    ['is what it was where both are whole', 10_020_000, 10_200_000, 10_020_000, 10_200_000],
  ])("of Google's own metrics are of whole minutes: a window %s", async (_, fromMs, toMs, firstMs, lastMs) => {
    expect(await metrics.counts({ ...question, fromMs, toMs })).toMatchObject(known({ fromMs: firstMs, toMs: lastMs }));
    const [, query, atMs] = asked[0] as [unknown, string, number];
    expect({ atMs, window: /\[(\d+)m\]/.exec(query)?.[1] }).toEqual({
      atMs: lastMs,
      window: String((lastMs - firstMs) / 60_000),
    });
  });

  it('of less than a minute of them cannot be told, then or later', async () => {
    const answer = await metrics.counts({ ...question, fromMs: 10_030_000, toMs: 10_080_000 });
    const message = "There is no whole minute in 50 s of Cloud Run's own metrics.";
    expect(answer).toEqual(unknown('InsufficientSamples', message, 10_080_000));
    expect(asked).toEqual([]);
  });

  it('let a mistake of ours through instead of calling it an outage', async () => {
    await expect(metrics.counts({ ...question, toMs: question.fromMs })).rejects.toThrow(RangeError);
  });
});

describe('freshness', () => {
  const plain = { ...asking, source: { type: 'Prometheus', address: 'http://prometheus', auth: null } as const };

  it('is the time of the newest sample', async () => {
    vector = () => [{ labels: {}, value: 1_700_000_000.25 }];
    expect(await metrics.freshness(plain, 5)).toEqual(known({ newestMs: 1_700_000_000_250, intervalMs: 60_000 }));
    expect(asked).toEqual([[plain.source, expect.stringMatching(/^max\(timestamp\(/), 5]]);
  });

  for (const [what, value] of Object.entries({ nothing: [], 'not a number': [{ labels: {}, value: Number.NaN }] })) {
    it(`is null when the answer is ${what}`, async () => {
      vector = () => value;
      expect(await metrics.freshness(plain, 5)).toEqual(known({ newestMs: null, intervalMs: 60_000 }));
    });
  }

  it('is unknown when it cannot be had', async () => {
    matrix = failing('ProviderError');
    expect(await metrics.freshness(asking, 5)).toMatchObject({ kind: 'Unknown', reason: 'ProviderError' });
  });
});

describe("freshness of Google's own metrics", () => {
  /** Three minutes before 10:13:20 lies within the minute that began at 10:10. */
  const nowMs = Date.parse('2026-01-05T10:13:20Z');
  const at = (time: string) => Date.parse(`2026-01-05T${time}:00Z`);
  const shows = (...times: string[]) => ({
    labels: {},
    points: times.map((time) => ({ atMs: at(time), value: 7 })),
  });
  const later = (...times: string[]) => ({ ...shows(...times), labels: { steadyrun_part: 'other0' } });

  it.each<[string, Matrix, number | null]>([
    ['the newest minute of which all can be seen', [shows('10:08', '10:09', '10:10')], at('10:10')],
    ['a minute that shows something, where the newest shows nothing', [shows('10:07', '10:08')], at('10:08')],
    ['as far as another metric has come', [shows('10:09', '10:10'), later('10:08', '10:09')], at('10:09')],
    ['nothing, where nothing shows', [], null],
    ['nothing, where only another metric shows anything', [later('10:10')], null],
    ['nothing, where the counts are none', [{ labels: {}, points: [{ atMs: at('10:10'), value: Number.NaN }] }], null],
  ])('is %s', async (_, answer, newestMs) => {
    matrix = () => answer;
    expect(await metrics.freshness(asking, nowMs)).toEqual(known({ newestMs, intervalMs: 60_000 }));
    expect(asked).toEqual([[source, expect.stringContaining('[1m]'), at('10:05'), at('10:10'), 60_000]]);
  });

  it('is asked again when the next minute can be seen; where the newest one shows nothing, at every look', async () => {
    matrix = () => [shows('10:10')];
    for (const seconds of [0, 15, 39]) await metrics.freshness(asking, nowMs + seconds * 1000);
    expect(asked).toHaveLength(1);
    await metrics.freshness(asking, nowMs + 40_000);
    expect(asked).toHaveLength(2);
    await metrics.freshness(asking, nowMs + 41_000);
    expect(asked).toHaveLength(3);
  });

  it('reaches to the present in what was recorded, where nothing is on its way', async () => {
    matrix = () => [shows('10:13')];
    const recorded = new PromqlMetrics({ instant: async () => vector(), range: async () => matrix() }, 0);
    expect(await recorded.freshness(asking, nowMs)).toMatchObject(known({ newestMs: at('10:13') }));
  });
});

describe("freshness of an app's metrics", () => {
  const ratio = readRatio('sum(rate(r{s="5"}[5m])) / sum(rate(r[5m]))', { revisionLabel: 'revision_name' });
  const own = { ...asking, objective: { ...availability, indicator: { kind: 'Ratio' as const, ...ratio } } };
  const answers =
    (samples: number, ...times: number[]) =>
    () =>
      /^max\(count/.test((asked.at(-1) as string[])[1]!)
        ? [{ labels: {}, value: samples }]
        : times.map((value, i) => ({ labels: { i: String(i) }, value }));

  it.each<[string, number, number[], number, number]>([
    ['all scraped at once: the newest sample', 20, [1000, 1000], 1_000_000, 15_000],
    ['each in its own phase: by when a scrape under way has arrived', 20, [1000, 988], 995_000, 15_000],
    ['phases close together: the oldest living series', 20, [1000, 998], 998_000, 15_000],
    ['both edges of the five minutes counted', 21, [1000], 1_000_000, 15_000],
    ['every half minute', 10, [1000], 1_000_000, 30_000],
    ['every 20 s', 15, [1000], 1_000_000, 20_000],
    ['too few samples to tell how often', 2, [1000], 1_000_000, 15_000],
  ])('%s', async (_, samples, times, newestMs, intervalMs) => {
    vector = answers(samples, ...times);
    expect(await metrics.freshness(own, 5)).toEqual(known({ newestMs, intervalMs }));
  });

  it('asks how often they come once in ten minutes', async () => {
    vector = answers(20, 1000);
    for (const atMs of [0, 15_000, 599_000, 601_000]) await metrics.freshness(own, atMs);
    expect(asked.filter((args) => /count_over_time/.test((args as string[])[1]!))).toHaveLength(2);
  });
});

describe('a dry run', () => {
  /** Nothing but Cloud Run's own count of the service's requests. */
  const served = (requests: number) => () =>
    /^sum\(increase\(run_googleapis_com:request_count/.test((asked.at(-1) as string[])[1]!)
      ? [{ labels: {}, value: requests }]
      : [];

  it.each<[string, () => Vector, object]>([
    ['fine', () => [{ labels: { revision_name: 'api-1' }, value: 1 }], { problem: null, buckets: null }],
    ['nothing there, and nothing asked of the service', () => [], { problem: { reason: 'NoTraffic' } }],
    ['nothing there, although the service is used', served(12), { problem: { reason: 'NoSeries' } }],
    ['no revision label', () => [{ labels: {}, value: 3 }], { problem: { reason: 'NoRevisionLabel' } }],
  ])('of counters: %s', async (_, answer, expected) => {
    vector = answer;
    expect(await metrics.inspect(asking, 5)).toMatchObject(known(expected));
  });

  it('tells the boundaries around a threshold, and whether the app could have others', async () => {
    vector = () => ['250', '400', '+Inf'].map((le) => ({ labels: { revision_name: 'api-1', le }, value: 1 }));
    expect(await metrics.inspect({ ...asking, objective: latency }, 5)).toMatchObject(
      known({
        problem: null,
        buckets: { judgedAt: 400, below: 250, boundaries: [250, 400], adjustable: false },
      }),
    );
    vector = () => ['250', '+Inf'].map((le) => ({ labels: { revision_name: 'api-1', le }, value: 1 }));
    expect(await metrics.inspect({ ...asking, objective: latency }, 5)).toMatchObject(
      known({ problem: { reason: 'NoBoundary' } }),
    );
  });

  it('asks what objectives have in common once a look, and anew at the next', async () => {
    vector = () => [{ labels: { revision_name: 'api-1', response_code_class: '2xx' }, value: 60 }];
    const alone = await metrics.inspect(asking, 5);
    const once = asked.length;
    expect(await Promise.all([1, 2, 3].map(() => metrics.inspect(asking, 5)))).toEqual([alone, alone, alone]);
    expect(asked).toHaveLength(2 * once);
  });

  it('that the server refuses finds the query at fault, in the server’s words; one that fails finds nothing', async () => {
    vector = () => {
      throw new PromqlFailure('ProviderError', '1:7: parse error', { isPassing: false, isRefusal: true });
    };
    expect(await metrics.inspect(asking, 5)).toEqual(
      known({
        problem: {
          reason: 'InvalidQuery',
          message: expect.stringMatching(/^The query for run_googleapis_com.* is refused\. 1:7: parse error$/),
        },
        buckets: null,
      }),
    );
    vector = failing('ProviderError');
    expect(await metrics.inspect(asking, 5)).toMatchObject({ kind: 'Unknown', reason: 'ProviderError' });
  });
});

describe('history', () => {
  const points = (...pairs: [number, number][]) => pairs.map(([atMs, value]) => ({ atMs, value }));

  it('is one tally a tick, oldest first and empty where nothing was seen, from a query about that revision alone', async () => {
    matrix = () => [
      { labels: { revision_name: 'api-1', steadyrun_part: '0' }, points: points([1_080_000, 1]) },
      {
        labels: { revision_name: 'api-1', steadyrun_part: '1' },
        points: points([960_000, 10], [1_080_000, 31]),
      },
    ];
    expect(await metrics.history(past)).toEqual(
      known({
        tickMs: 60_000,
        ticks: [
          { bad: 0, total: 10 },
          { bad: 0, total: 0 },
          { bad: 1, total: 31 },
        ],
      }),
    );
    expect(asked).toEqual([[source, expect.stringContaining('revision_name="api-1"'), 960_000, 1_080_000, 60_000]]);
  });

  it('counts nothing in full that was born on the way', async () => {
    await metrics.history(past);
    expect(asked).toEqual([[source, expect.not.stringContaining('=~'), 960_000, 1_080_000, 60_000]]);
  });

  it('counts nothing in a tick whose counts are no numbers', async () => {
    const labels = { revision_name: 'api-1', steadyrun_part: '1' };
    matrix = () => [{ labels, points: points([960_000, Number.NaN], [1_020_000, 4]) }];
    expect(await metrics.history(past)).toMatchObject(
      known({
        ticks: [
          { bad: 0, total: 0 },
          { bad: 0, total: 4 },
          { bad: 0, total: 0 },
        ],
      }),
    );
  });

  it('is unknown when it cannot be had', async () => {
    matrix = failing('ProviderError');
    expect(await metrics.history(past)).toMatchObject({
      kind: 'Unknown',
      reason: 'ProviderError',
      message: 'Not now.',
    });
  });
});
