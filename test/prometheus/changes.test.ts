/**
 * Google stores Cloud Run's own metrics as changes, and nothing public says what it answers but for `increase` and `rate` over
 * whole minutes. Whatever is asked of them, whenever and whatever was answered before, is asked so.
 */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Vector } from '../../src/counting/vector.ts';
import { isChanges } from '../../src/lab/metrics/platform.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import type { Indicator, MetricsSource } from '../../src/policy/policy.ts';
import type { Asked, Metrics } from '../../src/ports/metrics.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import type { Matrix, PromqlClient } from '../../src/prometheus/promql.ts';
import { type Expr, metricName, partsOf, type Selector, selectorsIn } from '../../src/promql/ast.ts';
import { type Pasted, readPasted } from '../../src/promql/counters/pasted.ts';
import { declaredRatio, readCounter } from '../../src/promql/counters/ratio.ts';
import { parse } from '../../src/promql/parse.ts';
import { isWhole, oneIn } from '../whole.ts';

const minuteMs = 60_000;
const google = { type: 'GoogleManagedPrometheus', project: 'metrics' } as const;
const plain = { type: 'Prometheus', address: 'http://prometheus', auth: null } as const;
const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const context = { revisionLabel: 'revision_name' };

const count = 'run_googleapis_com:request_count';
const buckets = 'run_googleapis_com:request_latencies_bucket';
const failed = 'response_code_class="5xx"';
const rate = (matchers: string, window = '5m', by = 'rate') => `sum(${by}(${count}{${matchers}}[${window}]))`;
const quantile = (histogram: string, window = '5m') =>
  `histogram_quantile(0.95, sum by (le) (rate(${histogram}[${window}])))`;

/** What people paste about Cloud Run's own metrics, with windows and functions of their own. */
const pasted: Readonly<Record<string, string>> = {
  'a ratio': `${rate(failed)} / ${rate('')}`,
  'a ratio over 90 s': `${rate(failed, '90s')} / ${rate('', '90s')}`,
  'a ratio of increases over 30 s': `${rate(failed, '30s', 'increase')} / ${rate('', '30s', 'increase')}`,
  'a ratio by irate': `${rate(failed, '2m', 'irate')} / ${rate('', '2m', 'irate')}`,
  'a success ratio': `${rate('response_code_class!="5xx"')} / ${rate('')}`,
  'what is left of one': `1 - ${rate('response_code_class="2xx"')} / ${rate('')}`,
  'a ratio by the code': `100 * ${rate('response_code=~"5.."')} / ${rate('service_name="api"')}`,
  'a ratio that proves nothing': `${rate('configuration_name="a"')} / ${rate('')}`,
  'by Google’s own name': `${rate(failed).replace(`${count}{`, '{"run.googleapis.com/request_count",')} / ${rate('')}`,
  'requests above a boundary': `1 - sum(rate(${buckets}{le="300"}[5m])) / sum(rate(run_googleapis_com:request_latencies_count[5m]))`,
  'slow ones of another metric': `(${rate('')} - sum(rate(${buckets}{le="300"}[5m]))) / ${rate('')}`,
  'a quantile': quantile(buckets),
  'a quantile over 90 s': quantile(`${buckets}{service_name="api"}`, '90s'),
  'a quantile by Google’s own name': quantile('{"run.googleapis.com/request_latencies_bucket"}'),
  'the end to end latency': quantile('run_googleapis_com:request_latency_e2e_latencies_bucket'),
  'how long containers take to start': quantile('run_googleapis_com:container_startup_latencies_bucket'),
};

function indicatorOf(read: Pasted): Pick<Asked['objective'], 'indicator' | 'reading'> {
  if (read.kind === 'Ratio') {
    const { reading, ...ratio } = read.ratio;
    return { indicator: { kind: 'Ratio', ...ratio }, reading };
  }
  const { counter, percentile, unit } = read.histogram;
  const histogram = { counter, unitMs: unit?.unitMs ?? null };
  return { indicator: { kind: 'Latency', percentile, thresholdMs: 300, histogram, excludePaths: [] } };
}

function declared() {
  const ratio = declaredRatio(
    { good: readCounter(`${count}{response_code_class="2xx"}`, context) },
    readCounter(count, context),
  );
  if (!ratio.ok) throw new Error(ratio.message);
  return indicatorOf({ kind: 'Ratio', ratio: ratio.ratio });
}

const only = (indicator: Indicator) => ({ indicator });
const kinds: Readonly<Record<string, Pick<Asked['objective'], 'indicator' | 'reading'>>> = {
  requests: only({ kind: 'Requests' }),
  latency: only({ kind: 'Latency', percentile: 95, thresholdMs: 300, histogram: null, excludePaths: [] }),
  'the two counters apart': declared(),
  ...Object.fromEntries(Object.entries(pasted).map(([what, query]) => [what, indicatorOf(readPasted(query, context))])),
};
const own = {
  ratio: indicatorOf(
    readPasted('sum(rate(http_requests_total{status="500"}[5m])) / sum(rate(http_requests_total[5m]))', context),
  ),
  latency: indicatorOf(readPasted(quantile('http_server_duration_seconds_bucket'), context)),
};

/** All that the port asks, at a time and with windows that are anything. */
const questions: Readonly<Record<keyof Metrics, (metrics: Metrics, asked: Asked, at: Times) => Promise<unknown>>> = {
  freshness: (metrics, asked, { nowMs }) => metrics.freshness(asked, nowMs),
  inspect: (metrics, asked, { nowMs }) => metrics.inspect(asked, nowMs),
  counts: (metrics, asked, { nowMs, lengthMs }) =>
    metrics.counts({
      ...asked,
      fromMs: nowMs - lengthMs,
      toMs: nowMs,
      tickMs: minuteMs,
      revisions: ['old', 'new'],
      createdAtMs: { old: 0, new: nowMs - 5_000 },
    }),
  history: (metrics, asked, { nowMs }) =>
    metrics.history({ ...asked, revision: 'old', toMs: nowMs, lengthMs: 10 * minuteMs, tickMs: minuteMs }),
  saturation: (metrics, { source, service }, { nowMs, lengthMs }) =>
    metrics.saturation({ source, service, revisions: ['old', 'new'], fromMs: nowMs - lengthMs, nowMs }),
  budget: (metrics, { objective, ...asked }, { nowMs }) => {
    const toMs = Math.floor(nowMs / (5 * minuteMs)) * 5 * minuteMs;
    const series = [null, 5 * minuteMs].map((timeSliceMs) => {
      const { indicator, allowedBadFraction } = objective;
      return { name: `by ${timeSliceMs}`, indicator, allowedBadFraction, timeSliceMs };
    });
    return metrics.budget({ ...asked, series, fromMs: toMs - 30 * 24 * 60 * minuteMs, toMs });
  },
};

interface Times {
  readonly nowMs: number;
  readonly lengthMs: number;
}

const times = fc.record({
  nowMs: fc.integer({ min: Date.parse('2026-01-05T08:00:00Z'), max: Date.parse('2026-01-05T08:30:00Z') }),
  lengthMs: fc.integer({ min: 1, max: 20 * minuteMs }),
});

/** Whatever a server could say, so that every turn is taken that an answer can lead to. */
const said = fc.array(
  fc.record({
    labels: fc.record(
      {
        revision_name: fc.constantFrom('old', 'new', ''),
        le: fc.constantFrom('0.3', '100', '300', '300.0', '500', '+Inf'),
        response_code_class: fc.constantFrom('2xx', '5xx'),
        steadyrun_part: fc.constantFrom('0', '1', 'other0'),
      },
      { requiredKeys: ['revision_name', 'le'] },
    ),
    value: fc.oneof(fc.double({ min: 0, max: 1_000, noNaN: true }), fc.constant(Number.NaN)),
  }),
  { maxLength: 8 },
);

interface Question {
  readonly source: MetricsSource;
  readonly query: string;
  readonly timesMs: readonly number[];
}

/** Keeps what is asked, and answers as `answers` says, one after the other. */
function listening(answers: readonly Vector[]) {
  const asked: Question[] = [];
  const next = () => answers[asked.length % answers.length]!;
  const client: PromqlClient = {
    instant: async (source, query, atMs) => {
      asked.push({ source, query, timesMs: [atMs] });
      return next();
    },
    range: async (source, query, startMs, endMs, stepMs): Promise<Matrix> => {
      asked.push({ source, query, timesMs: [startMs, endMs, stepMs] });
      return next().map(({ labels, value }) => ({ labels, points: [{ atMs: endMs, value }] }));
    },
  };
  return { asked, client };
}

const nameIn = ({ matchers }: Selector) => matchers.find(({ label }) => label === metricName)?.value ?? '';
const isOfChanges = (selector: Selector) => isChanges(nameIn(selector));

/** What of the query asks changes for more than they are known to answer. */
function daring(expr: Expr): string[] {
  if (expr.kind === 'Call' && (expr.name === 'increase' || expr.name === 'rate')) {
    const [range] = expr.args;
    if (
      range?.kind === 'Range' &&
      isOfChanges(range.selector) &&
      range.offsetMs === null &&
      range.selector.offsetMs === null
    ) {
      return range.rangeMs > 0 && range.rangeMs % minuteMs === 0 ? [] : [`a window of ${range.rangeMs} ms`];
    }
  }
  if (expr.kind === 'Selector') return isOfChanges(expr) ? [`${nameIn(expr)} by itself`] : [];
  return partsOf(expr).flatMap(daring);
}

function daringIn({ source, query, timesMs }: Question): string[] {
  const expr = parse(query);
  if (source.type !== google.type || !selectorsIn(expr).some(isOfChanges)) return [];
  const off = timesMs.filter((ms) => ms % minuteMs !== 0).map((ms) => `at ${ms} ms`);
  return [...daring(expr), ...off].map((what) => `${what}: ${query}`);
}

const askedOf = (source: MetricsSource, objective: Pick<Asked['objective'], 'indicator' | 'reading'>): Asked => ({
  source,
  service,
  revisionLabel: context.revisionLabel,
  objective: { name: 'objective', allowedBadFraction: 0.01, gate: true, timeSliceMs: null, ...objective },
});

describe.each(Object.keys(questions) as (keyof Metrics)[])('Whatever is asked for %s', (question) => {
  const all: typeof kinds = {
    ...kinds,
    'of the app’s, which is silent': own.ratio,
    'of the app’s latency': own.latency,
  };
  it.each(oneIn(question === 'budget' ? 7 : 1, Object.keys(all)))(
    '%s: changes are asked for by increase and rate, in whole minutes',
    async (kind) => {
      let changes = 0;
      await fc.assert(
        fc.asyncProperty(times, fc.array(said, { minLength: 1, maxLength: 6 }), async (at, answers) => {
          const { asked, client } = listening(answers);
          const metrics = new PromqlMetrics(client);
          // What is remembered, or given up, leads to other questions.
          for (let look = 0; look < 2; look++) await questions[question](metrics, askedOf(google, all[kind]!), at);
          expect(asked.flatMap(daringIn)).toEqual([]);
          changes += asked.filter(({ query }) => selectorsIn(parse(query)).some(isOfChanges)).length;
        }),
        { numRuns: isWhole ? 40 : 10 },
      );
      if (Object.hasOwn(kinds, kind)) expect(changes).toBeGreaterThan(0);
    },
  );
});

it('a plain Prometheus is asked as ever, since there they are counters', async () => {
  const { asked, client } = listening([[]]);
  const metrics = new PromqlMetrics(client);
  const at = { nowMs: Date.parse('2026-01-05T08:00:00Z') + 1, lengthMs: minuteMs };
  for (const ask of Object.values(questions)) await ask(metrics, askedOf(plain, kinds.requests!), at);
  expect(asked.map(({ query }) => /timestamp|last_over_time/.test(query))).toContain(true);
  // A cell of a budget is so long that its counters may begin anew in it, which is what `increase` is for.
  const ofBudget = (query: string) => /"steadyrun_part", "\d+\.\d+"/.test(query);
  const toPlain = asked.filter(({ source, query }) => source === plain && !ofBudget(query));
  expect(toPlain.filter(({ query }) => /increase|rate/.test(query))).toEqual([]);
});

it('the app’s own metrics are counters at Google, too', async () => {
  const { asked, client } = listening([[]]);
  const at = { nowMs: Date.parse('2026-01-05T08:00:00Z'), lengthMs: minuteMs };
  await questions.counts(new PromqlMetrics(client), askedOf(google, own.ratio), at);
  expect(asked[0]?.query).toContain('last_over_time(http_requests_total[60s])');
});

describe('What a person pastes about them', () => {
  test.each(Object.keys(pasted).filter((what) => / over | irate/.test(what)))(
    '%s is asked for in the operator’s own windows',
    async (what) => {
      const usual = what.startsWith('a quantile') ? quantile(`${buckets}{service_name="api"}`) : pasted['a ratio']!;
      expect(kinds[what]!.indicator).toEqual(indicatorOf(readPasted(usual, context)).indicator);
    },
  );

  test.each([
    [`sum(${count}{${failed}}) / sum(${count})`, 'is asked for its whole life'],
    [
      `sum(sum_over_time(${count}{${failed}}[5m])) / sum(sum_over_time(${count}[5m]))`,
      'sum_over_time() does not count events',
    ],
    [
      `sum(last_over_time(${count}{${failed}}[5m])) / sum(last_over_time(${count}[5m]))`,
      'last_over_time() does not count events',
    ],
    [`sum(delta(${count}{${failed}}[5m])) / sum(delta(${count}[5m]))`, 'delta is for gauges'],
    [`sum(rate(${count}{${failed}}[5m])) / sum(rate(http_requests_total[5m]))`, 'come at different times'],
  ])('%s is refused', (query, why) => {
    expect(() => readPasted(query, context)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(why) }),
    );
  });
});

describe('Where Cloud Run’s own metrics are asked of the lab as of Google', () => {
  const labels = {
    monitored_resource: 'cloud_run_revision',
    project_id: service.project,
    location: service.region,
    service_name: service.name,
  };
  const startMs = Date.parse('2026-01-05T08:00:00Z');

  /** Ten requests a minute from the second minute on, one of them failed in each; the newest three minutes under way. */
  function store(): SeriesStore {
    const made = new SeriesStore();
    for (const revision_name of ['old', 'new']) {
      for (const [response_code_class, each] of [
        ['2xx', 9],
        ['5xx', 1],
      ] as const) {
        const requests = made.series(count, { ...labels, revision_name, response_code_class });
        for (let minute = 1; minute <= 10; minute++) requests.append(startMs + minute * minuteMs, each * minute);
        for (const [le, share] of [
          ['100', 0.2],
          ['300', 0.5],
          ['+Inf', 1],
        ] as const) {
          const bucket = made.series(buckets, { ...labels, revision_name, response_code_class, le });
          for (let minute = 1; minute <= 10; minute++)
            bucket.append(startMs + minute * minuteMs, share * each * minute);
        }
      }
    }
    return made;
  }

  it.each([
    ['requests', { bad: 4, total: 40 }],
    ['the two counters apart', { bad: 4, total: 40 }],
    ['a success ratio', { bad: 4, total: 40 }],
    ['slow ones of another metric', { bad: 20, total: 40 }],
    ['latency', { bad: 20, total: 40 }],
    ['a quantile over 90 s', { bad: 20, total: 40 }],
  ])('%s are counted, wherever in a minute it is asked', async (kind, tally) => {
    const metrics = new PromqlMetrics(labPromql(store()));
    const asked = askedOf(google, kinds[kind]!);
    for (const seconds of [0, 1, 30, 59]) {
      const nowMs = startMs + 10 * minuteMs + seconds * 1000;
      expect(await metrics.inspect(asked, nowMs)).toMatchObject({ kind: 'Known', value: { problem: null } });
      const freshness = await metrics.freshness(asked, nowMs);
      expect(freshness).toEqual({ kind: 'Known', value: { newestMs: startMs + 7 * minuteMs, intervalMs: minuteMs } });
      const window = { fromMs: startMs + 3 * minuteMs, toMs: startMs + 7 * minuteMs, tickMs: minuteMs };
      const counts = await metrics.counts({ ...asked, ...window, revisions: ['old', 'new'], createdAtMs: {} });
      expect(counts).toMatchObject({ kind: 'Known', value: { byRevision: { old: tally, new: tally } } });
      const history = await metrics.history({
        ...asked,
        revision: 'old',
        toMs: nowMs,
        lengthMs: 5 * minuteMs,
        tickMs: minuteMs,
      });
      const tick = { bad: tally.bad / 4, total: tally.total / 4 };
      expect(history).toEqual({ kind: 'Known', value: { tickMs: minuteMs, ticks: [tick, tick, tick, tick, tick] } });
    }
  });
});
