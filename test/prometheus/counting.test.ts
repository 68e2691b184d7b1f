import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundariesOf, neighbours } from '../../src/counting/boundaries.ts';
import { measuredBy, partsOf } from '../../src/counting/measured.ts';
import { boundariesQuery, bucket, type Counting, countingQuery } from '../../src/counting/queries.ts';
import { latencyTallies, ratioTallies } from '../../src/counting/tally.ts';
import { isChanges } from '../../src/lab/metrics/platform.ts';
import { instant } from '../../src/lab/promql/query.ts';
import type { Changes } from '../../src/lab/promql/select/changes.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import type { Indicator } from '../../src/policy/policy.ts';
import { readQuantile } from '../../src/promql/counters/quantile.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';
import { isWhole } from '../whole.ts';

const google = { type: 'GoogleManagedPrometheus' } as const;
const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const context = { revisionLabel: 'revision_name' };
const startMs = 1_700_000_000_000;
const stepMs = 15_000;

const appErrors: Indicator = {
  kind: 'Ratio',
  ...readRatio(
    'sum(rate(http_requests_total{job="api",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="api"}[5m]))',
    context,
  ),
};
const platformErrors: Indicator = { kind: 'Requests' };

function ask(store: SeriesStore, query: string, atMs: number, changes: Changes = isChanges) {
  const answer = instant(store, query, atMs, changes);
  if (answer.resultType !== 'vector') throw new Error(answer.resultType);
  return answer.result.map(({ metric, value }) => ({ labels: metric, value }));
}

/** What was counted in the window, asked of the lab's PromQL engine. */
function counted(
  store: SeriesStore,
  fromMs: number,
  toMs: number,
  young: readonly string[],
  indicator: Indicator = appErrors,
) {
  const measured = measuredBy(google, { indicator }, service, 'revision_name');
  const common = { measured, revision: null, windowMs: toMs - fromMs, lookback: '15m', young };
  const vector = (counting: Pick<Counting, 'parts' | 'byBucket'>) =>
    ask(store, countingQuery({ ...common, ...counting }), toMs);
  const { shape } = measured;
  if (shape.kind === 'Ratio') {
    return ratioTallies(shape, vector({ parts: partsOf(shape), byBucket: false }), 'revision_name');
  }
  const found = boundariesOf(ask(store, boundariesQuery(shape.counter, measured), toMs), 'revision_name');
  const near = neighbours(found, shape.thresholdMs / shape.unitMs!)!;
  const texts = [...(near.lower?.texts ?? []), ...near.upper.texts, '+Inf'];
  return latencyTallies(near, vector({ parts: [bucket(shape.counter, texts)], byBucket: true }), 'revision_name')!
    .byRevision;
}

/** One series as it was exposed: a value at each step, or none where a sample is missing. */
interface Exposed {
  readonly revision: 'old' | 'young';
  readonly instance: string;
  readonly status: '200' | '500';
  readonly values: readonly (number | null)[];
}

function storeOf(exposed: readonly Exposed[]): SeriesStore {
  const store = new SeriesStore();
  for (const { revision, instance, status, values } of exposed) {
    const series = store.series('http_requests_total', { job: 'api', revision_name: revision, instance, status });
    values.forEach((value, step) => {
      if (value !== null) series.append(startMs + step * stepMs, value);
    });
  }
  return store;
}

/** What anybody who saw every sample would count after step 0. What an old instance had counted before is not known. */
function exposedTotal(exposed: readonly Exposed[], revision: string): number {
  let total = 0;
  for (const { values, status } of exposed.filter((series) => series.revision === revision)) {
    let last: number | null = null;
    for (const value of values) {
      if (value === null) continue;
      if (last === null) total += revision === 'young' || status === '500' ? value : 0;
      else total += value < last ? value : value - last;
      last = value;
    }
  }
  return total;
}

const steps = 60;

/**
 * An instance with two series: its 500s are born with the first of them. Of ten samples four are missing, and counters start
 * anew where `resets` says so. An old instance was there before; a young revision has just one, born in between.
 */
function instances(resets: boolean): fc.Arbitrary<Exposed[]> {
  const step = fc.record({
    grows: fc.nat(20),
    isMissing: fc.integer({ min: 0, max: 9 }).map((n) => n < 4),
    isReset: fc.integer({ min: 0, max: 19 }).map((n) => resets && n === 0),
  });
  const series = (revision: Exposed['revision'], instance: string, status: Exposed['status'], birth: number) =>
    fc.array(step, { minLength: steps, maxLength: steps }).map((drawn): Exposed => {
      let value = 0;
      const values = drawn.map(({ grows, isMissing, isReset }, index) => {
        value = isReset ? grows : value + grows;
        if (index === birth && status === '200') return value;
        return index < birth || isMissing ? null : value;
      });
      return { revision, instance, status, values };
    });
  const instance = (revision: Exposed['revision'], name: string, birth: number) =>
    fc
      .integer({ min: birth + 1, max: steps - 1 })
      .chain((firstError) => fc.tuple(series(revision, name, '200', birth), series(revision, name, '500', firstError)));
  return fc
    .tuple(
      fc.integer({ min: 1, max: steps - 2 }).chain((birth) => instance('young', 'y1', birth)),
      instance('old', 'o1', 0),
      instance('old', 'o2', 0),
    )
    .map((all) => all.flat());
}

/** Sums of the windows that end at `ends`, the first of which begins right after step 0. */
function sumOfWindows(exposed: readonly Exposed[], ends: readonly number[]): Record<string, number> {
  const store = storeOf(exposed);
  const sums: Record<string, number> = { old: 0, young: 0 };
  let fromMs = startMs;
  for (const toMs of ends) {
    for (const [revision, { total }] of Object.entries(counted(store, fromMs, toMs, ['young']))) {
      sums[revision] = (sums[revision] ?? 0) + total;
    }
    fromMs = toMs;
  }
  return sums;
}

const lastMs = startMs + (steps - 1) * stepMs;

describe('windows, one after the other', () => {
  it('add up to exactly what was exposed, through births, resets and missing samples, one sample a window', () => {
    const phase = fc.integer({ min: 0, max: stepMs - 1 });
    fc.assert(
      fc.property(instances(true), phase, (exposed, phaseMs) => {
        const ends = Array.from({ length: steps }, (_, step) => startMs + step * stepMs + phaseMs).filter(
          (at) => at > startMs,
        );
        const sums = sumOfWindows(exposed, ends);
        expect(sums).toEqual({ old: exposedTotal(exposed, 'old'), young: exposedTotal(exposed, 'young') });
      }),
      { numRuns: isWhole ? 60 : 20 },
    );
  });

  it('add up to exactly what was exposed wherever they are cut, as long as nothing starts anew', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: startMs + 1, max: lastMs - 1 }), { maxLength: 30 });
    fc.assert(
      fc.property(instances(false), cuts, (exposed, between) => {
        const fixed = Array.from({ length: 3 }, (_, index) => startMs + (index + 1) * 280_000);
        const ends = [...new Set([...between, ...fixed.filter((at) => at < lastMs), lastMs])].toSorted((a, b) => a - b);
        const sums = sumOfWindows(exposed, ends);
        expect(sums).toEqual({ old: exposedTotal(exposed, 'old'), young: exposedTotal(exposed, 'young') });
      }),
      { numRuns: isWhole ? 60 : 20 },
    );
  });

  it('never count more than was exposed, wherever they are cut and whatever starts anew', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: startMs + 1, max: lastMs - 1 }), { maxLength: 10 });
    fc.assert(
      fc.property(instances(true), cuts, (exposed, between) => {
        const sums = sumOfWindows(exposed, [...between.toSorted((a, b) => a - b), lastMs]);
        expect(sums.old).toBeLessThanOrEqual(exposedTotal(exposed, 'old'));
        expect(sums.young).toBeLessThanOrEqual(exposedTotal(exposed, 'young'));
      }),
      { numRuns: isWhole ? 60 : 20 },
    );
  });
});

describe('a window', () => {
  const minute = 60_000;
  type Samples = Record<number, number>;
  const app = { job: 'api', revision_name: 'a', instance: 'i1' };
  const platform = {
    monitored_resource: 'cloud_run_revision',
    project_id: 'acme',
    location: 'europe-west1',
    service_name: 'api',
    revision_name: 'a',
  };
  const storeWith = (name: string, all: readonly (readonly [Record<string, string>, Samples])[]) => {
    const store = new SeriesStore();
    for (const [labels, samples] of all) {
      const handle = store.series(name, labels);
      for (const [at, value] of Object.entries(samples)) handle.append(startMs + Number(at) * minute, value);
    }
    return store;
  };
  const apps = (...all: (readonly [Record<string, string>, Samples])[]) =>
    storeWith(
      'http_requests_total',
      all.map(([labels, samples]) => [{ ...app, status: '500', ...labels }, samples]),
    );
  const tally = (
    of: SeriesStore,
    fromMinute: number,
    toMinute: number,
    young: string[] = [],
    indicator: Indicator = appErrors,
  ) => counted(of, startMs + fromMinute * minute, startMs + toMinute * minute, young, indicator).a;
  const bad = (...args: Parameters<typeof tally>) => tally(...args)?.bad;

  it('counts a sample at its end and not the one at its start', () => {
    expect(bad(apps([{}, { 0: 10, 1: 13, 2: 17 }]), 0, 1)).toBe(3);
  });

  it('shows a revision that served nothing as zero, and one that it knows nothing of not at all', () => {
    expect(bad(apps([{}, { 0: 10, 1: 10 }]), 0, 1)).toBe(0);
    expect(bad(apps(), 0, 1)).toBeUndefined();
  });

  it('counts the first signs of a young revision, which a rate would not see', () => {
    expect(bad(apps([{}, { 1: 50 }]), 0, 1, ['a'])).toBe(50);
    expect(bad(apps([{}, { 1: 50 }]), 0, 1)).toBe(0);
  });

  it('counts a counter that was born with its first event on an instance that was there before', () => {
    const store = apps([{ status: '200' }, { 0: 900, 1: 990 }], [{}, { 1: 7 }]);
    expect(tally(store, 0, 1)).toEqual({ bad: 7, total: 97 });
  });

  it('takes the first sample of a further instance for a base, in every revision alike', () => {
    const store = apps([{}, { 0: 10, 1: 12 }], [{ instance: 'i2' }, { 1: 5_000, 2: 5_003 }]);
    for (const young of [[], ['a']]) {
      expect(bad(store, 0, 1, young)).toBe(2);
      expect(bad(store, 1, 2, young)).toBe(3);
      expect(bad(store, 0, 2, young)).toBe(5);
    }
  });

  it('counts what an instance did in the window in which it died', () => {
    expect(bad(apps([{}, { 0: 10, 0.5: 25 }]), 0, 1)).toBe(15);
  });

  it('does not take the whole life of an old series for new, when it comes back after hours', () => {
    expect(bad(apps([{}, { 0: 5_000, 180: 5_004 }]), 179, 180)).toBe(0);
  });

  it('adds nothing but what came in between when all series return after an outage', () => {
    const after = { 0: 1_000_000, 10: 1_000_600 };
    const store = apps(
      [{ status: '200' }, after],
      [{ status: '200', instance: 'i2' }, { 10: 400_000 }],
      [{}, { 0: 3, 10: 4 }],
    );
    expect(tally(store, 0, 10)).toEqual({ bad: 1, total: 601 });
    expect(tally(store, 0, 10, ['a'])).toEqual({ bad: 1, total: 601 });
  });

  it('counts a counter that started anew from zero', () => {
    expect(bad(apps([{}, { 0: 100, 1: 7 }]), 0, 1)).toBe(7);
  });

  it('counts other services, regions and projects not at all', () => {
    for (const labels of [{ service_name: 'other' }, { location: 'us-east1' }, { project_id: 'other' }]) {
      const all = { ...platform, response_code_class: '5xx', ...labels };
      const store = storeWith('run_googleapis_com:request_count', [[all, { 0: 1, 1: 2 }]]);
      expect(bad(store, 0, 1, ['a'], platformErrors)).toBeUndefined();
    }
  });

  it("counts Cloud Run's own metrics the same on a plain Prometheus, by subtraction", () => {
    const store = storeWith('run_googleapis_com:request_count', [
      [
        { ...platform, response_code_class: '2xx' },
        { 0: 100, 1: 190 },
      ],
      [{ ...platform, response_code_class: '5xx' }, { 1: 10 }],
    ]);
    const measured = measuredBy({ type: 'Prometheus' }, { indicator: platformErrors }, service, 'revision_name');
    const { shape } = measured;
    if (shape.kind !== 'Ratio') throw new Error(shape.kind);
    const counting = { parts: partsOf(shape), byBucket: false, revision: null, lookback: '15m', young: [] };
    const query = countingQuery({ measured, windowMs: minute, ...counting });
    expect(query).not.toContain('increase');
    expect(ratioTallies(shape, ask(store, query, startMs + minute, null), 'revision_name').a).toEqual({
      bad: 10,
      total: 100,
    });
  });

  it("adds up Google's changes, what is born among them", () => {
    const store = storeWith('run_googleapis_com:request_count', [
      [
        { ...platform, response_code_class: '2xx' },
        { 0: 100, 1: 190, 2: 280 },
      ],
      [{ ...platform, response_code_class: '5xx' }, { 2: 10 }],
      [{ ...platform, response_code_class: '2xx', revision_name: 'b' }, { 2: 40 }],
    ]);
    expect(tally(store, 0, 1, [], platformErrors)).toEqual({ bad: 0, total: 90 });
    expect(tally(store, 1, 2, [], platformErrors)).toEqual({ bad: 10, total: 100 });
    const both = counted(store, startMs + minute, startMs + 2 * minute, ['b'], platformErrors);
    expect(both.b).toEqual({ bad: 0, total: 40 });
  });

  it('tells slow from fast by the boundary at or above the threshold', () => {
    const buckets = [
      ['0.1', 10, 40],
      ['0.25', 20, 90],
      ['0.5', 20, 95],
      ['+Inf', 20, 100],
    ] as const;
    const store = storeWith(
      'http_server_duration_seconds_bucket',
      buckets.map(([le, then, now]) => [
        { ...app, le },
        { 0: then, 1: now },
      ]),
    );
    const { percentile, counter, unit } = readQuantile(
      'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="api"}[5m])))',
      context,
    );
    const indicator: Indicator = {
      kind: 'Latency',
      percentile,
      thresholdMs: 300,
      histogram: { counter, unitMs: unit!.unitMs },
      excludePaths: [],
    };
    expect(tally(store, 0, 1, [], indicator)).toEqual({ bad: 5, total: 80 });
  });
});
