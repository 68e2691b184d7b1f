/** A policy with every kind of promise there is, of one service of the lab, and what is generated of policies, in one place. */

import { alertsOf } from '../../src/generate/alerts.ts';
import { aloneExprOf } from '../../src/generate/alone.ts';
import { decisionsExpr } from '../../src/generate/panels/operation.ts';
import { panelsOf } from '../../src/generate/panels/panels.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { ownQueries } from '../own-queries.ts';
import { validPolicy } from '../policy/valid.ts';

const ratio = (query: string) => ({ ratio: { query } });
const all = 'sum(rate(http_requests_total{job="api"}[5m]))';

/** Those of which the lab has the metrics come first. */
export const everyKind = [
  { name: 'availability', targetPercent: 99.9 },
  { name: 'own-latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
  ...ownQueries('api'),
  {
    name: 'good',
    targetPercent: 99,
    indicator: ratio(`sum(rate(http_requests_total{job="api",status!~"5.."}[5m])) / ${all}`),
  },
  {
    name: 'paths',
    indicator: {
      latency: {
        threshold: '300ms',
        query: 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="api"}[5m])))',
        excludePaths: ['/healthz'],
      },
    },
  },
  {
    name: 'bucket',
    targetPercent: 95,
    indicator: ratio(
      'sum(rate(http_server_duration_seconds_bucket{job="api",le="0.3"}[5m])) / sum(rate(http_server_duration_seconds_count{job="api"}[5m]))',
    ),
  },
  {
    name: 'sliced',
    targetPercent: 99,
    timeSlice: '5m',
    indicator: ratio('sum(rate(ws_disconnects_total{job="api"}[5m])) / sum(rate(ws_connections_total{job="api"}[5m]))'),
  },
  {
    name: 'native',
    indicator: {
      latency: { threshold: '250ms', query: 'histogram_quantile(0.9, sum(rate(request_seconds{job="api"}[5m])))' },
    },
  },
  {
    name: 'database',
    targetPercent: 99.9,
    indicator: {
      shared: {
        bad: 'cloudsql_googleapis_com:database_network_connection_errors{database_id="acme:main"}',
        total: 'cloudsql_googleapis_com:database_network_connection_attempts{database_id="acme:main"}',
      },
    },
  },
  { name: 'cpu', indicator: { saturation: { resource: 'Cpu' } } },
  { name: 'memory', indicator: { saturation: { resource: 'Memory' } } },
  { name: 'concurrency', indicator: { saturation: { resource: 'Concurrency' } } },
];

export const sources = {
  GoogleManagedPrometheus: { type: 'GoogleManagedPrometheus' },
  Prometheus: { type: 'Prometheus', address: 'http://prometheus:9090' },
} as const;

export const everyKindAt = (type: keyof typeof sources, spec: Readonly<Record<string, unknown>> = {}): Policy =>
  validPolicy(everyKind, {
    metrics: sources[type],
    generate: { runbookUrl: 'https://runbooks.example.com/api.md' },
    ...spec,
  });

/** Every query that is generated for people to look at or to be woken by, with where it is from. */
export const queriesOf = (policy: Policy): readonly (readonly [from: string, query: string])[] => [
  ...alertsOf(policy).alerts.map((alert) => [alert.name, aloneExprOf(alert, policy)] as const),
  ...panelsOf(policy).flatMap(({ panels }) =>
    panels.flatMap(({ title, queries }) => queries.map(({ expr }) => [title, expr] as const)),
  ),
  ['decisions', decisionsExpr(policy)],
];
