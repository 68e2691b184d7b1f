/** Quantiles of histograms that are rewritten. */
import type { Quantile } from '../corpus.ts';

const app = (rest: string) => (revision: string) =>
  `http_server_duration_seconds_bucket{revision_name=${revision}${rest}}`;
const seconds = (query: string, more: Partial<Quantile> = {}): Quantile => ({
  becomes: 'Latency',
  query,
  percentile: 95,
  unitMs: 1000,
  threshold: '250ms',
  bucket: app(',le="0.25"'),
  ...more,
});
const run = (matchers: string) => ({
  unitMs: 1,
  threshold: '256ms',
  bucket: (revision: string) =>
    `run_googleapis_com:request_latencies_bucket{${matchers}revision_name=${revision},le="256"}`,
});

export const quantiles: readonly Quantile[] = [
  seconds(
    'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="bytspot-api",route!~"/healthz"}[5m])))',
    { bucket: app(',job="bytspot-api",route!~"/healthz",le="0.25"') },
  ),
  seconds('histogram_quantile(0.95, sum(rate(http_server_duration_seconds_bucket[5m])) by (le))'),
  seconds('histogram_quantile(0.99, sum by (le) (rate(http_server_duration_seconds_bucket[5m])))', {
    percentile: 99,
    threshold: '1s',
    bucket: app(',le="1"'),
  }),
  seconds('histogram_quantile(0.999, sum by (le) (increase(http_server_duration_seconds_bucket[1h])))', {
    percentile: 99.9,
    threshold: '100ms',
    bucket: app(',le="0.1"'),
  }),
  seconds('1000 * histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket[5m])))'),
  seconds('histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket[5m]))) * 1000'),
  seconds('histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket[5m]))) or vector(0)'),
  seconds('histogram_quantile(95 / 100, sum by (le) (rate(http_server_duration_seconds_bucket[$__rate_interval])))'),
  seconds('histogram_quantile(0.95, sum by (le, revision_name) (rate(http_server_duration_seconds_bucket[5m])))'),
  seconds(
    'histogram_quantile(0.95, sum by (job, le) (rate(http_server_duration_seconds_bucket{job="bytspot-api"}[5m])))',
    {
      bucket: app(',job="bytspot-api",le="0.25"'),
    },
  ),
  seconds('histogram_quantile(0.95, sum by (le) (sum by (le, route) (rate(http_server_duration_seconds_bucket[5m]))))'),
  seconds(
    'histogram_quantile(0.95, sum by (le) (sum without (instance) (rate(http_server_duration_seconds_bucket[5m]))))',
  ),
  seconds(
    '(histogram_quantile((0.5), (sum by (le) ((rate(http_server_duration_seconds_bucket{route="/items"}[5m]))))))',
    {
      percentile: 50,
      bucket: app(',route="/items",le="0.25"'),
    },
  ),
  seconds(
    "# p95\nhistogram_quantile(\n  0.95,\n  sum by (le) (\r\n    rate(http_server_duration_seconds_bucket{route='/items',}[5m])\n  )\n)",
    {
      bucket: app(',route="/items",le="0.25"'),
    },
  ),
  seconds('histogram_quantile(.9, sum by (le,) (rate(ws_message_duration_milliseconds_bucket[5m])))', {
    percentile: 90,
    unitMs: 1,
    threshold: '200ms',
    bucket: (revision) => `ws_message_duration_milliseconds_bucket{revision_name=${revision},le="200"}`,
  }),
  seconds('histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket[5m])))', run('')),
  seconds(
    'histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{monitored_resource="cloud_run_revision",service_name="bytspot-api",response_code_class="2xx"}[5m])))',
    run('service_name="bytspot-api",response_code_class="2xx",'),
  ),
];
