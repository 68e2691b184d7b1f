/** Policies at random, each with one promise, the series that it is counted by, and what becomes of them minute by minute. */

import type { Policy } from '../../src/policy/policy.ts';
import { Random } from '../../src/scenario/random.ts';
import { validPolicy } from '../policy/valid.ts';

/** How much was counted so far, in all and of what was bad; of a rate there may be more of that. */
export interface Counted {
  readonly total: number;
  readonly bad: number;
}

export interface Kind {
  readonly title: string;
  /** Without name and target. */
  readonly objective: object;
  /** What each series shows by then, without the label of the instance. */
  readonly series: (counted: Counted) => Readonly<Record<string, number>>;
  /** There may be more bad ones than of all. */
  readonly rate?: true;
}

const scope =
  'monitored_resource="cloud_run_revision",project_id="acme",location="europe-west1",service_name="api",revision_name="r1"';

/** Buckets: everything good is at or below `at`, everything bad above it. */
const histogram =
  (name: string, labels: string, [below, at, above]: readonly [string, string, string]): Kind['series'] =>
  ({ total, bad }) =>
    Object.fromEntries([
      ...[
        [below, Math.floor((total - bad) / 2)],
        [at, total - bad],
        [above, total],
        ['+Inf', total],
      ].map(([le, value]) => [`${name}_bucket{${labels},le="${le}"}`, value]),
      [`${name}_count{${labels}}`, total],
    ]);

const latency = (name: string, threshold: string, more: object = {}): object => ({
  indicator: {
    latency: { threshold, query: `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket[5m])))`, ...more },
  },
});

const own = (name: string, threshold: string, at: readonly [string, string, string]): Kind => ({
  title: `${name} with ${at[1]} for ${threshold}`,
  objective: latency(name, threshold),
  series: histogram(name, 'revision_name="r1"', at),
});

const coded =
  (name: string): Kind['series'] =>
  ({ total, bad }) => ({ [`${name}{status="200"}`]: total - bad, [`${name}{status="500"}`]: bad });

const requests: Kind = {
  title: "Cloud Run's requests",
  objective: {},
  series: ({ total, bad }) => ({
    [`run_googleapis_com:request_count{${scope},response_code_class="2xx"}`]: total - bad,
    [`run_googleapis_com:request_count{${scope},response_code_class="5xx"}`]: bad,
  }),
};

const disconnects: Kind = {
  title: 'disconnects',
  objective: { indicator: { ratio: { bad: 'ws_disconnects_total', total: 'ws_connections_total' } } },
  series: ({ total, bad }) => ({ 'ws_disconnects_total{a="b"}': bad, 'ws_connections_total{a="b"}': total }),
  rate: true,
};

export const kinds: readonly Kind[] = [
  requests,
  { ...requests, title: "Cloud Run's requests by slices", objective: { timeSlice: '1m' } },
  {
    title: "Cloud Run's latencies, between whose boundaries the threshold is",
    objective: { indicator: { latency: { percentile: 95, threshold: '300ms' } } },
    series: histogram('run_googleapis_com:request_latencies', scope, ['100', '304.4816395414158', '1000.5']),
  },
  own('h_seconds', '300ms', ['0.1', '0.3', '2.5']),
  own('h_seconds', '300ms', ['.1', '.3', '2.5']),
  own('h_seconds', '300ms', ['0.299', '0.30', '10']),
  own('h_seconds', '2s', ['1.0', '2.0', '1e+07']),
  own('h_seconds', '1s', ['0.5', '2.5', '10']),
  own('h_milliseconds', '800ms', ['750', '800', '1000']),
  own('h_microseconds', '2s', ['1.5e+06', '2e+06', '1e+07']),
  own('h_microseconds', '3s', ['2.5e+06', '5000000', '1e+07']),
  {
    title: 'a histogram without its health checks, all of which are slow',
    objective: latency('h_seconds', '300ms', { excludePaths: ['/healthz', '/a.b'] }),
    series: (counted) => ({
      ...histogram('h_seconds', 'route="/"', ['0.1', '0.3', '1'])(counted),
      ...histogram('h_seconds', 'route="/healthz"', ['0.1', '0.3', '1'])({
        total: 7 * counted.total,
        bad: 7 * counted.total,
      }),
    }),
  },
  {
    title: 'bad by all',
    objective: { indicator: { ratio: { query: 'sum(rate(x{status=~"5.."}[5m])) / sum(rate(x[5m]))' } } },
    series: coded('x'),
  },
  {
    title: 'good by all',
    objective: { indicator: { ratio: { query: 'sum(rate(x{status!~"5.."}[5m])) / sum(rate(x[5m]))' } } },
    series: coded('x'),
  },
  {
    title: 'a good bucket by all',
    objective: {
      indicator: { ratio: { query: 'sum(rate(h_seconds_bucket{le="0.3"}[5m])) / sum(rate(h_seconds_count[5m]))' } },
    },
    series: histogram('h_seconds', 'a="b"', ['0.1', '0.30', '1']),
  },
  {
    title: 'misses of hits and misses',
    objective: {
      indicator: {
        ratio: {
          query: 'sum(rate(cache_hits[5m])) / (sum(rate(cache_hits[5m])) + sum(rate(cache_misses[5m])))',
        },
      },
    },
    series: ({ total, bad }) => ({ 'cache_hits{a="b"}': total - bad, 'cache_misses{a="b"}': bad }),
  },
  disconnects,
  ...['5m', '10m', '1h'].map((timeSlice) => ({
    ...disconnects,
    title: `disconnects by slices of ${timeSlice}`,
    objective: { ...disconnects.objective, timeSlice },
  })),
  {
    title: 'a database',
    objective: { indicator: { shared: { bad: 'db_errors_total', total: 'db_connects_total' } } },
    series: ({ total, bad }) => ({ 'db_errors_total{db="main"}': bad, 'db_connects_total{db="main"}': total }),
    rate: true,
  },
];

export interface Drawn {
  readonly title: string;
  readonly policy: Policy;
  readonly kind: Kind;
  readonly random: Random;
}

const targets = [90, 94, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99];

/** One promise, named `it`; every kind comes as often. */
export function drawn(seed: number): Drawn {
  const random = new Random(seed, 'policy');
  const kind = kinds[seed % kinds.length]!;
  const targetPercent = targets[random.below(targets.length)]!;
  const window =
    random.below(5) === 0
      ? { calendar: random.below(2) === 0 ? 'Month' : 'Quarter', timeZone: 'Europe/Berlin' }
      : `${7 + random.below(84)}d`;
  const name = `it-${seed}`;
  const shared = 'shared' in ((kind.objective as { indicator?: object }).indicator ?? {});
  const objectives = [
    { name, targetPercent, ...kind.objective },
    ...(shared ? [{ name: 'beside', targetPercent: 99 }] : []),
  ];
  const policy = validPolicy(objectives, { window, generate: { runbookUrl: 'https://example.com/r' } });
  const shown = typeof window === 'string' ? window : window.calendar;
  return { title: `${seed}: ${kind.title}, ${targetPercent} % of ${shown}`, policy, kind, random };
}
