// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Grafana writes a variable
/** Each kind of query by its members: counted as what, or refused in which words and with what to write instead. */
import { describe, expect, test } from 'vitest';
import { selectorText } from '../../src/promql/counters/format.ts';
import type { CounterSum } from '../../src/promql/counters/model.ts';
import { readPasted } from '../../src/promql/counters/pasted.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';
import { refusalOf } from './refusal-of.ts';

const context = { revisionLabel: 'revision_name' };
const sumText = (sum: CounterSum): string =>
  sum.map(({ sign, counter }) => `${sign > 0 ? '+' : '-'}${selectorText(counter)}`).join(' ');
const rate = (selector: string): string => `sum(rate(${selector}[5m]))`;

const [all, bad, good, classes] = [
  rate('x'),
  rate('x{status=~"5.."}'),
  rate('x{status!~"5.."}'),
  rate('x{status=~"2..|3.."}'),
];
const errors = rate('x_errors_total');
const requests = rate('x_requests_total');

describe('Which way is bad', () => {
  test.for<[string, string]>([
    [`${good} / ${all}`, '+x -x{status!~"5.."}'],
    [`1 - ${bad} / ${all}`, '+x{status=~"5.."}'],
    [`1 - ${errors} / ${requests}`, '+x_errors_total'],
    [`(${all} - ${bad}) / ${all}`, '+x{status=~"5.."}'],
    [`(${requests} - ${errors}) / ${requests}`, '+x_errors_total'],
    [`100 - 100 * ${bad} / ${all}`, '+x{status=~"5.."}'],
    [`100 - (${bad} / ${all} * 100)`, '+x{status=~"5.."}'],
    [`100 * (1 - ${bad} / ${all})`, '+x{status=~"5.."}'],
    [`vector(1) - ${bad} / ${all}`, '+x{status=~"5.."}'],
    [`1 - (1 - ${good} / ${all})`, '+x -x{status!~"5.."}'],
    [`${classes} / ${all}`, '+x -x{status=~"2..|3.."}'],
    [`(${rate('x{status=~"2.."}')} + ${rate('x{status=~"3.."}')}) / ${all}`, '+x -x{status=~"2.."} -x{status=~"3.."}'],
    [`${rate('h_bucket{le="0.3"}')} / ${rate('h_count')}`, '+h_count -h_bucket{le="0.3"}'],
    [`${rate('h_bucket{le="0.3"}')} / ${rate('h_bucket{le="+Inf"}')}`, '+h_bucket{le="+Inf"} -h_bucket{le="0.3"}'],
    [`${rate('hits')} / (${rate('hits')} + ${rate('misses')})`, '+misses'],
    [`${rate('cache_hits_total')} / ${rate('cache_requests_total')}`, '+cache_requests_total -cache_hits_total'],
    [`${rate('x_succeeded')} / (${rate('x_succeeded')} + ${rate('x_failed')})`, '+x_failed'],
    [`${rate('x{grpc_code="OK"}')} / ${all}`, '+x -x{grpc_code="OK"}'],
    [
      `${rate('x{grpc_code!~"Internal|Unavailable|Unknown"}')} / ${all}`,
      '+x -x{grpc_code!~"Internal|Unavailable|Unknown"}',
    ],
    [`${rate('x{outcome="SUCCESS"}')} / ${all}`, '+x -x{outcome="SUCCESS"}'],
    [`${rate('x{exception="None"}')} / ${all}`, '+x -x{exception="None"}'],
    [`${rate('x{success="true"}')} / ${all}`, '+x -x{success="true"}'],
    [`${rate('x{error="false"}')} / ${all}`, '+x -x{error="false"}'],
    [`${rate('x{envoy_response_code_class!="5"}')} / ${all}`, '+x -x{envoy_response_code_class!="5"}'],
    ['histogram_fraction(0, 0.3, sum by (le) (rate(h_bucket[5m])))', '+h_bucket{le="+Inf"} -h_bucket{le="0.3"}'],
  ])('a success ratio is turned round: %s', ([query, expected]) => {
    const { bad: counted, reading } = readRatio(query, context);
    expect({ counted: sumText(counted), direction: reading.direction }).toEqual({
      counted: expected,
      direction: 'Turned',
    });
    expect(reading.why).toMatch(/^The query answers with the good share \(.+\): it is turned round/);
  });

  test.for<[string, string]>([
    [`${bad} / ${all}`, '+x{status=~"5.."}'],
    [`1 - ${good} / ${all}`, '+x -x{status!~"5.."}'],
    [`(${all} - ${good}) / ${all}`, '+x -x{status!~"5.."}'],
    [`${errors} / ${requests}`, '+x_errors_total'],
    [`${rate('misses')} / (${rate('hits')} + ${rate('misses')})`, '+misses'],
    [`${rate('x{status!~"2..|3.."}')} / ${all}`, '+x{status!~"2..|3.."}'],
    [`${rate('x{status=~"4..|5.."}')} / ${all}`, '+x{status=~"4..|5.."}'],
    [`${rate('x{status!="200"}')} / ${all}`, '+x{status!="200"}'],
    [`${rate('x{grpc_code!="OK"}')} / ${all}`, '+x{grpc_code!="OK"}'],
    [`${rate('x{exception!="None"}')} / ${all}`, '+x{exception!="None"}'],
    [`${rate('ws_disconnects_total')} / ${rate('ws_connections_total')}`, '+ws_disconnects_total'],
    [`1 - ${rate('h_bucket{le="0.3"}')} / ${rate('h_count')}`, '+h_count -h_bucket{le="0.3"}'],
  ])('a share of bad events stays one: %s', ([query, expected]) => {
    const { bad: counted, reading } = readRatio(query, context);
    expect({ counted: sumText(counted), direction: reading.direction, proof: reading.proof }).toEqual({
      counted: expected,
      direction: 'Bad',
      proof: 'Form',
    });
  });

  test.for([
    `${rate('a_total')} / ${rate('b_total')}`,
    `1 - ${rate('a_total')} / ${rate('b_total')}`,
    `${rate('x{status!="404"}')} / ${all}`,
    `${rate('x{status=~".+"}')} / ${all}`,
    `${rate('x{port="200"}')} / ${all}`,
    `${rate('rate_limit_hits_total')} / ${rate('x')}`,
    // One matcher says good, the other bad.
    `${rate('x{status=~"2..",outcome="error"}')} / ${all}`,
    // Both sides say the same.
    `${rate('x{status=~"5..",shard="a"}')} / ${rate('x{status=~"5.."}')}`,
  ])('nothing proves it, and only the figures can tell: %s', (query) => {
    const { reading } = readRatio(query, context);
    expect(reading).toMatchObject({
      direction: 'Bad',
      proof: 'Nothing',
      why: expect.stringContaining('ratio: {good, total}'),
    });
  });
});

describe('Buckets', () => {
  test.for(['0.3', '0.30', '3e-1', '.3', '1', '1.0'])('le="%s" is one', (le) => {
    expect(readRatio(`1 - ${rate(`h_bucket{le="${le}"}`)} / ${rate('h_count')}`, context).events).toBe('Share');
  });

  test.for<[string, string]>([
    ['1(\\\\.0)?', '1'],
    ['0\\\\.30*', '0.3'],
    ['0.3', '0.3'],
    ['0.3|0.30|3e-1', '0.3'],
    ['(1|1\\\\.0)', '1'],
    ['^0[.]5$', '0.5'],
  ])('le=~"%s" is one by several spellings', ([pattern, le]) => {
    const { bad: counted } = readRatio(`1 - ${rate(`h_bucket{le=~"${pattern}"}`)} / ${rate('h_count')}`, context);
    expect(sumText(counted)).toBe(`+h_count -h_bucket{le="${le}"}`);
  });

  test.for([
    `${rate('h_bucket{code=~"5.."}')} / ${rate('h_bucket')}`,
    `${rate('h_bucket{le="0.3"}')} / ${rate('h_bucket')}`,
    `${rate('h_bucket{le=~"0.1|0.3"}')} / ${rate('h_count')}`,
    `${rate('h_bucket{le!="+Inf"}')} / ${rate('h_count')}`,
    `${rate('h_bucket{le=~".+"}')} / ${rate('h_count')}`,
    `sum(sum by (le) (rate(h_bucket[5m]))) / ${rate('h_count')}`,
    // A bare dot is any character: 1.0 is 100, too.
    `${rate('h_bucket{le=~"1.0"}')} / ${rate('h_count')}`,
    `${rate('h_bucket{le=~"1."}')} / ${rate('h_count')}`,
  ])('all or several at once are refused: %s', (query) => {
    const { message, hint } = refusalOf(() => readPasted(query, context));
    expect(message).toMatch(/^h_bucket.* (?:counts each request once for every bucket|is not one bucket)/);
    expect(hint).toContain('le="+Inf"');
  });
});

describe('What unit', () => {
  test.for<[string, string | null, string]>([
    ['http_server_duration_seconds_bucket', 'Seconds', 'Said'],
    ['istio_request_duration_milliseconds_bucket', 'Milliseconds', 'Said'],
    ['workload_googleapis_com:http_server_duration_seconds_bucket', 'Seconds', 'Said'],
    ['prometheus_googleapis_com:foo_seconds_bucket', 'Seconds', 'Said'],
    ['spanner_googleapis_com:api_request_latencies_bucket', 'Seconds', 'Said'],
    ['run_googleapis_com:request_latencies_bucket', 'Milliseconds', 'Said'],
    ['envoy_cluster_upstream_rq_time_bucket', 'Milliseconds', 'Usual'],
    ['http_server_duration_bucket', 'Milliseconds', 'Usual'],
    ['rpc_server_duration_bucket', 'Milliseconds', 'Usual'],
    ['checkout_latency_bucket', 'Milliseconds', 'Usual'],
    ['workload_googleapis_com:http_server_duration_bucket', 'Milliseconds', 'Usual'],
    ['http_server_request_duration_bucket', 'Seconds', 'Usual'],
    ['x_bucket', null, ''],
    ['request_processing_bucket', null, ''],
  ])('%s: %s, %s', ([metric, unit, by]) => {
    const pasted = readPasted(`histogram_quantile(0.95, sum by (le) (rate(${metric}[5m])))`, context);
    const named = pasted.kind === 'Latency' ? pasted.histogram.unit : null;
    const unitMs = { Seconds: 1000, Milliseconds: 1 }[unit ?? ''];
    expect(named).toEqual(unit === null ? null : { unitMs, by });
  });
});

describe('What is no count, no time or no share is refused with what it is', () => {
  test.for<[string, string, RegExp]>([
    [
      `${rate('h_sum')} / ${rate('h_count')}`,
      'this is an average',
      /^use latency: .*histogram_quantile\(0\.95, sum by \(le\) \(rate\(h_bucket\[5m\]\)\)\)/,
    ],
    [`1000 * ${rate('h_sum{a="1"}')} / ${rate('h_count{a="1"}')}`, 'this is an average', /h_bucket\{a="1"\}/],
    [`${rate('process_cpu_seconds_total')} / ${all}`, 'is time, no count of events', /count events/],
    [`${rate('http_response_size_bytes_total')} / ${all}`, 'is an amount, no count of events', /count events/],
    ['sum(container_memory_usage_bytes) / sum(kube_pod_container_resource_limits)', 'is an amount', /count events/],
    ['sum(kube_pod_container_resource_limits) / sum(kube_node_status_allocatable)', 'is a gauge', /count events/],
    ['sum(in_flight_requests) / sum(max_in_flight_requests)', 'is asked for as it is', /count events/],
    [
      'histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:container_cpu_utilizations_bucket[5m])))',
      'a share of something, no time',
      /how long requests take/,
    ],
    [
      'histogram_quantile(0.95, sum by (le) (rate(http_response_size_bytes_bucket[5m])))',
      'a size in bytes',
      /how long requests take/,
    ],
    ['http_request_duration_seconds{quantile="0.95"}', "a summary's quantile", /histogram_quantile/],
    [
      'sum(rate(rpc_duration_seconds{quantile="0.99"}[5m])) / sum(rate(x[5m]))',
      "a summary's quantile",
      /histogram_quantile/,
    ],
    [
      `(${rate('h_bucket{le="0.3"}')} + ${rate('h_bucket{le="1.2"}')}) / 2 / ${rate('h_count')}`,
      'as for Apdex',
      /keep one bucket/,
    ],
    ['avg(slo:availability:ratio)', 'named as a recording rule', /write the expression/],
  ])('%s', ([query, message, hint]) => {
    const refused = refusalOf(() => readPasted(query, context));
    expect(refused.message).toContain(message);
    expect(refused.hint).toMatch(hint);
  });
});

describe('The same metric by any spelling', () => {
  const own = 'run_googleapis_com:request_count';
  test.for([
    `{"run.googleapis.com/request_count",monitored_resource="cloud_run_revision"}`,
    `{"__name__"="run.googleapis.com/request_count","monitored_resource"="cloud_run_revision"}`,
    `{__name__="${own}",monitored_resource="cloud_run_revision"}`,
    `${own}{monitored_resource="cloud_run_revision"}`,
  ])('%s', (selector) => {
    const narrowed = selector.replace('}', ',response_code_class="5xx",metadata_user_team="x"}');
    const { bad: counted } = readRatio(`${rate(narrowed)} / ${rate(selector)}`, context);
    expect(sumText(counted)).toBe(
      `+${own}{monitored_resource="cloud_run_revision",response_code_class="5xx",metadata_user_team="x"}`,
    );
  });

  test('grouped by "le"', () => {
    const query = 'histogram_quantile(0.95, sum by ("le") (rate({"run.googleapis.com/request_latencies_bucket"}[5m])))';
    expect(readPasted(query, context)).toMatchObject({
      histogram: { counter: { name: 'run_googleapis_com:request_latencies_bucket' } },
    });
  });

  test.for([
    'vllm:request_success_total',
    'kubernetes_io:container_restart_count',
    'istio_io:service_server_request_count',
    'sglang:requests_total',
  ])('%s is no recording rule', (name) => {
    expect(readRatio(`${rate(`${name}{code="500"}`)} / ${rate(name)}`, context).events).toBe('Share');
  });
});

describe('Templates', () => {
  test.for([
    '{{ namespace }}',
    '{{args.x}}',
    '%(job)s',
    '<service>',
    '[SERVICE]',
    '$job',
    '${job}',
    '[[job]]',
    '{{ .service }}',
    '$(JOB)',
  ])('%s is refused as a value, and where it is one', (text) => {
    const query = `${rate(`x{job="${text}",status=~"5.."}`)} / ${rate(`x{job="${text}"}`)}`;
    const { message, position } = refusalOf(() => readPasted(query, context));
    expect(message).toBe(`${text} is a variable of a dashboard or template`);
    expect(query.slice(position.from, position.to)).toBe(text);
    expect(refusalOf(() => readPasted(`sum(rate(${text}[5m])) / ${all}`, context)).message).toContain('is a variable');
  });

  test.for([
    '{{args.interval}}',
    '${__range_s}s',
    '$__rate_interval',
    '{{ interval }}',
    '%(window)s',
    '<window>',
    'window',
  ])('as a window %s is fine', (window) => {
    expect(readRatio(`sum(rate(x{status=~"5.."}[${window}])) / sum(rate(x[${window}]))`, context).events).toBe('Share');
  });

  test.for(['/items/{{id}}', '/v1/{id}', '[A-Z]+', '[a-z_]+', 'a<b', '^5..$', '100%', '[[:alpha:]]+'])(
    '%s is a value',
    (value) => {
      expect(
        readRatio(`${rate(`x{path=~"${value}",status=~"5.."}`)} / ${rate(`x{path=~"${value}"}`)}`, context).events,
      ).toBe('Share');
    },
  );
});

describe('What changes nothing', () => {
  test.for([
    `sum(irate(x{status=~"5.."}[5m])) / sum(irate(x[5m]))`,
    `${bad} / clamp_min(${all}, 1e-9)`,
    `${bad} / clamp_min(${all}, 0.001)`,
    `(${bad} / ${all}) >= 0 or vector(0)`,
    `(${bad} / ${all} > 0) or on() vector(0)`,
    `((${bad} or vector(0)) > 0) / ${all}`,
    `${bad} / (${all} or vector(1))`,
    `round(100 * ${bad} / ${all}, 0.01)`,
    `max(${bad} / ${all})`,
    `label_replace(${bad} / ${all}, "a", "b", "", "")`,
    `sum(label_replace(rate(x{status=~"5.."}[5m]), "a", "$1", "b", "(.*)")) / ${all}`,
    `${bad} / ${all} and ${all} > 0`,
    `(1 - ${good} / ${all}) or vector(0)`,
  ])('%s', (query) => {
    const { total, events } = readRatio(query, context);
    expect({ total: sumText(total), events }).toEqual({ total: '+x', events: 'Share' });
  });

  test('the whole where there is nothing, in a success ratio', () => {
    expect(readRatio(`${good} / ${all} or on() vector(1)`, context).reading.direction).toBe('Turned');
    expect(readRatio(`100 * ${good} / ${all} or vector(100)`, context).reading.direction).toBe('Turned');
    expect(refusalOf(() => readRatio(`${bad} / ${all} or vector(1)`, context)).hint).toBe(`write ${bad} / ${all}`);
  });

  const quantile = 'histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket[5m])))';
  test.for([
    `round(${quantile})`,
    `max(${quantile})`,
    `label_replace(${quantile}, "q", "p95", "", "")`,
    `ceil(${quantile} * 1000)`,
    `${quantile} or vector(0)`,
  ])('a quantile: %s', (query) => {
    expect(readPasted(query, context)).toMatchObject({ kind: 'Latency', histogram: { percentile: 95 } });
  });

  test('a native histogram has no buckets', () => {
    const query = 'histogram_quantile(0.95, sum(rate(http_request_duration_seconds[5m])))';
    expect(readPasted(query, context)).toMatchObject({
      histogram: { native: true, counter: { name: 'http_request_duration_seconds' } },
    });
    const share = readRatio('1 - histogram_fraction(0, 0.3, sum(rate(http_request_duration_seconds[5m])))', context);
    expect(share).toMatchObject({ events: 'Share', bad: [{ sign: 1 }, { sign: -1, counter: { upTo: 0.3 } }] });
  });
});

describe('A hint is the query as it should be pasted', () => {
  const slow = 'sum by (le) (rate(h_bucket[5m]))';
  test.for<[string, string]>([
    [`${bad} / ${all} > 0.05`, `${bad} / ${all}`],
    [`(${bad} / ${all}) * 100 > 5`, `(${bad} / ${all}) * 100`],
    [`0.05 < ${bad} / ${all}`, `${bad} / ${all}`],
    ['sum by (route) (rate(x{status=~"5.."}[5m])) / sum by (route) (rate(x[5m]))', `${bad} / ${all}`],
    ['sum(rate(x{status=~"5.."}[5m])) by (route) / sum(rate(x[5m])) by (route) > 0.1', `${bad} / ${all}`],
    [`avg_over_time((${bad} / ${all})[1h:1m])`, `(${bad} / ${all})`],
    [`${bad} / ${all} > 0.05 and ${all} > 1`, `${bad} / ${all}`],
    [
      'rate(x_total{status=~"5.."}[5m]) / rate(x_total[5m])',
      'sum(rate(x_total{status=~"5.."}[5m])) / sum(rate(x_total[5m]))',
    ],
    ['sum(x_total{status=~"5.."}) / sum(x_total)', 'sum(rate(x_total{status=~"5.."}[5m])) / sum(rate(x_total[5m]))'],
    [`histogram_quantile(0.95, ${slow}) > 0.3`, `histogram_quantile(0.95, ${slow})`],
    ['histogram_quantile(0.95, sum by (le, route) (rate(h_bucket[5m]))) > 1', `histogram_quantile(0.95, ${slow})`],
    ['histogram_quantile(0.95, rate(h_bucket[5m]))', `histogram_quantile(0.95, ${slow})`],
    ['histogram_quantile(95, sum by (le) (rate(h_bucket[5m])))', `histogram_quantile(0.95, ${slow})`],
    ['sum(rate(x{status=~"5.."}[5m])) / on(a) group_left(b) sum(rate(x[5m]))', `${bad} / on(a) ${all}`],
    [`# 5xx\n${bad}\n  / ${all} > 0.05 # page`, `${bad} / ${all}`],
  ])('%s', ([query, edited]) => {
    expect(refusalOf(() => readPasted(query, context)).hint).toBe(`write ${edited}`);
    readPasted(edited, context);
  });
});
