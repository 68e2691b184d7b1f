/** The same SLO, as each of the three tools has it, is the same objective: it counts the events that the source counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Source } from '../../src/import/import.ts';
import type { Objective } from '../../src/policy/policy.ts';
import { selectorText } from '../../src/promql/counters/format.ts';
import type { Counter } from '../../src/promql/counters/model.ts';
import { importOf, policiesIn } from './sources.ts';

interface Slo {
  readonly targetPercent: number;
  readonly days: number;
  readonly counted: 'bad' | 'good';
  readonly part: Counter;
  readonly total: Counter;
}

const job = fc.constantFrom('search', 'a"b', 'x\\y', 'é').map((value) => ({ label: 'job', op: '=' as const, value }));
const counters = fc
  .record({ job, counted: fc.constantFrom('bad' as const, 'good' as const) })
  .map(({ job, counted }) => ({
    counted,
    part: {
      name: 'http_requests_total',
      matchers: [job, { label: 'code', op: counted === 'bad' ? ('=~' as const) : ('!~' as const), value: '5..' }],
    },
    total: { name: 'http_requests_total', matchers: [job] },
  }));
const buckets = fc
  .record({ job, le: fc.constantFrom('0.05', '0.3', '1', '1.0', '2.5', '0.0025') })
  .map(({ job, le }) => ({
    counted: 'good' as const,
    part: { name: 'search_duration_seconds_bucket', matchers: [job, { label: 'le', op: '=' as const, value: le }] },
    total: { name: 'search_duration_seconds_count', matchers: [job] },
  }));
const slo: fc.Arbitrary<Slo> = fc
  .record({ targetPercent: fc.constantFrom(50, 90, 99, 99.9, 99.95, 99.999), days: fc.constantFrom(7, 14, 28, 30) })
  .chain((base) => fc.oneof(counters, buckets).map((measured) => ({ ...base, ...measured })));

const sum = (counter: Counter, window: string): string => `sum(rate(${selectorText(counter)}[${window}]))`;

/** Sloth counts what is bad, and has its window elsewhere. */
function asSloth({ targetPercent, counted, part, total }: Slo): unknown {
  const [some, all] = [sum(part, '{{.window}}'), sum(total, '{{.window}}')];
  const error_query = counted === 'bad' ? some : `${all} - ${some}`;
  const sli = { events: { error_query, total_query: all } };
  return {
    version: 'prometheus/v1',
    service: 'search',
    slos: [{ name: 'same', objective: targetPercent, sli, alerting: {} }],
  };
}

function asPyrra({ targetPercent, days, counted, part, total }: Slo): unknown {
  const metric = (counter: Counter) => ({ metric: selectorText(counter) });
  const indicator =
    counted === 'bad'
      ? { ratio: { errors: metric(part), total: metric(total) } }
      : { latency: { success: metric(part), total: metric(total) } };
  const spec = { target: String(targetPercent), window: `${days}d`, indicator };
  return { apiVersion: 'pyrra.dev/v1alpha1', kind: 'ServiceLevelObjective', metadata: { name: 'same' }, spec };
}

function asOpenSlo({ targetPercent, days, counted, part, total }: Slo): unknown {
  const metric = (query: string) => ({ metricSource: { type: 'Prometheus', spec: { query } } });
  const ratioMetric = {
    counter: true,
    [counted]: metric(`sum(${selectorText(part)})`),
    total: metric(selectorText(total)),
  };
  const spec = {
    service: 'search',
    indicator: { metadata: { name: 'i' }, spec: { ratioMetric } },
    timeWindow: [{ duration: `${days}d`, isRolling: true }],
    budgetingMethod: 'Occurrences',
    objectives: [{ target: Number((targetPercent / 100).toPrecision(12)) }],
  };
  return { apiVersion: 'openslo/v1', kind: 'SLO', metadata: { name: 'same' }, spec };
}

function objectiveOf(source: Source, file: unknown): { objective: Objective; days: number } {
  const [policy] = policiesIn(importOf({ source, text: stringify(file) }));
  return { objective: policy!.objectives[0]!, days: (policy!.window as { lengthMs: number }).lengthMs / 86_400_000 };
}

/** What is counted, without the words in which it was understood. */
const countedBy = ({ indicator, allowedBadFraction, name }: Objective) => ({ indicator, allowedBadFraction, name });

describe('What is imported', () => {
  it('counts the same, whichever tool it comes from', () => {
    fc.assert(
      fc.property(slo, (one) => {
        const sloth = objectiveOf('sloth', asSloth(one)).objective;
        const pyrra = objectiveOf('pyrra', asPyrra(one));
        const openSlo = objectiveOf('openslo', asOpenSlo(one));
        expect(countedBy(pyrra.objective)).toEqual(countedBy(sloth));
        expect(countedBy(openSlo.objective)).toEqual(countedBy(sloth));
        expect([pyrra.days, openSlo.days]).toEqual([one.days, one.days]);
        expect(sloth.allowedBadFraction).toBeCloseTo(1 - one.targetPercent / 100, 12);
      }),
      { numRuns: 100 },
    );
  });

  it('counts what the source counts, and a bucket of whole milliseconds as a latency', () => {
    fc.assert(
      fc.property(slo, (one) => {
        const { indicator } = objectiveOf('pyrra', asPyrra(one)).objective;
        if (indicator.kind === 'Latency') {
          const le = one.part.matchers.find(({ label }) => label === 'le')!.value;
          expect(indicator.thresholdMs).toBe(Number(le) * 1000);
          expect(indicator.histogram!.counter).toEqual({ name: one.part.name, matchers: one.total.matchers });
          return;
        }
        const part = { sign: one.counted === 'bad' ? 1 : -1, counter: one.part };
        const bad = one.counted === 'bad' ? [part] : [{ sign: 1, counter: one.total }, part];
        expect(indicator).toMatchObject({ kind: 'Ratio', bad, total: [{ sign: 1, counter: one.total }] });
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['of some requests, of all of them', { part: [{ label: 'code', op: '=~', value: '5..' }], total: [], le: '1' }],
    ['of no whole milliseconds', { part: [], total: [], le: '0.0025' }],
    ['of all there are', { part: [], total: [], le: '+Inf' }],
  ] as const)('is no latency where a bucket is %s', (_, { part, total, le }) => {
    const metric = (name: string, matchers: Counter['matchers']) => ({
      name: `search_duration_seconds_${name}`,
      matchers,
    });
    const slo: Slo = {
      targetPercent: 99,
      days: 30,
      counted: 'good',
      part: metric('bucket', [...part, { label: 'le', op: '=', value: le }]),
      total: metric('count', total),
    };
    const [policy] = policiesIn(importOf({ source: 'pyrra', text: stringify(asPyrra(slo)) }));
    expect(policy?.objectives[0]?.indicator.kind ?? 'Ratio').toBe('Ratio');
  });
});
