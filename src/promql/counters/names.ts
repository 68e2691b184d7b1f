/** What a metric's name tells: which spelling is meant, whether it counts events, and what its durations are in. */

/** The same metric by any spelling: `run.googleapis.com/request_count` is `run_googleapis_com:request_count`. */
export function canonicalName(name: string): string {
  const [, domain, path] = /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/(.+)$/i.exec(name) ?? [];
  if (domain === undefined || path === undefined) return name;
  const plain = (text: string): string => text.replace(/[^a-zA-Z0-9_]/g, '_');
  if (domain !== 'prometheus.googleapis.com') return `${plain(domain)}:${plain(path)}`;
  // The last part says what kind of metric it is, and is no part of the name.
  return plain(path.replace(/\/[^/]+$/, ''));
}

/** Cloud Run's own metrics. */
export const isRunMetric = (name: string): boolean => name.startsWith('run_googleapis_com:');

/** Google's own, of whatever it runs. */
export const isGoogles = (name: string): boolean => /^\w+_googleapis_com:/.test(name);

/** Named as recording rules are, and not as an app names its counters. */
export const isRecorded = (name: string): boolean =>
  mayBeRecorded(name) &&
  (name.split(':').length > 2 || aggregated.test(name.split(':')[0]!) || !/_(?:total|bucket|count|sum)$/.test(name));

/** By Prometheus' convention a colon is of a recording rule; but a domain's metrics have one, and those of servers that name theirs so. */
export function mayBeRecorded(name: string): boolean {
  const [first, ...others] = name.split(':');
  return others.length > 0 && !/^\w+_(?:com|io|dev|net|org)$/.test(first!) && !servers.test(first!);
}

/** What recording rules begin with: the labels that are left. */
const aggregated =
  /^(?:|(?:.*_)?(?:job|instance|cluster|namespace|pod|node|service|app|path|route|code|status|env|region|zone|slo|sli|global|all|handler|method|host|endpoint|tenant|customer|workload|version|revision|dc)(?:_.*)?)$/;

/** Servers that write their own name before a colon. */
const servers = /^(?:vllm|sglang|trtllm|tgi|triton|ray|lmcache|dynamo)$/;

export interface NoEvents {
  /** "a sum of values". */
  readonly is: string;
  readonly hint: string;
}

const gauge = {
  is: 'a gauge: it says how much there is, not how often something happens',
  hint: 'count events: a counter ends in _total, _count or _bucket',
};
const time = { is: 'time, no count of events', hint: gauge.hint };
const amount = { is: 'an amount, no count of events', hint: gauge.hint };

const noEvents: readonly (readonly [RegExp, NoEvents])[] = [
  [
    /_sum$/,
    { is: 'a sum of values, no count of events', hint: 'use latency with a histogram_quantile of the buckets' },
  ],
  [
    /(?<!_(?:over|above|than|under|below)_\d+)_(?:seconds|milliseconds|microseconds|nanoseconds|millis|ms|minutes|hours)(?:_total)?$/,
    time,
  ],
  [/_(?:cpu|busy|wait|gc|pause|processing)_time(?:_total)?$/, time],
  [/_created$/, { ...time, is: 'the time when a series began, no count of events' }],
  [/_timestamp(?:_seconds|_ms)?(?:_total)?$/, time],
  [
    /_(?:bytes|kilobytes|megabytes|gigabytes|octets|bits|joules|watts|celsius|volts|meters|cores|millicores)(?:_total)?$/,
    amount,
  ],
  [/^kube_(?!.*_(?:total|count|bucket)$)/, gauge],
  [/^container_(?:memory|spec|cpu_(?:load|cfs_quota|utilization))(?!.*_total$)/, gauge],
  [/^run_googleapis_com:container_(?!(?:completed|billable))/, gauge],
  [
    /_(?:ratio|percent|percentage|utilizations?|in_flight|inflight|replicas|goroutines|threads|temperature|load(?:1|5|15))$/,
    gauge,
  ],
  [/_(?:build|target|version)_info$/, gauge],
  [/^up$/, gauge],
];

/** What such a metric is instead of a counter of events, as far as its name tells; null: nothing speaks against it. */
export const noEventsByName = (name: string): NoEvents | null =>
  noEvents.find(([pattern]) => pattern.test(name))?.[1] ?? null;

/** Names of counters end so, those of gauges do not. */
export const isCounterName = (name: string): boolean => /_(?:total|count|bucket)$/.test(name) || isRunMetric(name);

/** What one unit of a histogram's boundaries is in milliseconds, as far as its name tells. */
export interface NamedUnit {
  readonly unitMs: number;
  /** Said: the unit stands in the name, or Google documents it. Usual: it is what such metrics usually come in. */
  readonly by: 'Said' | 'Usual';
}

const said = (unitMs: number): NamedUnit => ({ unitMs, by: 'Said' });
const usualMs: NamedUnit = { unitMs: 1, by: 'Usual' };
const usualSeconds: NamedUnit = { unitMs: 1000, by: 'Usual' };

const units: readonly (readonly [RegExp, NamedUnit])[] = [
  [/_(?:s|sec|secs)(?:_bucket)?$|_seconds?(?:_|$)/, said(1000)],
  [/_(?:ms|msec)(?:_bucket)?$|_milli(?:s|seconds?)(?:_|$)/, said(1)],
  [/_(?:us|usec)(?:_bucket)?$|_micro(?:s|seconds?)(?:_|$)/, said(0.001)],
  [/_(?:ns|nsec)(?:_bucket)?$|_nano(?:s|seconds?)(?:_|$)/, said(1e-6)],
  // As Google documents its own: most are milliseconds.
  [/^(?:spanner|serviceruntime|bigtable|bigquery)_googleapis_com:(?!.*server_latencies)/, said(1000)],
  [/^pubsub_googleapis_com:.*latenc/, said(0.001)],
  [/^cloudfunctions_googleapis_com:function_execution_times/, said(1e-6)],
  [/^(?!workload_|prometheus_|custom_|external_)\w+_(?:googleapis_com|io):.*(?:latenc|rtt|duration)/, said(1)],
  // Envoy, OpenTelemetry before its metrics were named anew, and what is called a latency and nothing more.
  [/_rq_time(?:_bucket)?$|_cx_length_ms/, usualMs],
  [/(?:^|[_:])(?:http|rpc)_(?:server|client)_duration(?:_bucket)?$/, usualMs],
  [
    /(?:^|[_:])(?:http_(?:server|client)_request|rpc_(?:server|client)_call|db_client_operation)_duration(?:_bucket)?$/,
    usualSeconds,
  ],
  [/_latenc(?:y|ies)(?:_bucket)?$/, usualMs],
];

/** null: the name leaves it open. */
export const unitByName = (name: string): NamedUnit | null =>
  units.find(([pattern]) => pattern.test(name))?.[1] ?? null;

const noTimes: readonly (readonly [RegExp, string])[] = [
  [/_(?:bytes|kilobytes|megabytes|octets|bits)(?:_|$)/, 'a size in bytes'],
  [/_(?:utilizations?|ratio|ratios|percent|percentage|usage)(?:_|$)/, 'a share of something, no time'],
  [
    /_(?:size|sizes|length|lengths|depth|tokens|items|rows|count|counts|concurrenc(?:y|ies)|connections|instances|retries|attempts|hops|score|price|amount)_bucket$/,
    'a number of things, no time',
  ],
  [/_(?:celsius|volts|watts|joules|meters|cores)(?:_|$)/, 'a measure of something else than time'],
];

/** What a histogram measures instead of time, as far as its name tells. */
export const noTimeByName = (name: string): string | null =>
  /(?:latenc(?:y|ies)|duration|time|delay|wait)[a-z_]*_bucket$|_(?:seconds|milliseconds|microseconds|nanoseconds|ms)_bucket$/.test(
    name,
  )
    ? null
    : (noTimes.find(([pattern]) => pattern.test(name))?.[1] ?? null);

/** The unit's name: Seconds, Milliseconds, Microseconds or Nanoseconds. */
export const unitName = (unitMs: number): string | null =>
  ({ 1000: 'Seconds', 1: 'Milliseconds', 0.001: 'Microseconds', 1e-6: 'Nanoseconds' })[unitMs] ?? null;
