/** Ratios that are rewritten. A Share's bad events are some of the total, whatever is counted; a Rate's need not be. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Grafana writes a variable
import type { Rewritten } from '../corpus.ts';

const share = (query: string, more: Partial<Rewritten> = {}): Rewritten => ({ becomes: 'Share', query, ...more });
const rate = (query: string, more: Partial<Rewritten> = {}): Rewritten => ({ becomes: 'Rate', query, ...more });
const percent = (query: string): Rewritten => share(query, { percent: true });

const bad = 'sum(rate(http_requests_total{status=~"5.."}[5m]))';
const good = 'sum(rate(http_requests_total{status!~"5.."}[5m]))';
const all = 'sum(rate(http_requests_total[5m]))';
const disconnects = 'sum(rate(ws_disconnects_total[5m]))';
const connections = 'sum(rate(ws_connections_total[5m]))';

const plain = [
  share(
    'sum(rate(http_requests_total{job="bytspot-api",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="bytspot-api"}[5m]))',
  ),
  rate(
    'sum(rate(ws_disconnects_total{job="bytspot-api"}[5m])) / sum(rate(ws_connections_total{job="bytspot-api"}[5m]))',
  ),
  share(`${bad} / ${all}`),
  share(`1 - ${good} / ${all}`),
  share(`(1 - ${good} / ${all})`),
  share(`1 - (${good} / ${all})`),
  share(`(${all} - ${good}) / ${all}`),
  share(`1 - (${all} - ${bad}) / ${all}`),
  percent(`100 * ${bad} / ${all}`),
  percent(`${bad} / ${all} * 100`),
  percent(`100 * (${bad} / ${all})`),
  percent(`(100 * ${bad}) / ${all}`),
  percent(`${bad} * 100 / ${all}`),
  percent(`1e2 * ${bad} / ${all}`),
  percent(`0x64 * ${bad} / ${all}`),
  percent(`(50 + 50) * ${bad} / ${all}`),
  percent(`${bad} / (${all} / 100)`),
  percent(`${bad} / ${all} / 0.01`),
  percent(`100 - 100 * ${good} / ${all}`),
  percent(`100 - (${good} / ${all} * 100)`),
  percent(`(1 - ${good} / ${all}) * 100`),
  percent(`100 * (1 - ${good} / ${all})`),
  percent(`100 * (${all} - ${good}) / ${all}`),
  share(`+${bad} / ${all}`),
  share(`(2 * ${bad}) / (2 * ${all})`),
  share(`${bad} / ${all} * 1`),
];

const several = [
  share(`${bad} / (${bad} + ${good})`),
  share(
    '(sum(rate(http_requests_total{status="500"}[5m])) + sum(rate(http_requests_total{status="503"}[5m]))) / sum(rate(http_requests_total[5m]))',
  ),
  // Nothing says that the two are apart: a request may be both.
  rate(
    '(sum(rate(http_requests_total{status="500"}[5m])) + sum(rate(http_requests_total{route="/items"}[5m]))) / sum(rate(http_requests_total[5m]))',
  ),
  rate(`(${bad} + ${bad}) / ${all}`),
  share(`(${bad} + ${disconnects}) / (${all} + ${disconnects})`),
  rate(`(${bad} + ${disconnects}) / ${all}`),
  rate(`${bad} / (${all} - sum(rate(http_requests_total{status="404"}[5m])))`),
  rate('sum(rate(http_errors_total[5m])) / sum(rate(http_requests_total[5m]))'),
  rate('sum(rate(http_requests_total{status!~"2..|4.."}[5m])) / sum(rate(http_requests_total{status!=""}[5m]))'),
  share(
    'sum(rate(http_requests_total{status=~"5..",route!="/healthz"}[5m])) / sum(rate(http_requests_total{route!="/healthz"}[5m]))',
  ),
  rate(
    'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total{route!="/healthz",status=~".+"}[5m]))',
  ),
  share('sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total{route=~".*"}[5m]))'),
];

const windows = [
  share('sum(increase(http_requests_total{status=~"5.."}[1h])) / sum(increase(http_requests_total[1h]))'),
  share('sum(rate(http_requests_total{status=~"5.."}[1m])) / sum(rate(http_requests_total[10m]))'),
  share('sum(rate(http_requests_total{status=~"5.."}[1h30m])) / sum(rate(http_requests_total[1h30m]))'),
  share(
    'sum(rate(http_requests_total{status=~"5.."}[$__rate_interval])) / sum(rate(http_requests_total[$__rate_interval]))',
  ),
  share('sum(rate(http_requests_total{status=~"5.."}[${window}])) / sum(rate(http_requests_total[${window:raw}]))'),
  share('sum(rate(http_requests_total{status=~"5.."}[[[window]]])) / sum(rate(http_requests_total[ $__range ]))'),
  // As Sloth's specifications have it.
  share(
    'sum(rate(http_requests_total{status=~"(5..|429)"}[{{.window}}])) / sum(rate(http_requests_total[{{ .window }}]))',
  ),
];

const guards = [
  share(`(${bad} or vector(0)) / ${all}`),
  share(`(${bad} or on() vector(0)) / ${all}`),
  share(`${bad} / ${all} or vector(0)`),
  share(`(${bad} / ${all}) or on() vector(0)`),
  share('sum(rate(http_requests_total{status=~"5.."}[5m]) or vector(0)) / sum(rate(http_requests_total[5m]))'),
  share(`(${bad} or 0 * ${all}) / ${all}`),
  share(`(${bad} or ${all} * 0) / ${all}`),
  share(`${bad} / (${all} > 0)`),
  share(`${bad} / (${all} != 0)`),
  share('sum(rate(http_requests_total{status=~"5.."}[5m]) > 0) / sum(rate(http_requests_total[5m]) > 0)'),
  share(`${bad} / clamp_min(${all}, 0)`),
  share(`clamp_max(${bad} / ${all}, 1)`),
  share(`clamp_min(1 - ${good} / ${all}, 0)`),
  share(`clamp(${bad} / ${all}, 0, 1)`),
  share(`1 - clamp_max(${good} / ${all}, 1)`),
  percent(`clamp_max(100 * ${bad} / ${all}, 100)`),
  percent(`clamp(100 - 100 * (${good} / ${all}), 0, 100)`),
  share(`clamp_min(${all} - ${good}, 0) / ${all}`),
  share(`((${all} - ${good}) > 0) / ${all}`),
  rate(`clamp_min(${disconnects} / ${connections}, 0)`),
  share(`scalar(${bad}) / scalar(${all})`),
  share(`${bad} / scalar(${all})`),
];

const groupings = [
  share(
    `sum by (job) (rate(http_requests_total{job="bytspot-api",status=~"5.."}[5m])) / sum by (job) (rate(http_requests_total{job="bytspot-api"}[5m]))`,
  ),
  share(
    `sum(rate(http_requests_total{job="bytspot-api",status=~"5.."}[5m])) by (job) / sum(rate(http_requests_total{job="bytspot-api"}[5m])) by (job)`,
  ),
  share(`sum by (job) (rate(http_requests_total{job="bytspot-api",status=~"5.."}[5m])) / ignoring(job) ${all}`),
  share(`sum by (job) (rate(http_requests_total{job="bytspot-api",status=~"5.."}[5m])) / on() ${all}`),
  share(
    'sum by (revision_name) (rate(http_requests_total{status=~"5.."}[5m])) / sum by (revision_name) (rate(http_requests_total[5m]))',
  ),
  share(
    'sum by (revision_name) (rate(http_requests_total{status=~"5.."}[5m])) / on(revision_name) sum by (revision_name) (rate(http_requests_total[5m]))',
  ),
  share(`sum by () (rate(http_requests_total{status=~"5.."}[5m])) / ${all}`),
  share(
    'sum(sum by (route) (rate(http_requests_total{status=~"5.."}[5m]))) / sum(sum without (instance) (rate(http_requests_total[5m])))',
  ),
  share(`${bad} / on() ${all}`),
  share(`${bad} / ignoring(status) ${all}`),
  share('SUM(rate(http_requests_total{status=~"5.."}[5m])) / Sum(rate(http_requests_total[5m]))'),
];

const revisions = [
  share(
    'sum(rate(http_requests_total{status=~"5..",revision_name!=""}[5m])) / sum(rate(http_requests_total{revision_name!=""}[5m]))',
  ),
  share(
    'sum(rate(http_requests_total{status=~"5..",revision_name=~".+"}[5m])) / sum(rate(http_requests_total{revision_name=~".+"}[5m]))',
  ),
];

const histograms = [
  share(
    'sum(rate(http_server_duration_seconds_bucket{le="0.25"}[5m])) / sum(rate(http_server_duration_seconds_count[5m]))',
  ),
  share(
    '1 - sum(rate(http_server_duration_seconds_bucket{le="0.25"}[5m])) / sum(rate(http_server_duration_seconds_count[5m]))',
  ),
  share(
    '1 - sum(rate(http_server_duration_seconds_bucket{le="0.25"}[5m])) / sum(rate(http_server_duration_seconds_bucket{le="+Inf"}[5m]))',
  ),
  // Pyrra's shape: what all did, less what was fast enough.
  share(
    '(sum(rate(http_server_duration_seconds_count{job="bytspot-api"}[5m])) - sum(rate(http_server_duration_seconds_bucket{job="bytspot-api",le="0.25"}[5m]))) / sum(rate(http_server_duration_seconds_count{job="bytspot-api"}[5m]))',
  ),
  share(
    'sum(rate(http_server_duration_seconds_count{route="/items"}[5m])) / sum(rate(http_server_duration_seconds_bucket{le="+Inf"}[5m]))',
  ),
];

const platform = [
  share(
    'sum(rate(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="bytspot-api",response_code_class="5xx"}[5m])) / sum(rate(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="bytspot-api"}[5m]))',
  ),
  share(
    'sum(increase(grpc_server_handled_total{grpc_code=~"Unknown|Internal|Unavailable|DeadlineExceeded"}[30d])) / sum(increase(grpc_server_handled_total{grpc_code!~"Canceled"}[30d]))',
  ),
  share(
    'sum(rate(grpc_server_handled_total{grpc_type="unary",grpc_code!="OK"}[5m])) / sum(rate(grpc_server_handled_total{grpc_type="unary"}[5m]))',
  ),
];

const spellings = [
  share(`${bad}\n  /\n${all}\n`),
  share(`${bad}\r\n/\r\n${all}\r\n`),
  share(`\t ${bad}\t/\t${all} \n\n`),
  share(`# 5xx of everything, "quoted\n${bad} # it's the errors {\n / # and $all\n${all} # the end`),
  share('sum(rate(http_requests_total{status=~"5..",}[5m])) / sum(rate(http_requests_total{}[5m]))'),
  share(
    "sum(rate(http_requests_total{job='bytspot-api',status=~'5..'}[5m])) / sum(rate(http_requests_total{job='bytspot-api'}[5m]))",
  ),
  share('sum(rate(http_requests_total{status=~`5\\d\\d`}[5m])) / sum(rate(http_requests_total[5m]))'),
  share('sum(rate(http_requests_total{status=~"5\\\\d\\\\d"}[5m])) / sum(rate(http_requests_total[5m]))'),
  share('sum(rate(http_requests_total{status=~"^5..$"}[5m])) / sum(rate(http_requests_total[5m]))'),
  share('sum ( rate ( http_requests_total { status =~ "5.." } [ 5m ] ) ) / sum ( rate ( http_requests_total [5m] ) )'),
  share('sum(rate(odd_total{path="say \\"hi\\""}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path=\'say "hi"\'}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path=`C:\\dir`}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path="C:\\\\dir"}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path="/{id}[5m])"}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path="größe/🦊"}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path="gr\\u00f6\\u00dfe/🦊"}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path="two\\nlines"}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(odd_total{path="[$5]"}[5m])) / sum(rate(odd_total[5m]))'),
  share('sum(rate(by{of="sum"}[5m])) / sum(rate(by[5m]))'),
  share('sum(rate(sum{of="sum"}[5m])) / sum(rate(sum{of!=""}[5m]))'),
  share(
    'sum(rate({__name__="http_requests_total",status=~"5.."}[5m])) / sum(rate({__name__="http_requests_total"}[5m]))',
    {
      byHand: (revision, window) =>
        `sum(rate(http_requests_total{status=~"5..",revision_name=${revision}}[${window}])) / sum(rate(http_requests_total{revision_name=${revision}}[${window}]))`,
    },
  ),
  share('sum(rate({status=~"5..",__name__="http_requests_total"}[5m])) / sum(rate(http_requests_total[5m]))', {
    byHand: (revision, window) =>
      `sum(rate(http_requests_total{status=~"5..",revision_name=${revision}}[${window}])) / sum(rate(http_requests_total{revision_name=${revision}}[${window}]))`,
  }),
  share('sum(rate({"http_requests_total","status"=~"5.."}[5m])) / sum(rate({"http_requests_total"}[5m]))', {
    later: true,
    byHand: (revision, window) =>
      `sum(rate(http_requests_total{status=~"5..",revision_name=${revision}}[${window}])) / sum(rate(http_requests_total{revision_name=${revision}}[${window}]))`,
  }),
  share(`${'('.repeat(500)}${bad} / ${all}${')'.repeat(500)}`),
  share(`(${'('.repeat(200)}${bad}${')'.repeat(200)}) / ${all}`),
  share(
    `sum(rate(http_requests_total{status=~"5..",route!="${'x'.repeat(3000)}"}[5m])) / sum(rate(http_requests_total{route!="${'x'.repeat(3000)}"}[5m]))`,
  ),
];

export const ratios: readonly Rewritten[] = [
  ...plain,
  ...several,
  ...windows,
  ...guards,
  ...groupings,
  ...revisions,
  ...histograms,
  ...platform,
  ...spellings,
];
