import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/lab/promql/query.ts';
import { SeriesStore } from '../../src/lab/store.ts';
import type { Indicator, ServiceRef } from '../../src/policy/policy.ts';
import { countingQuery } from '../../src/prometheus/queries.ts';
import { tallies } from '../../src/prometheus/tally.ts';

const service: ServiceRef = { project: 'acme', region: 'europe-west1', name: 'api' };
const requests: Indicator = { kind: 'Requests' };
const startMs = 1_700_000_000_000;
const stepMs = 15_000;

const scope = {
  monitored_resource: 'cloud_run_revision',
  project_id: 'acme',
  location: 'europe-west1',
  service_name: 'api',
};

/** What was counted in the window, asked of the lab's PromQL engine. */
function counted(store: SeriesStore, fromMs: number, toMs: number, young: readonly string[], indicator = requests) {
  const query = countingQuery({ service, indicator, revision: null, windowMs: toMs - fromMs, young });
  const answer = instant(store, query, toMs);
  if (answer.resultType !== 'vector') throw new Error(answer.resultType);
  const found = tallies(
    indicator,
    answer.result.map(({ metric, value }) => ({ labels: metric, value })),
  );
  if (found.kind !== 'Tallies') throw new Error(found.message);
  return found.byRevision;
}

/** One series as it was exposed: a value at each step, or none where a sample is missing. */
interface Exposed {
  readonly revision: 'old' | 'young';
  readonly code: '2xx' | '5xx';
  readonly values: readonly (number | null)[];
}

function storeOf(exposed: readonly Exposed[]): SeriesStore {
  const store = new SeriesStore();
  exposed.forEach(({ revision, code, values }, index) => {
    const labels = { ...scope, revision_name: revision, response_code_class: code, instance: String(index) };
    const series = store.series('run_googleapis_com:request_count', labels);
    values.forEach((value, step) => {
      if (value !== null) series.append(startMs + step * stepMs, value);
    });
  });
  return store;
}

/** What anybody who saw every sample would count after step 0; a young revision's first value counts, an old one's cannot be known. */
function exposedTotal(exposed: readonly Exposed[], revision: string): number {
  let total = 0;
  for (const { values } of exposed.filter((series) => series.revision === revision)) {
    let last: number | null = null;
    for (const value of values) {
      if (value === null) continue;
      if (last === null) total += revision === 'young' ? value : 0;
      else total += value < last ? value : value - last;
      last = value;
    }
  }
  return total;
}

const steps = 60;

/** Counters that are born late, miss four samples of ten, and start anew where `resets` says so. */
function series(resets: boolean): fc.Arbitrary<Exposed> {
  const step = fc.record({
    grows: fc.nat(20),
    isMissing: fc.integer({ min: 0, max: 9 }).map((n) => n < 4),
    isReset: fc.integer({ min: 0, max: 19 }).map((n) => resets && n === 0),
  });
  return fc
    .record({
      revision: fc.constantFrom('old' as const, 'young' as const),
      code: fc.constantFrom('2xx' as const, '5xx' as const),
      birth: fc.integer({ min: 1, max: steps - 1 }),
      steps: fc.array(step, { minLength: steps, maxLength: steps }),
    })
    .map(({ revision, code, birth, steps }) => {
      let value = 0;
      const values = steps.map(({ grows, isMissing, isReset }, index) => {
        value = isReset ? grows : value + grows;
        if (revision === 'old' && index === 0) return value;
        return isMissing || (revision === 'young' && index < birth) ? null : value;
      });
      return { revision, code, values };
    });
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
      fc.property(fc.array(series(true), { minLength: 1, maxLength: 5 }), phase, (exposed, phaseMs) => {
        const ends = Array.from({ length: steps }, (_, step) => startMs + step * stepMs + phaseMs).filter(
          (at) => at > startMs,
        );
        const sums = sumOfWindows(exposed, ends);
        expect(sums).toEqual({ old: exposedTotal(exposed, 'old'), young: exposedTotal(exposed, 'young') });
      }),
      { numRuns: 60 },
    );
  });

  it('add up to exactly what was exposed wherever they are cut, as long as nothing starts anew', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: startMs + 1, max: lastMs - 1 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(series(false), { minLength: 1, maxLength: 5 }), cuts, (exposed, between) => {
        const fixed = Array.from({ length: 3 }, (_, index) => startMs + (index + 1) * 280_000);
        const ends = [...new Set([...between, ...fixed.filter((at) => at < lastMs), lastMs])].toSorted((a, b) => a - b);
        const sums = sumOfWindows(exposed, ends);
        expect(sums).toEqual({ old: exposedTotal(exposed, 'old'), young: exposedTotal(exposed, 'young') });
      }),
      { numRuns: 60 },
    );
  });

  it('never count more than was exposed, wherever they are cut and whatever starts anew', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: startMs + 1, max: lastMs - 1 }), { maxLength: 10 });
    fc.assert(
      fc.property(fc.array(series(true), { minLength: 1, maxLength: 5 }), cuts, (exposed, between) => {
        const sums = sumOfWindows(exposed, [...between.toSorted((a, b) => a - b), lastMs]);
        expect(sums.old).toBeLessThanOrEqual(exposedTotal(exposed, 'old'));
        expect(sums.young).toBeLessThanOrEqual(exposedTotal(exposed, 'young'));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a window', () => {
  const minute = 60_000;
  const store = (values: Record<number, number>, labels: Record<string, string> = {}) => {
    const store = new SeriesStore();
    const all = { ...scope, revision_name: 'a', response_code_class: '5xx', ...labels };
    const handle = store.series('run_googleapis_com:request_count', all);
    for (const [at, value] of Object.entries(values)) handle.append(startMs + Number(at) * minute, value);
    return store;
  };
  const bad = (of: SeriesStore, fromMinute: number, toMinute: number, young: string[] = []) =>
    counted(of, startMs + fromMinute * minute, startMs + toMinute * minute, young).a?.bad;

  it('counts a sample at its end and not the one at its start', () => {
    expect(bad(store({ 0: 10, 1: 13, 2: 17 }), 0, 1)).toBe(3);
  });

  it('shows a revision that served nothing as zero, and one that it knows nothing of not at all', () => {
    expect(bad(store({ 0: 10, 1: 10 }), 0, 1)).toBe(0);
    expect(bad(store({}), 0, 1)).toBeUndefined();
  });

  it('counts the first burst of errors of a young revision, which a rate would not see', () => {
    expect(bad(store({ 1: 50 }), 0, 1, ['a'])).toBe(50);
  });

  it('does not take the whole life of an old series for new, when it comes back after hours', () => {
    expect(bad(store({ 0: 5_000, 180: 5_004 }), 179, 180)).toBeUndefined();
  });

  it('counts what came in while samples were missing with the first one that is there again', () => {
    const silent = store({ 0: 10, 20: 30 });
    expect([bad(silent, 0, 1), bad(silent, 1, 19), bad(silent, 19, 20)]).toEqual([0, undefined, 20]);
  });

  it('counts a counter that started anew from zero', () => {
    expect(bad(store({ 0: 100, 1: 7 }), 0, 1)).toBe(7);
  });

  it('counts other services, regions and projects not at all', () => {
    for (const labels of [{ service_name: 'other' }, { location: 'us-east1' }, { project_id: 'other' }]) {
      expect(bad(store({ 0: 1, 1: 2 }, labels), 0, 1, ['a'])).toBeUndefined();
    }
  });

  it('tells slow from fast by the buckets', () => {
    const latencies = new SeriesStore();
    for (const [le, then, now] of [
      ['100', 10, 40],
      ['300', 20, 95],
      ['+Inf', 20, 100],
    ] as const) {
      const labels = { ...scope, revision_name: 'a', response_code_class: '2xx', le };
      const handle = latencies.series('run_googleapis_com:request_latencies_bucket', labels);
      handle.append(startMs, then);
      handle.append(startMs + minute, now);
    }
    const indicator: Indicator = { kind: 'Latency', percentile: 95, thresholdMs: 300 };
    expect(counted(latencies, startMs, startMs + minute, [], indicator)).toEqual({ a: { bad: 5, total: 80 } });
  });
});
