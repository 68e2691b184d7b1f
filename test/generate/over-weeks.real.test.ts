/**
 * What the generated rules say of an hour, six, a day, three and thirty, on real servers that have lived through five weeks,
 * against what the operator counts on the same server, and against the very events.
 */
import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../src/decide/budget/arithmetic.ts';
import { questionOf } from '../../src/decide/budget/asked.ts';
import type { Recording } from '../../src/generate/recordings.ts';
import { type Rule, rulesOf } from '../../src/generate/rules.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { createPromqlClient } from '../../src/prometheus/http.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { countersOf, dayMs, happened, type Minute, minuteMs, minutesOf, startMs } from '../lab/past/recorded.ts';
import { prometheus3Program, prometheusProgram, startPrometheus } from '../lab/promql/real-prometheus.ts';
import { validPolicy } from '../policy/valid.ts';
import { type Lived, live, valueAt } from './ruler.ts';

const hourMs = 60 * minuteMs;
const windows = { '1h': hourMs, '6h': 6 * hourMs, '1d': dayMs, '3d': 3 * dayMs, '30d': 30 * dayMs } as const;
type WindowName = keyof typeof windows;

const own = (matchers: string) => `sum(rate(http_requests_total{job="api"${matchers}}[5m]))`;
const objectives = [
  { name: 'availability', targetPercent: 99.9 },
  { name: 'errors', targetPercent: 99.9, indicator: { ratio: { query: `${own(',status=~"5.."')} / ${own('')}` } } },
  {
    name: 'latency',
    indicator: {
      latency: {
        threshold: '300ms',
        query: 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="api"}[5m])))',
      },
    },
  },
];

const isRecording = (rule: Rule): rule is Recording => 'record' in rule;
const recordingsOf = (policy: Policy) =>
  rulesOf(policy)
    .groups.flatMap(({ rules }) => rules)
    .filter(isRecording);

const countersFor = {
  availability: /^run_/,
  errors: /^http_requests_total$/,
  latency: /^http_server_duration/,
} as const;

const badOf = (name: string, { bad, slow }: Minute) => (name === 'latency' ? slow : bad);

interface Told {
  readonly objective: string;
  readonly atMs: number;
  readonly window: WindowName;
  /** Shares of what is bad: by the rules, by the operator, of the events that scrapes had shown by then. */
  readonly ruled: number;
  readonly counted: number;
  readonly happened: Minute;
  readonly truth: number;
  /** The worst minutes within five of the ends of the window. */
  readonly edges: { readonly bad: number; readonly total: number };
}

/** At each of these times what all say of each window. */
async function told(program: string, lived: Lived, promised: readonly object[]): Promise<Told[]> {
  const server = await startPrometheus(program);
  try {
    const { url } = server;
    const policy = validPolicy(promised, { metrics: { type: 'Prometheus', address: url }, window: '30d' });
    const rules = recordingsOf(policy);
    const shortest = rules.filter(({ record }) =>
      /^slo:sli_(bad|total):(increase5m|newest)$|^slo:sli_counters:/.test(record),
    );
    await live(
      url,
      lived,
      shortest.map((rule) => ({ ...rule, fromMs: startMs })),
    );
    const all: Told[] = [];
    for (const atMs of moments) all.push(...(await toldAt(url, policy, rules, lived, atMs)));
    return all;
  } finally {
    await server.stop();
  }
}

async function toldAt(
  url: string,
  policy: Policy,
  rules: readonly Recording[],
  lived: Lived,
  atMs: number,
): Promise<Told[]> {
  const counts = await countsAt(url, policy, atMs);
  const { minutes, readings } = lived;
  // What happened since the last reading nobody has seen yet.
  const seenMs = atMs - (readings.offsetMs > 0 ? minuteMs / readings.perMinute : 0);
  const all: Told[] = [];
  for (const objective of policy.objectives) {
    const figures = figuresOf(counts[objective.name]!, { ...objective, window: policy.window, toMs: atMs });
    for (const [window, lengthMs] of Object.entries(windows) as [WindowName, number][]) {
      const rule = (what: string) =>
        rules.find(
          ({ record, labels }) => record === `slo:sli_${what}:increase${window}` && labels.sloth_slo === objective.name,
        )!;
      const [bad, total] = [await valueAt(url, rule('bad').expr, atMs), await valueAt(url, rule('total').expr, atMs)];
      const counted =
        window === '30d'
          ? figures.spent.bad / figures.spent.total
          : figures.burn[window]! * objective.allowedBadFraction;
      const events = happened(minutes, seenMs - lengthMs, seenMs);
      const truth = badOf(objective.name, events) / events.total;
      const edges = edgesOf(objective.name, minutes, [atMs, atMs - lengthMs]);
      all.push({
        objective: objective.name,
        atMs,
        window,
        ruled: bad / total,
        counted,
        happened: events,
        truth,
        edges,
      });
    }
  }
  return all;
}

function edgesOf(name: string, minutes: readonly Minute[], endsMs: readonly number[]): Told['edges'] {
  const near = endsMs.map((ms) => {
    const at = (ms - startMs) / minuteMs;
    return minutes.slice(Math.max(0, at - 6), at + 5);
  });
  const worst = (count: (minute: Minute) => number) =>
    near.reduce((sum, some) => sum + Math.max(0, ...some.map(count)), 0);
  return { bad: worst((minute) => badOf(name, minute)), total: worst(({ total }) => total) };
}

async function countsAt(url: string, policy: Policy, atMs: number) {
  const access = { labOrigin: new URL(url) };
  const signal = new AbortController().signal;
  const metrics = new PromqlMetrics(createPromqlClient({ access, version: 'test', signal, onCall: () => undefined }));
  const { metrics: source, service, revisionLabel } = policy;
  const look = () => metrics.budget({ source, service, revisionLabel, ...questionOf(policy, atMs) });
  let answer = await look();
  // A month may be more than a busy machine reads within one look: what came too late is told to a later one.
  for (let more = 20; answer.kind === 'Unknown' && more > 0; more--) answer = await look();
  if (answer.kind === 'Unknown') throw new Error(answer.message);
  return Object.fromEntries(
    Object.entries(answer.value.byObjective).map(([name, one]) => {
      if (one.kind === 'Unknown') throw new Error(one.message);
      return [name, one.value];
    }),
  );
}

/** Within so much of what is counted: of an instance that begins anew one tells a little less than the other. */
const closely = 0.001;

/** What the share is off by where half a minute more is known of at each end of the window. */
const halfAMinute = ({ edges, counted, happened: { total } }: Told): number =>
  (edges.bad + counted * edges.total) / 2 / total + 1e-12;

const difference = ({ ruled, counted }: Told): number => Math.abs(ruled - counted);

/** For the record: how far they were apart. */
function summary(all: readonly Told[]): string {
  const of = (some: readonly Told[]) => {
    const most = Math.max(0, ...some.filter(({ counted }) => counted > 0).map((one) => difference(one) / one.counted));
    return `${(100 * most).toFixed(2)} %`;
  };
  return Object.keys(windows)
    .map((window) => {
      const own = all.filter((one) => one.window === window);
      const close = own.filter((one) => !(difference(one) > closely * one.counted));
      return `${window}: ${close.length} of ${own.length} within ${100 * closely} %, at most ${of(own)}`;
    })
    .join('; ');
}

/** As the outage begins, in its middle and at its end, a day after its edges, in and after a bad hour, after the slow evening, in the quiet. */
const moments = [
  [33, 3, 5],
  [33, 3, 20],
  [33, 3, 30],
  [33, 3, 35],
  [33, 7, 0],
  [34, 3, 25],
  [34, 3, 30],
  [34, 14, 25],
  [34, 15, 0],
  [34, 20, 10],
  [35, 0, 0],
].map(([day, hour, minute]) => startMs + day! * dayMs + hour! * hourMs + minute! * minuteMs);

/** Scraped every 15 s as an app is, and every minute as Cloud Run is. */
const plays = [
  { major: '2', program: prometheusProgram, life: 'busy', perMinute: 4, offsetMs: 7000, names: ['errors'] },
  {
    major: '2',
    program: prometheusProgram,
    life: 'thin',
    perMinute: 1,
    offsetMs: 17_000,
    names: ['availability', 'latency'],
  },
  {
    major: '3',
    program: prometheus3Program,
    life: 'a busy hour',
    perMinute: 1,
    offsetMs: 0,
    names: ['availability', 'errors', 'latency'],
  },
] as const;

describe.each(plays)(
  '$life on Prometheus $major, read $perMinute times a minute',
  ({ program, major, life, names, ...readings }) => {
    test.skipIf(program === null)(
      'is told of by the rules as the operator counts it',
      { timeout: 900_000 },
      async () => {
        const counters = countersOf().filter(({ name }) =>
          names.some((objective) => countersFor[objective].test(name)),
        );
        const wanted = objectives.filter(({ name }) => (names as readonly string[]).includes(name));
        const all = await told(program!, { counters, minutes: minutesOf(life), readings }, wanted);
        console.log(`${life} on Prometheus ${major}, read ${readings.perMinute} times a minute: ${summary(all)}`);
        expect(all).toHaveLength(names.length * moments.length * Object.keys(windows).length);
        for (const one of all) {
          const { objective, atMs, window, happened: events } = one;
          const what = `${objective} ${new Date(atMs).toISOString()} ${window}, ${badOf(objective, events)} of ${events.total}`;
          // Where nothing was asked, neither says anything.
          if (events.total === 0) expect([one.ruled, one.counted], what).toEqual([Number.NaN, Number.NaN]);
          else expect(difference(one), what).toBeLessThanOrEqual(closely * one.counted);
          // But for what an instance that begins anew had counted since it was last looked at.
          if (events.total > 0)
            expect(Math.abs(one.counted - one.truth), what).toBeLessThanOrEqual(0.006 * one.truth + halfAMinute(one));
        }
      },
    );
  },
);
