/** A part of a query that is not there is not zero: over every kind of query, way of being absent, and revision. */
import { describe, expect, test } from 'vitest';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import type { Objective } from '../../src/policy/policy.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { PromqlFailure } from '../../src/prometheus/promql.ts';
import { readQuantile } from '../../src/promql/counters/quantile.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';

const source = { type: 'Prometheus', address: 'http://prometheus.test', auth: null } as const;
const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const revisionLabel = 'revision_name';
const startMs = 1_700_000_000_000;
const nowMs = startMs + 30 * 60_000;
const window = { fromMs: nowMs - 300_000, toMs: nowMs, tickMs: 15_000 };

/** One series of every revision, and by how much it grows in a minute. */
interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly perMinute: number;
}
const series = (name: string, labels: Series['labels'], perMinute: number): Series => ({ name, labels, perMinute });

interface Kind {
  readonly query: string;
  readonly all: readonly Series[];
  /** Ways in which a part may be absent, by what is left of the series. */
  readonly missing: Readonly<Record<string, (all: readonly Series[]) => readonly Series[]>>;
  /** Ways in which nothing is missing, with the bad and total of five minutes. */
  readonly fine: Readonly<
    Record<string, readonly [left: (all: readonly Series[]) => readonly Series[], bad: number, total: number]>
  >;
}

const sum = (selector: string): string => `sum(rate(${selector}[5m]))`;
const but = (without: (one: Series) => boolean) => (all: readonly Series[]) => all.filter((one) => !without(one));
const renamed = (from: string, to: string) => (all: readonly Series[]) =>
  all.map((one) => {
    const { [from]: value, ...rest } = one.labels;
    return value === undefined ? one : { ...one, labels: { ...rest, [to]: value } };
  });
const whole = (all: readonly Series[]) => all;
const named = (name: string) => (one: Series) => one.name === name;
const has = (label: string, value: string) => (one: Series) => one.labels[label] === value;

const byStatus = [series('x', { job: 'api', status: '200' }, 90), series('x', { job: 'api', status: '500' }, 10)];
const fineByStatus: Kind['fine'] = {
  'all there': [whole, 50, 500],
  'no error yet': [but(has('status', '500')), 0, 450],
  'nothing but errors': [but(has('status', '200')), 50, 50],
};
const buckets = ['0.1', '0.3', '1', '+Inf'].map((le, i) => series('h_bucket', { le }, [20, 90, 96, 100][i]!));
const kinds: Readonly<Record<string, Kind>> = {
  'errors with a name of their own': {
    query: `${sum('errors_total')} / ${sum('requests_total')}`,
    all: [series('errors_total', {}, 10), series('requests_total', {}, 100)],
    missing: { errors: but(named('errors_total')), requests: but(named('requests_total')) },
    fine: { 'all there': [whole, 50, 500] },
  },
  'a matcher that narrows': {
    query: `${sum('x{job="api",status=~"5.."}')} / ${sum('x{job="api"}')}`,
    all: byStatus,
    missing: { 'another label': renamed('status', 'code') },
    fine: fineByStatus,
  },
  'good events by what they are not': {
    query: `${sum('x{status!~"5.."}')} / ${sum('x')}`,
    all: byStatus,
    missing: { 'another label': renamed('status', 'code') },
    fine: fineByStatus,
  },
  'a bucket of all': {
    query: `1 - ${sum('h_bucket{le="0.3"}')} / ${sum('h_count')}`,
    all: [...buckets, series('h_count', {}, 100)],
    missing: {
      'no such bucket': but(has('le', '0.3')),
      'no buckets at all': but(named('h_bucket')),
      'no count': but(named('h_count')),
    },
    fine: {
      'all there': [whole, 50, 500],
      '0.30': [
        (all) => all.map((one) => (one.labels.le === '0.3' ? { ...one, labels: { le: '0.30' } } : one)),
        50,
        500,
      ],
      '3e-1': [
        (all) => all.map((one) => (one.labels.le === '0.3' ? { ...one, labels: { le: '3e-1' } } : one)),
        50,
        500,
      ],
    },
  },
  'a bucket of those that did not fail': {
    query: `1 - ${sum('h_bucket{le="1.0",code!~"5.."}')} / ${sum('h_bucket{le="+Inf",code!~"5.."}')}`,
    all: [...buckets, ...buckets.map((one) => ({ ...one, perMinute: one.perMinute / 10 }))].map((one, i) => ({
      ...one,
      labels: { ...one.labels, code: i < 4 ? '200' : '500' },
    })),
    missing: { 'no such bucket': but(has('le', '1')) },
    fine: { 'all there': [whole, 20, 500], 'no error yet': [but(has('code', '500')), 20, 500] },
  },
  'hits and misses': {
    query: `${sum('hits')} / (${sum('hits')} + ${sum('misses')})`,
    all: [series('hits', {}, 90), series('misses', {}, 10)],
    missing: { misses: but(named('misses')), hits: but(named('hits')) },
    fine: { 'all there': [whole, 50, 500] },
  },
  'an errors counter with a label': {
    query: `${sum('errors_total{code=~"5.."}')} / ${sum('requests_total')}`,
    all: [
      series('errors_total', { code: '404' }, 3),
      series('errors_total', { code: '500' }, 10),
      series('requests_total', {}, 100),
    ],
    missing: { errors: but(named('errors_total')), 'another label': renamed('code', 'status') },
    fine: { 'all there': [whole, 50, 500], 'no such error yet': [but(has('code', '500')), 0, 500] },
  },
};

type Place = 'nowhere' | 'new' | 'old' | 'both';
const revisions = ['old', 'new'] as const;

function fill(store: SeriesStore, revision_name: string, its: readonly Series[]): void {
  for (const { name, labels, perMinute } of its) {
    const handle = store.series(name, { instance: `${revision_name}-1`, ...labels, revision_name });
    for (let atMs = startMs; atMs <= nowMs; atMs += 15_000) {
      handle.append(atMs, 7 + ((atMs - startMs) / 60_000) * perMinute);
    }
  }
}

function storeOf(kind: Kind, left: (all: readonly Series[]) => readonly Series[], place: Place): SeriesStore {
  const store = new SeriesStore();
  for (const revision_name of [...revisions, 'retired']) {
    // One that nobody compares lacks everything but one part.
    const isHit = place === 'both' || place === revision_name;
    const its = revision_name === 'retired' ? kind.all.slice(-1) : isHit ? left(kind.all) : kind.all;
    fill(store, revision_name, its);
  }
  return store;
}

const objectiveOf = (query: string): Objective => {
  const { reading, ...ratio } = readRatio(query, { revisionLabel });
  return {
    name: 'own',
    allowedBadFraction: 0.01,
    gate: true,
    indicator: { kind: 'Ratio', ...ratio },
    timeSliceMs: null,
    reading,
  };
};
const askOf = (kind: Kind) => ({ source, service, revisionLabel, objective: objectiveOf(kind.query) });
const createdAtMs = { old: startMs - 3_600_000, new: startMs - 3_600_000 };

const ways = <K extends 'missing' | 'fine'>(of: K) =>
  Object.entries(kinds).flatMap(([name, kind]) =>
    Object.keys(kind[of]).flatMap((way) =>
      (['new', 'old', 'both'] as const).map((place): [string, string, Place] => [name, way, place]),
    ),
  );

describe('A part that is missing', () => {
  test.each(ways('missing'))('%s, %s: of %s, is unknown and named', async (name, way, place) => {
    const kind = kinds[name]!;
    const metrics = new PromqlMetrics(labPromql(storeOf(kind, kind.missing[way]!, place)));
    const answer = await metrics.counts({ ...askOf(kind), ...window, revisions, createdAtMs });
    expect(answer).toMatchObject({ kind: 'Unknown', reason: 'InsufficientSamples' });
    const revision = place === 'both' ? 'old' : place;
    expect(answer.kind === 'Unknown' && answer.message).toMatch(
      new RegExp(`^(Nothing of ${revision} matches \\w+|What ${revision} has of x lacks a label that x).*not zero`),
    );
  });

  test.each(ways('missing').filter(([, , place]) => place === 'both'))(
    '%s, %s: is found by the dry run where it is missing in all',
    async (name, way) => {
      const kind = kinds[name]!;
      const store = storeOf({ ...kind, all: kind.missing[way]!(kind.all) }, whole, 'nowhere');
      const requests = store.series('run_googleapis_com:request_count', {
        monitored_resource: 'cloud_run_revision',
        project_id: 'acme',
        location: 'europe-west1',
        service_name: 'api',
        response_code_class: '2xx',
        revision_name: 'old',
      });
      for (let atMs = startMs; atMs <= nowMs; atMs += 60_000) requests.append(atMs, (atMs - startMs) / 1000);
      const answer = await new PromqlMetrics(labPromql(store)).inspect(askOf(kind), nowMs);
      const problem = answer.kind === 'Known' ? answer.value.problem : null;
      expect(['NoSeries', 'NeverMatches', 'NoBoundary']).toContain(problem?.reason);
      expect(problem?.message).toMatch(
        /^(Nothing matches \w+|No series of \w+.* has the label \w+|\w+ has no bucket le="[\d.]+": its boundaries are [\d., ]+\.)/,
      );
    },
  );

  test.each(ways('missing').filter(([, , place]) => place !== 'new'))(
    '%s, %s: of %s, makes no history of nothing bad',
    async (name, way, place) => {
      const kind = kinds[name]!;
      const metrics = new PromqlMetrics(labPromql(storeOf(kind, kind.missing[way]!, place)));
      const past = { ...askOf(kind), revision: 'old', toMs: nowMs, lengthMs: 600_000, tickMs: 60_000 };
      const answer = await metrics.history(past);
      const ticks = answer.kind === 'Known' ? answer.value.ticks : [];
      expect(ticks.map(({ total }) => total)).toEqual(Array(10).fill(0));
    },
  );
});

describe('A part that was not born yet, or is written otherwise', () => {
  test.each(ways('fine'))('%s, %s: of %s, is counted', async (name, way, place) => {
    const kind = kinds[name]!;
    const [left, bad, total] = kind.fine[way]!;
    const metrics = new PromqlMetrics(labPromql(storeOf(kind, left, place)));
    const answer = await metrics.counts({ ...askOf(kind), ...window, revisions, createdAtMs });
    const byRevision = answer.kind === 'Known' ? answer.value.byRevision : {};
    for (const revision of revisions) {
      const isHit = place === 'both' || place === revision;
      const expected = isHit ? { bad, total } : { bad: kind.fine['all there']![1], total: kind.fine['all there']![2] };
      expect({ revision, ...byRevision[revision] }).toEqual({
        revision,
        bad: expect.closeTo(expected.bad, 6),
        total: expect.closeTo(expected.total, 6),
      });
    }
  });

  test.each(ways('fine'))('%s, %s: of %s, is no problem of the query', async (name, way, place) => {
    const kind = kinds[name]!;
    const answer = await new PromqlMetrics(labPromql(storeOf(kind, kind.fine[way]![0], place))).inspect(
      askOf(kind),
      nowMs,
    );
    expect(answer).toMatchObject({ kind: 'Known', value: { problem: null } });
  });

  test('a new revision that writes a boundary otherwise is understood while the old spelling is remembered', async () => {
    const kind = kinds['a bucket of all']!;
    const store = new SeriesStore();
    fill(store, 'old', kind.all);
    const metrics = new PromqlMetrics(labPromql(store));
    expect(await metrics.counts({ ...askOf(kind), ...window, revisions, createdAtMs })).toMatchObject({
      kind: 'Known',
    });
    fill(store, 'new', kind.fine['0.30']![0](kind.all));
    expect(await metrics.counts({ ...askOf(kind), ...window, revisions, createdAtMs })).toMatchObject({
      value: { byRevision: { new: { bad: expect.closeTo(50, 6) } } },
    });
  });
});

describe('A matcher that its label never fulfils', () => {
  const answer = async (matcher: string, values: readonly string[]) => {
    const store = new SeriesStore();
    for (const status of values) {
      const handle = store.series('x', { instance: 'a', revision_name: 'old', status });
      for (let atMs = startMs; atMs <= nowMs; atMs += 15_000) handle.append(atMs, (atMs - startMs) / 1000);
    }
    const objective = objectiveOf(`${sum(`x{status${matcher}}`)} / ${sum('x')}`);
    const found = await new PromqlMetrics(labPromql(store)).inspect(
      { source, service, revisionLabel, objective },
      nowMs,
    );
    return found.kind === 'Known' ? (found.value.problem?.reason ?? null) : found.reason;
  };

  test.each<[string, readonly string[], string | null]>([
    ['="5xx"', ['200', '404'], 'NeverMatches'],
    ['!="5xx"', ['200', '404'], 'NeverMatches'],
    ['=~"5xx|4xx"', ['200'], 'NeverMatches'],
    ['="500"', ['2xx', '4xx'], 'NeverMatches'],
    ['="INTERNAL"', ['OK', 'NotFound'], 'NeverMatches'],
    ['=~"5.."', ['200'], null],
    ['=~"5.."', ['2xx'], null],
    ['="503"', ['200'], null],
    ['=~"Internal|Unavailable"', ['OK'], null],
    ['="error"', ['success'], null],
    ['="error"', ['whatever'], null],
  ])('status%s where it says %j: %s', async (matcher, values, reason) => {
    expect(await answer(matcher, values)).toBe(reason);
  });
});

describe('Which way is bad, where only the figures can tell', () => {
  const inspected = async (
    perMinute: number,
    of: number,
    query = `${sum('a_total')} / ${sum('b_total')}`,
    minutes = 30,
  ) => {
    const store = new SeriesStore();
    for (const [name, growth] of [
      ['a_total', perMinute],
      ['b_total', of],
    ] as const) {
      const handle = store.series(name, { instance: 'a', revision_name: 'old' });
      for (let atMs = nowMs - minutes * 60_000; atMs <= nowMs; atMs += 15_000)
        handle.append(atMs, ((atMs - startMs) / 60_000) * growth);
    }
    const found = await new PromqlMetrics(labPromql(store)).inspect(
      { source, service, revisionLabel, objective: objectiveOf(query) },
      nowMs,
    );
    return found.kind === 'Known' ? found.value.problem : null;
  };

  test.each<[string, number, number, string | null]>([
    ['as many good as anybody would promise', 999, 1000, 'UpsideDown'],
    ['a few that are not', 960, 1000, 'UpsideDown'],
    ['few bad ones', 3, 1000, null],
    ['none', 0, 1000, null],
    ['an outage of a third', 333, 1000, null],
    ['an outage of four fifths: neither reading is a service', 800, 1000, null],
    ['next to no events', 1, 1, 'DirectionUnclear'],
  ])('%s: %d of %d', async (_, bad, total, reason) => {
    expect((await inspected(bad, total))?.reason ?? null).toBe(reason);
  });

  test('a complement, too', async () => {
    expect((await inspected(1, 1000, `1 - ${sum('a_total')} / ${sum('b_total')}`))?.reason).toBe('UpsideDown');
    expect(await inspected(999, 1000, `1 - ${sum('a_total')} / ${sum('b_total')}`)).toBeNull();
  });

  test.each<[string, string, number, string | null]>([
    ['a total outage since an hour, proven to be bad', 'errors_total', 60, null],
    ['a total outage since an hour, proven by nothing', 'a_total', 60, null],
    ['nothing else for two days, by its name', 'errors_total', 2 * 1440, 'UpsideDown'],
    ['nothing else for two days, by nothing', 'a_total', 2 * 1440, 'UpsideDown'],
  ])('%s', async (_, name, minutesBad, reason) => {
    const store = new SeriesStore();
    const beginMs = nowMs - 2 * 86_400_000;
    const part = store.series(name, { instance: 'a', revision_name: 'old' });
    const all = store.series('b_total', { instance: 'a', revision_name: 'old' });
    let bad = 0;
    for (let atMs = beginMs; atMs <= nowMs; atMs += 60_000) {
      bad += atMs > nowMs - minutesBad * 60_000 ? 100 : 1;
      part.append(atMs, bad);
      all.append(atMs, ((atMs - beginMs) / 60_000) * 100);
    }
    const objective = objectiveOf(`${sum(name)} / ${sum('b_total')}`);
    const found = await new PromqlMetrics(labPromql(store)).inspect(
      { source, service, revisionLabel, objective },
      nowMs,
    );
    expect(found.kind === 'Known' ? (found.value.problem?.reason ?? null) : found).toBe(reason);
  });

  test('what to write is said, and what is written is believed', async () => {
    expect((await inspected(999, 1000))?.message).toMatch(
      /99\.9 % of all events are bad.*Write ratio: \{bad, total\} or ratio: \{good, total\}/,
    );
    expect(await inspected(999, 1000, `${sum('errors_total')} / ${sum('b_total')}`)).not.toMatchObject({
      reason: 'UpsideDown',
    });
  });
});

describe('Silence and absence', () => {
  const ask = { source, service, revisionLabel, objective: objectiveOf(kinds['a matcher that narrows']!.query) };
  const metricsWith = (served: () => number | null) =>
    new PromqlMetrics({
      instant: async (at, query) => {
        if (!query.includes('run_googleapis_com:request_count')) return [];
        expect(at).toEqual({ type: 'GoogleManagedPrometheus', project: 'acme' });
        const value = served();
        return value === null ? [] : [{ labels: {}, value }];
      },
      range: async () => [],
    });
  const reasonOf = async (served: () => number | null) => {
    const answer = await metricsWith(served).inspect(ask, nowMs);
    return answer.kind === 'Known' ? answer.value.problem : answer;
  };

  test('are told apart by Cloud Run’s own count of the service’s requests', async () => {
    expect(await reasonOf(() => 1200)).toMatchObject({
      reason: 'NoSeries',
      message: expect.stringContaining('Cloud Run counted 1200 requests'),
    });
    expect(await reasonOf(() => 0)).toMatchObject({ reason: 'NoTraffic' });
    expect(await reasonOf(() => null)).toMatchObject({ reason: 'NoTraffic' });
  });

  test('cannot be told apart where that cannot be read: then it is taken for absence', async () => {
    const refused = (): never => {
      throw new PromqlFailure('ProviderError', 'Permission denied.', { isPassing: false });
    };
    expect(await reasonOf(refused)).toMatchObject({
      reason: 'NoSeries',
      message: expect.stringMatching(/cannot be told.*Permission denied/),
    });
  });
});

describe('A threshold and its boundaries', () => {
  const inspect = async (
    metric: string,
    boundaries: readonly (number | string)[],
    thresholdMs: number,
    declaredMs?: number,
  ) => {
    const store = new SeriesStore();
    for (const le of [...boundaries, '+Inf']) {
      const handle = store.series(metric, { instance: 'a', revision_name: 'old', le: String(le) });
      for (let atMs = startMs; atMs <= nowMs; atMs += 15_000) handle.append(atMs, (atMs - startMs) / 1000);
    }
    const { counter, percentile, unit } = readQuantile(`histogram_quantile(0.95, sum by (le) (rate(${metric}[5m])))`, {
      revisionLabel,
    });
    const histogram = {
      counter,
      unitMs: declaredMs ?? unit?.unitMs ?? null,
      ...(!declaredMs && unit?.by !== 'Said' && { unitInDoubt: true as const }),
    };
    const objective: Objective = {
      name: 'own',
      allowedBadFraction: 0.05,
      gate: true,
      timeSliceMs: null,
      indicator: { kind: 'Latency', percentile, thresholdMs, histogram, excludePaths: [] },
    };
    const ask = { source, service, revisionLabel, objective };
    const metrics = new PromqlMetrics(labPromql(store));
    const [dry, counts] = [
      await metrics.inspect(ask, nowMs),
      await metrics.counts({ ...ask, ...window, revisions: ['old'], createdAtMs }),
    ];
    const found = dry.kind === 'Known' ? dry.value : null;
    // What the dry run finds, a tick finds.
    expect(counts.kind).toBe(found?.problem ? 'Unknown' : 'Known');
    return found?.problem ?? { judgedAt: found?.buckets?.judgedAt, unit: found?.buckets?.unit };
  };
  const seconds = [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const openTelemetry = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

  test.each<[string, readonly number[], number, object]>([
    ['http_server_duration_bucket', openTelemetry, 300, { judgedAt: 500, unit: 'ms' }],
    ['http_server_duration_bucket', seconds, 300, { judgedAt: 0.5, unit: 's' }],
    ['x_bucket', seconds, 300, { judgedAt: 0.5, unit: 's' }],
    ['x_bucket', openTelemetry, 300, { judgedAt: 500, unit: 'ms' }],
    ['checkout_latency_bucket', seconds, 250, { judgedAt: 0.25, unit: 's' }],
    [
      'envoy_cluster_upstream_rq_time_bucket',
      [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 3_600_000],
      250,
      { judgedAt: 250, unit: 'ms' },
    ],
    ['job_duration_seconds_bucket', [1, 10, 60, 300, 900, 3600], 600_000, { judgedAt: 900, unit: 's' }],
    ['x_bucket', [1, 5, 10, 50], 5, { reason: 'UnitUnclear' }],
    [
      'x_seconds_bucket',
      openTelemetry,
      300,
      {
        reason: 'NoBoundary',
        message: expect.stringMatching(
          /its boundaries are 0, 5, 10,.*They look like milliseconds: then write latency\.unit: Milliseconds/,
        ),
      },
    ],
    [
      'x_seconds_bucket',
      [0.1, 0.2],
      300,
      {
        reason: 'NoBoundary',
        message: expect.stringContaining(
          'no boundary at or above 0.3 s, so that nothing can be told of it: its boundaries are 0.1, 0.2.',
        ),
      },
    ],
    [
      'x_seconds_bucket',
      [0.5, 1],
      300,
      { reason: 'NoBoundary', message: expect.stringContaining('no boundary at or below 0.3 s') },
    ],
    ['x_seconds_bucket', [0.3, 1], 300, { judgedAt: 0.3, unit: 's' }],
    ['x_seconds_bucket', [0.1, 0.3], 300, { judgedAt: 0.3, unit: 's' }],
  ])('%s with %j and %d ms', async (metric, boundaries, thresholdMs, expected) => {
    expect(await inspect(metric, boundaries, thresholdMs)).toMatchObject(expected);
  });

  test('what is declared is not decided by boundaries, but held against them', async () => {
    expect(await inspect('x_bucket', [1, 5, 10, 50], 5, 1)).toEqual({ judgedAt: 5, unit: 'ms' });
    expect(await inspect('http_server_duration_bucket', openTelemetry, 300, 1000)).toMatchObject({
      reason: 'NoBoundary',
    });
  });
});
