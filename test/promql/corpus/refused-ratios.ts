/** Queries that Prometheus answers and a judgement by counters cannot use. */
import type { Refused } from '../corpus.ts';

const no = (query: string, at: string, message: string): Refused => ({ query, at, message });

const bad = 'sum(rate(http_requests_total{status=~"5.."}[5m]))';
const good = 'sum(rate(http_requests_total{status!~"5.."}[5m]))';
const all = 'sum(rate(http_requests_total[5m]))';
const disconnects = 'sum(rate(ws_disconnects_total[5m]))';
const connections = 'sum(rate(ws_connections_total[5m]))';
const ratio = `${bad} / ${all}`;
const slow = 'sum by (le) (rate(http_server_duration_seconds_bucket[5m]))';

const otherTimes = [
  no(`sum(rate(a[5m] offset 5m)) / ${all}`, 'a[5m] offset 5m', 'an offset asks about another time'),
  no(`sum(rate(a[5m] offset -5m)) / ${all}`, 'a[5m] offset -5m', 'an offset asks about another time'),
  no('sum(rate(a[5m] offset 1d)) / sum(rate(b[5m] offset 1d))', 'a[5m] offset 1d', 'an offset asks about another time'),
  no(`${all} / sum(rate(b[5m] offset 1w))`, 'b[5m] offset 1w', 'an offset asks about another time'),
  no(`sum(rate(a[5m] @ 1609746000)) / ${all}`, '@', 'unsupported modifier @'),
  no(`sum(rate(a[5m] @ end())) / ${all}`, '@', 'unsupported modifier @'),
  no(`sum(rate(a[5m] @ start() offset 1m)) / ${all}`, '@', 'unsupported modifier @'),
  no(`sum(rate(a[5m:1m])) / ${all}`, 'a[5m:1m]', 'a subquery samples an expression'),
  no(`sum(increase(rate(a[5m])[1h:])) / ${all}`, 'rate(a[5m])[1h:]', 'a subquery samples an expression'),
  no(`max_over_time((${ratio})[1h:1m])`, `max_over_time((${ratio})[1h:1m])`, 'max_over_time of ratios loses'),
  no(`avg_over_time((${ratio})[30d:5m])`, `avg_over_time((${ratio})[30d:5m])`, 'avg_over_time of ratios loses'),
];

const recorded = [
  no('job:http_errors:rate5m / job:http_requests:rate5m', 'job:http_errors:rate5m', 'named as a recording rule is'),
  no(
    'sum(rate(job:http_requests:sum[5m])) / sum(rate(b[5m]))',
    'job:http_requests:sum',
    'named as a recording rule is',
  ),
  no(
    '1 - slo:sli_good:ratio_rate5m{sloth_service="x"}',
    'slo:sli_good:ratio_rate5m{sloth_service="x"}',
    'named as a recording rule is',
  ),
  no(
    'histogram_quantile(0.95, sum by (le) (rate(cluster:latency_bucket[5m])))',
    'cluster:latency_bucket',
    'named as a recording rule is',
  ),
];

const notCounted = [
  no(`sum(delta(a[5m])) / ${all}`, 'delta(a[5m])', 'delta is for gauges'),
  no(`sum(idelta(a[5m])) / ${all}`, 'idelta(a[5m])', 'idelta is for gauges'),
  no(`sum(deriv(a[5m])) / ${all}`, 'deriv(a[5m])', 'deriv is for gauges'),
  no(`sum(predict_linear(a[5m], 60)) / ${all}`, 'predict_linear(a[5m], 60)', 'a forecast'),
  no(`sum(sum_over_time(a[5m])) / ${all}`, 'sum_over_time(a[5m])', 'sum_over_time() does not count events'),
  no(`sum(resets(a[5m])) / ${all}`, 'resets(a[5m])', 'resets() does not count events'),
  no(`sum(ceil(increase(a[5m]))) / ${all}`, 'ceil(increase(a[5m]))', 'ceil() does not count events'),
  no(`round(${bad}) / ${all}`, `round(${bad})`, 'round() does not count events'),
  no(`sum(a) / ${all}`, 'a', 'a is asked for as it is'),
  no('http_errors_total / http_requests_total', 'http_errors_total', 'asked for its whole life'),
  no(`sum(http_errors_total{job="x"}) / ${all}`, 'http_errors_total{job="x"}', 'asked for its whole life'),
  no(`rate(a[5m]) / ${all}`, 'rate(a[5m])', 'this has a value for each series'),
  no('rate(a[5m]) / rate(b[5m])', 'rate(a[5m])', 'this has a value for each series'),
  no(`avg(rate(a[5m])) / ${all}`, 'avg(rate(a[5m]))', 'avg does not count events'),
  no(`${bad} / max(rate(b[5m]))`, 'max(rate(b[5m]))', 'max does not count events'),
  no(`count(rate(a[5m]) > 0) / ${all}`, 'count(rate(a[5m]) > 0)', 'count does not count events'),
  no(`topk(5, rate(a[5m])) / ${all}`, 'topk(5, rate(a[5m]))', 'topk does not count events'),
  no(`sum(topk(5, rate(a[5m]))) / ${all}`, 'topk(5, rate(a[5m]))', 'topk does not count events'),
  no(`count_values("v", a) / ${all}`, 'count_values("v", a)', 'count_values does not count events'),
  no(`quantile(0.9, rate(a[5m])) / ${all}`, 'quantile(0.9, rate(a[5m]))', 'quantile does not count events'),
  no(`1 / ${all}`, '1', 'a number is no count'),
  no(`-${bad} / ${all}`, `-${bad}`, 'a negative count'),
  no(`-1 * ${bad} / ${all}`, `-1 * ${bad} / ${all}`, 'a negative count'),
  no(`time() / ${all}`, 'time()', 'time() does not count events'),
  no(`label_join(${bad}, "x", "-", "y") / ${all}`, `label_join(${bad}, "x", "-", "y")`, 'label_join changes'),
  no(`${bad} / ${all} * 0.5`, `${bad} / ${all} * 0.5`, 'multiplied by 0.5'),
  no(`(1 - ${good} / ${all}) / 0.001`, `(1 - ${good} / ${all}) / 0.001`, 'multiplied by 1000'),
  no(`100 * ${bad} / (100 * ${all}) / 100`, `100 * ${bad} / (100 * ${all}) / 100`, 'multiplied by 0.01'),
  no(`(${bad} + 0.5 * ${disconnects}) / ${all}`, `(${bad} + 0.5 * ${disconnects}) / ${all}`, 'weighted differently'),
  no(`(0 * ${bad}) / ${all}`, `(0 * ${bad}) / ${all}`, 'counts nothing'),
  no(`Inf * ${bad} / ${all}`, `Inf * ${bad} / ${all}`, 'counts nothing'),
];

const joined = [
  no(
    `sum by (route) (rate(a[5m])) / sum by (route) (rate(b[5m]))`,
    'sum by (route) (rate(a[5m]))',
    'by (route) makes a value for each route',
  ),
  no(
    `sum by (job) (rate(a{job=~"x|y"}[5m])) / ${all}`,
    'sum by (job) (rate(a{job=~"x|y"}[5m]))',
    'makes a value for each job',
  ),
  no(`sum without (instance) (rate(a[5m])) / ${all}`, 'sum without (instance) (rate(a[5m]))', 'sum without'),
  no(`sum without () (rate(a[5m])) / ${all}`, 'sum without () (rate(a[5m]))', 'sum without'),
  no(`sum by (job) (rate(a{job="x"}[5m])) / ${all}`, '/', 'different labels and never match'),
  no(
    'sum by (job) (rate(a{job="x"}[5m])) / sum by (job) (rate(b{job="y"}[5m]))',
    '/',
    'different labels and never match',
  ),
  no(
    'sum by (revision_name, status) (rate(a{status="500"}[5m])) / on(revision_name) group_left sum by (revision_name) (rate(a[5m]))',
    'group_left',
    'unsupported modifier group_left',
  ),
  no('sum(rate(a[5m])) / on(job) group_right(x) sum(rate(b[5m]))', 'group_right', 'unsupported modifier group_right'),
  no('sum(rate(a[5m]) / rate(b[5m]))', 'sum(rate(a[5m]) / rate(b[5m]))', 'sum of ratios loses'),
  no(`avg by (route) (${ratio})`, `avg by (route) (${ratio})`, 'avg of ratios loses'),
  no(`topk(1, ${ratio})`, `topk(1, ${ratio})`, 'topk of ratios loses'),
  no(`sum(rate(a[5m]) * on(pod) up) / ${all}`, 'rate(a[5m]) * on(pod) up', 'joins series by their labels'),
  no(`sum(rate(a[5m]) + rate(b[5m])) / ${all}`, 'rate(a[5m]) + rate(b[5m])', 'joins series by their labels'),
  no(`sum(rate(a[5m]) > 5) / ${all}`, 'rate(a[5m]) > 5', '> within a sum changes every series'),
  no(`sum(rate(a[5m]) and on() up) / ${all}`, 'rate(a[5m]) and on() up', 'joins series by their labels'),
  no('sum(increase(a[5m])) / sum(increase(b[10m]))', '/', 'not counted over the same window'),
  no('sum(rate(a[5m])) / sum(increase(b[5m]))', '/', 'not counted over the same window'),
  no('(sum(rate(a[5m])) + sum(increase(b[5m]))) / sum(rate(c[5m]))', '+', 'not counted over the same window'),
];

const notOneRatio = [
  no(bad, bad, 'there is no division'),
  no(`1 - ${good}`, good, 'there is no division'),
  no(`${bad} + ${good}`, `${bad} + ${good}`, 'there is no division'),
  no(`100 * ${bad}`, `100 * ${bad}`, 'there is no division'),
  no('up', 'up', 'there is no division'),
  no('42', '42', 'there is no division'),
  no('"text"', '"text"', 'there is no division'),
  no(`absent(${bad})`, `absent(${bad})`, 'there is no division'),
  no(`absent(a) / ${all}`, 'absent(a)', 'absent says whether there is data'),
  no(`${ratio} > 0.01`, '>', 'a threshold already applied'),
  no(`${ratio} >= bool 0.01`, '>=', 'a threshold already applied'),
  no(`0.01 < ${ratio}`, '<', 'a threshold already applied'),
  no(`${bad} > bool 0 / ${all}`, '>', 'a threshold already applied'),
  no(`(${bad} > bool 0) / ${all}`, `(${bad} > bool 0)`.slice(1, -1), '> does not count events'),
  no(`(${bad} > 3) / ${all}`, `${bad} > 3`, '> does not count events'),
  no(`${ratio} and ${all} > 1`, 'and', 'and lets an answer through only at times'),
  no(`(${ratio}) unless on() maintenance == 1`, 'unless', 'unless lets an answer through only at times'),
  no(`${ratio} or ${disconnects} / ${connections}`, 'or', 'or of a ratio and something else'),
  no(`vector(0) or ${ratio}`, 'or', 'or of a ratio and something else'),
  no(`(${bad} or ${disconnects}) / ${all}`, 'or', 'or takes another value where one is missing'),
  no(`(vector(0) or ${bad}) / ${all}`, 'or', 'or takes another value where one is missing'),
  no(`${bad} or vector(1) / ${all}`, 'or', 'or of a ratio and something else'),
  no(`${ratio} + ${disconnects} / ${connections}`, '+', '+ of a ratio and something else'),
  no(`(${ratio}) ^ 2`, '^', '^ of a ratio and something else'),
  no(`(${ratio}) / (${disconnects} / ${connections})`, '/', '/ of two counts is no count'),
  no(`${bad} % ${all}`, `${bad} % ${all}`, 'there is no division'),
  no(`100 - ${good} / ${all}`, `100 - ${good} / ${all}`, '100 is not the whole of a ratio'),
  no(`1 - 100 * ${good} / ${all}`, `1 - 100 * ${good} / ${all}`, '1 is not the whole of a ratio'),
  no(`0.999 - ${good} / ${all}`, `0.999 - ${good} / ${all}`, '0.999 is not the whole of a ratio'),
  no(
    `clamp_max(${disconnects} / ${connections}, 1)`,
    `clamp_max(${disconnects} / ${connections}, 1)`,
    'may be larger than that',
  ),
  no(`clamp_max(${ratio}, 0.5)`, `clamp_max(${ratio}, 0.5)`, 'may be larger than that'),
  no(`clamp_min(${ratio}, 0.001)`, `clamp_min(${ratio}, 0.001)`, 'raises a small ratio'),
  no(
    `clamp_min(1 - ${disconnects} / ${connections}, 0)`,
    `clamp_min(1 - ${disconnects} / ${connections}, 0)`,
    'may be less than that',
  ),
  no(
    `clamp_min(${connections} - ${disconnects}, 0) / ${connections}`,
    `clamp_min(${connections} - ${disconnects}, 0)`,
    'leaves out what is below zero',
  ),
  no(
    `((${connections} - ${disconnects}) > 0) / ${connections}`,
    `(${connections} - ${disconnects}) > 0`,
    'leaves out what is below zero',
  ),
  no(`clamp_min(${ratio}, scalar(x))`, 'scalar(x)', 'the bound is no number'),
  no(`clamp_max(${ratio})`, `clamp_max(${ratio})`, 'wrong number of arguments'),
  no('clamp_max()', 'clamp_max()', 'there is no division'),
  no(`${bad} / clamp_min(${all}, 1)`, `clamp_min(${all}, 1)`, 'clamp_min changes the count'),
];

const revisions = ['="x"', '!="x"', '=~"x|y"', '!~"x"', '=""', '=~".*"'].map((matcher) =>
  no(
    `sum(rate(a{revision_name${matcher}}[5m])) / sum(rate(b[5m]))`,
    /"[^"]*"/.exec(matcher)![0],
    'already chooses the revision by revision_name',
  ),
);

const platform = [
  no(
    'sum(rate(run_googleapis_com:request_count{response_code_class="5xx",path="/api"}[5m])) / sum(rate(run_googleapis_com:request_count[5m]))',
    '"/api"',
    'has no label path',
  ),
  no(
    'histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{route!="/healthz"}[5m])))',
    '"/healthz"',
    'has no label route',
  ),
];

const unnamed = [
  no(`sum(rate({job="x"}[5m])) / ${all}`, '{job="x"}', 'the metric is not named exactly'),
  no(`sum(rate({__name__=~"http_.*"}[5m])) / ${all}`, '{__name__=~"http_.*"}', 'the metric is not named exactly'),
  no(`sum(rate({__name__!="a"}[5m])) / ${all}`, '{__name__!="a"}', 'the metric is not named exactly'),
  no(
    `sum(rate({__name__="a",__name__=~"a.*"}[5m])) / ${all}`,
    '{__name__="a",__name__=~"a.*"}',
    'the metric is not named exactly',
  ),
];

const quantiles = [
  no(`histogram_quantile(0.95, rate(x_bucket[5m]))`, 'rate(x_bucket[5m])', 'a quantile for each series'),
  no('histogram_quantile(0.95, sum(rate(x_bucket[5m])))', 'sum(rate(x_bucket[5m]))', 'summed over le'),
  no(
    'histogram_quantile(0.95, sum by (le) (sum by (pod) (rate(x_bucket[5m]))))',
    'sum by (pod) (rate(x_bucket[5m]))',
    'summed over le',
  ),
  no(
    'histogram_quantile(0.95, sum without (le) (rate(x_bucket[5m])))',
    'sum without (le) (rate(x_bucket[5m]))',
    'summed over le',
  ),
  no(
    'histogram_quantile(0.95, sum without (pod) (rate(x_bucket[5m])))',
    'sum without (pod) (rate(x_bucket[5m]))',
    'a quantile for each label left',
  ),
  no(
    'histogram_quantile(0.95, sum by (le, route) (rate(x_bucket[5m])))',
    'sum by (le, route) (rate(x_bucket[5m]))',
    'by (route) makes a quantile for each',
  ),
  no(
    'histogram_quantile(0.95, avg by (le) (rate(x_bucket[5m])))',
    'avg by (le) (rate(x_bucket[5m]))',
    'avg of buckets',
  ),
  no(
    'histogram_quantile(0.95, sum by (le) (rate(x_seconds[5m])))',
    'rate(x_seconds[5m])',
    'not the buckets of a histogram',
  ),
  no(
    'histogram_quantile(0.95, sum by (le) (rate(x_bucket{le!="+Inf"}[5m])))',
    'rate(x_bucket{le!="+Inf"}[5m])',
    'already chooses buckets',
  ),
  no('histogram_quantile(0.95, sum by (le) (x_bucket))', 'x_bucket', 'asked for its whole life'),
  no(
    'histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m]), 2))',
    'sum by (le) (rate(x_bucket[5m]), 2)',
    'sum takes one argument',
  ),
  no(`histogram_quantile(95, ${slow})`, '95', 'above 0.01 and below 1'),
  no(`histogram_quantile(1, ${slow})`, '1', 'above 0.01 and below 1'),
  no(`histogram_quantile(scalar(q), ${slow})`, 'scalar(q)', 'above 0.01 and below 1'),
  no(`histogram_quantile(0.95, ${slow}, 1)`, `histogram_quantile(0.95, ${slow}, 1)`, 'no quantile of a histogram'),
  no('histogram_quantile()', 'histogram_quantile()', 'no quantile of a histogram'),
  no(`histogram_quantile(0.95, ${slow}) > 0.3`, '>', '> does more than ask'),
  no(`histogram_quantile(0.95, ${slow}) < bool 0.3`, '<', '< does more than ask'),
  no(`histogram_quantile(0.95, ${slow}) / 2 / ${all}`, '/', '/ does more than ask'),
  no(`topk(1, histogram_quantile(0.95, ${slow}))`, `topk(1, histogram_quantile(0.95, ${slow}))`, 'topk of quantiles'),
  no(
    `avg_over_time(histogram_quantile(0.95, ${slow})[1h:])`,
    `avg_over_time(histogram_quantile(0.95, ${slow})[1h:])`,
    'no quantile of a histogram',
  ),
  no('quantile_over_time(0.95, latency[5m])', 'quantile_over_time(0.95, latency[5m])', 'there is no division'),
];

export const refusedRatios: readonly Refused[] = [
  ...otherTimes,
  ...recorded,
  ...notCounted,
  ...joined,
  ...notOneRatio,
  ...revisions,
  ...platform,
  ...unnamed,
  ...quantiles,
];
