/** Queries that look as if they said which way is bad, and do not, or say another: none is turned, or left, the wrong way as if proven. */
import { describe, expect, test } from 'vitest';
import { readPasted } from '../../src/promql/counters/pasted.ts';
import { declaredRatio, readCounter, readRatio } from '../../src/promql/counters/ratio.ts';
import { QueryRefused } from '../../src/promql/counters/refusal.ts';
import { refusalOf } from './refusal-of.ts';

const context = { revisionLabel: 'revision_name' };
const rate = (selector: string): string => `sum(rate(${selector}[5m]))`;
const readingOf = (part: string, total: string) => readRatio(`${rate(part)} / ${rate(total)}`, context).reading;

describe('What counts failures, or nothing that is known, is not turned round', () => {
  test.each([
    ['http_errors_total{code!="503"}', 'http_requests_total'],
    ['http_5xx_total{code!="503"}', 'http_requests_total'],
    ['job_failures_total{reason!="timeout"}', 'jobs_total'],
    ['app_errors_total{error_type!="timeout"}', 'requests_total'],
    ['app_exceptions_total{exception!~".*Timeout.*"}', 'requests_total'],
    ['grpc_errors_total{code!~"Internal|Unknown"}', 'grpc_requests_total'],
    ['packets_dropped_total{reason!="invalid"}', 'packets_total'],
    ['restarts_total{reason!="error"}', 'pods_total'],
    ['ws_disconnects_total{code!="1000",reason!="timeout"}', 'ws_connections_total'],
    ['requests_total{failure_reason!="",failure_reason!="timeout"}', 'requests_total'],
    ['requests_total{reason!~"none|timeout"}', 'requests_total'],
    ['refunds_total{status="succeeded"}', 'payments_total'],
    ['rollbacks_total{status="success"}', 'deployments_total'],
    ['retries_total{result="success"}', 'requests_total'],
    ['error_reports_sent_total{code="200"}', 'requests_total'],
    ['http_429_total{status="ok"}', 'http_requests_total'],
    ['refunds_completed_total', 'payments_total'],
    ['retries_succeeded_total', 'requests_total'],
    ['messages_delivered_late_total', 'messages_total'],
    ['success_after_retry_total', 'requests_total'],
    ['http_requests_2xx_slow_total', 'http_requests_total'],
    ['prediction_confidence_bucket{le="0.5"}', 'prediction_confidence_count'],
    ['review_rating_bucket{le="2"}', 'review_rating_count'],
    ['certificate_lifetime_remaining_seconds_bucket{le="3600"}', 'certificate_lifetime_remaining_seconds_count'],
    ['http_non_2xx_responses_total', 'http_responses_total'],
    ['messages_not_delivered_total', 'messages_total'],
    ['process_exits_total{exit_code="255"}', 'process_exits_total'],
    ['payment_errors_total{error_code="210"}', 'payments_total'],
    ['mysql_errors_total{errcode="255"}', 'mysql_queries_total'],
    ['packets_total{traffic_class="2"}', 'packets_total'],
    ['ratelimit_requests_total{limit_status="hit"}', 'ratelimit_requests_total'],
    ['rate_limit_checks_total{result="hit"}', 'rate_limit_checks_total'],
    ['negative_cache_hits_total', 'cache_requests_total'],
    ['search_cache_zero_hits_total', 'search_cache_requests_total'],
    ['vllm:request_success_total{finished_reason="abort"}', 'vllm:e2e_request_latency_seconds_count'],
  ])('%s of %s', (part, total) => {
    expect(readingOf(part, total).direction).toBe('Bad');
  });

  test.each(['retries', 'warnings', 'tasks_retried', 'token_expired', 'http_4xx'])('%s beside what failed', (part) => {
    const query = `${rate(part)} / (${rate(part)} + ${rate('failures_total')})`;
    expect(readRatio(query, context).reading.direction).toBe('Bad');
  });
});

describe('What is good by a word that is turned is not proven to be bad', () => {
  test.each([
    ['crash_free_sessions_total', 'sessions_total'],
    ['error_free_requests_total', 'requests_total'],
    ['requests_without_errors_total', 'requests_total'],
    ['http_non_5xx_responses_total', 'http_responses_total'],
    ['errors_recovered_total', 'operations_total'],
    ['process_exits_total{exit_code!="255"}', 'process_exits_total'],
    ['requests_total{no_error="true"}', 'requests_total'],
  ])('%s of %s', (part, total) => {
    expect(readingOf(part, total).proof).toBe('Nothing');
  });
});

describe('What is certain needs no figures, and what is only likely does', () => {
  test.each<[string, string, boolean]>([
    ['x{status=~"5.."}', 'x', true],
    ['x{grpc_code!="OK"}', 'x', true],
    ['h_seconds_bucket{le="0.3"}', 'h_seconds_count', true],
    ['h_bucket{le="0.3"}', 'h_count', false],
    ['x{outcome="SUCCESS"}', 'x', false],
    ['x_errors_total', 'x_requests_total', false],
    ['x_errors_total{code=~"5.."}', 'x_requests_total', false],
  ])('%s of %s', (part, total, certain) => {
    expect(readingOf(part, total).certain).toBe(certain);
  });
});

describe('Two counters given apart', () => {
  const declared = (as: 'bad' | 'good', part: string, total: string) => {
    const sum = readCounter(part, context);
    return declaredRatio(as === 'bad' ? { bad: sum } : { good: sum }, readCounter(total, context));
  };

  test.each<['bad' | 'good', string, string]>([
    ['bad', 'x{status=~"2.."}', 'x'],
    ['good', 'x{status=~"5.."}', 'x'],
    ['bad', 'x', 'x'],
    ['good', 'x', 'x'],
    ['bad', 'x', 'x{status=~"5.."}'],
    ['bad', 'run_googleapis_com:request_count{response_code_class="5xx"}', 'http_requests_total'],
  ])('%s: %s of %s is impossible', (as, part, total) => {
    expect(declared(as, part, total).ok).toBe(false);
  });

  test.each<['bad' | 'good', string, string]>([
    ['bad', 'job_failures_total{reason!="timeout"}', 'jobs_total'],
    ['bad', 'http_errors_total{code!="503"}', 'http_requests_total'],
    ['bad', 'ratelimit_requests_total{limit_status="hit"}', 'ratelimit_requests_total'],
    ['good', 'admission_total{result="rejected"}', 'admission_total'],
    ['good', 'requests_total{no_error="true"}', 'requests_total'],
  ])('%s: %s of %s is believed', (as, part, total) => {
    expect(declared(as, part, total)).toMatchObject({
      ok: true,
      ratio: { reading: { proof: 'Declared', certain: true } },
    });
  });

  test('a factor is no part of a count', () => {
    expect(refusalOf(() => readCounter('2 * sum(rate(x[5m]))', context)).message).toContain('multiplied by 2');
  });
});

describe('What changes the answer is no guard', () => {
  const ratio = `${rate('x{status=~"5.."}')} / ${rate('x')}`;
  const quantile = 'histogram_quantile(0.95, sum by (le) (rate(h_seconds_bucket[5m])))';
  test.each([
    `clamp_min(${rate('x{status=~"5.."}')}, 0.01) / ${rate('x')}`,
    `${ratio} and ${rate('canary_enabled_total')} > 0`,
    `${ratio} and ${rate('x{status=~"5.."}')} > 0`,
    `round(${ratio})`,
    `round(${ratio}, 0.5)`,
    `ceil(100 * ${ratio})`,
    `(${ratio}) ^ 2`,
    `${quantile} * 3`,
    `${quantile} / 2`,
    `${quantile} and ${rate('h_seconds_count{code="500"}')} > 0`,
  ])('%s', (query) => {
    expect(() => readPasted(query, context)).toThrow(QueryRefused);
  });
});

describe('A hint leads to what was meant, or to no query', () => {
  test.each([
    'sum by (code) (rate(x[5m])) / ignoring(code) group_left sum(rate(x[5m]))',
    'sum by (code) (rate(x[5m])) / scalar(sum(rate(x[5m])))',
    'sum(resets(x_total[5m])) / sum(rate(x_total[5m]))',
    'sum(count_over_time(errors_total[5m])) / sum(rate(x_total[5m]))',
    'histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) - histogram_quantile(0.5, sum by (le) (rate(h_bucket[5m])))',
    'histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m]))) or histogram_quantile(0.99, sum by (le) (rate(b_bucket[5m])))',
    '(sum(rate(a_errors[5m])) / sum(rate(a[5m]))) or (sum(rate(b_errors[5m])) / sum(rate(b[5m])))',
    '(sum(rate(x_errors[5m])) / sum(rate(x[5m]))) ^ 2',
  ])('%s', (query) => {
    const { hint } = refusalOf(() => readPasted(query, context));
    expect(() => readPasted(hint.replace(/^write /, ''), context)).toThrow(QueryRefused);
  });

  test.each<[string, string]>([
    [`(${rate('x{status=~"5.."}')} / ${rate('x')}) / 0.001`, `write (${rate('x{status=~"5.."}')} / ${rate('x')})`],
    [
      `sum(rate(x[5m])) > 1 and histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m]))) > 0.3`,
      'write histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))',
    ],
    [
      'histogram_quantile(99.9, sum by (le) (rate(h_bucket[5m])))',
      'write histogram_quantile(0.999, sum by (le) (rate(h_bucket[5m])))',
    ],
  ])('%s', (query, hint) => {
    expect(refusalOf(() => readPasted(query, context)).hint).toBe(hint);
  });
});

describe('Names in real use', () => {
  test.each([
    'envoy_cluster_ratelimit_over_limit',
    'deliveries_on_time_total',
    'slow_queries_over_10_seconds_total',
    'requests_slower_than_300_milliseconds_total',
    'users_signed_up',
    'requests_over_capacity',
    'log_messages_info',
    'vllm:prefix_cache_queries',
  ])('%s counts events', (name) => {
    expect(readRatio(`${rate(`${name}{a="1"}`)} / ${rate('all_total')}`, context).events).toBe('Rate');
  });

  test.each<[string, number | null]>([
    ['api_usage_latency_bucket', 1],
    ['first_bytes_latency_bucket', 1],
    ['disk_usage_scan_duration_bucket', null],
    ['process_batch_bucket', null],
    ['checkout_us_request_duration_bucket', null],
    ['payments_us_east_latency_bucket', 1],
    ['dns_ns_lookup_duration_bucket', null],
    ['x_us_bucket', 0.001],
  ])('%s is a histogram of durations: %s ms', (name, unitMs) => {
    const pasted = readPasted(`histogram_quantile(0.9, sum by (le) (rate(${name}[5m])))`, context);
    expect(pasted.kind === 'Latency' && (pasted.histogram.unit?.unitMs ?? null)).toBe(unitMs);
  });

  test.each([
    '/users/<id>',
    '5..|<error>',
    '<nil>',
    'us-[ABC]',
    '[ABCDF]+',
    '/odata/$metadata',
    '$Default',
    String.raw`\\$SYS/.*`,
  ])('%s is a value', (value) => {
    expect(readRatio(`${rate(`x{a=~"${value}",status=~"5.."}`)} / ${rate(`x{a=~"${value}"}`)}`, context).events).toBe(
      'Share',
    );
  });

  test.each(['<your service>', '[your-service]', '<%= job %>', '#{job}', 'YOUR_JOB', '__JOB__', '%JOB%'])(
    '%s is none',
    (value) => {
      expect(
        refusalOf(() => readRatio(`${rate(`x{a="${value}",status=~"5.."}`)} / ${rate('x')}`, context)).message,
      ).toContain('is a variable');
    },
  );

  test.each([
    'TIME_WINDOW',
    'LOOKBACK',
    'rate_interval',
    '$(w)',
    '{{ .Values.w | default "5m" }}',
    '<%= w %>',
    '{interval}',
    '300',
  ])('[%s] is a window', (window) => {
    expect(readRatio(`sum(rate(x{status=~"5.."}[${window}])) / sum(rate(x[${window}]))`, context).events).toBe('Share');
  });
});

test('a pattern that goes back for ever is not run', () => {
  const start = process.threadCpuUsage();
  for (const pattern of ['((.+)+)+!', '(.*){12}!', `${'.*'.repeat(20)}!`, '(.*.*)*!']) {
    for (const label of ['status', 'result', 'error']) readingOf(`x_total{${label}=~"${pattern}"}`, 'x_total');
  }
  const { user, system } = process.threadCpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(1000);
});
