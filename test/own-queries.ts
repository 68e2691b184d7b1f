/** The three queries that a team brings, word for word, for the service `job`. */
export const ownQueries = (job: string) => [
  {
    name: 'errors',
    targetPercent: 99.9,
    indicator: {
      ratio: {
        query: `sum(rate(http_requests_total{job="${job}",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="${job}"}[5m]))`,
      },
    },
  },
  {
    name: 'latency',
    indicator: {
      latency: {
        threshold: '300ms',
        query: `histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="${job}",route!~"/healthz"}[5m])))`,
      },
    },
  },
  {
    name: 'disconnects',
    targetPercent: 99,
    indicator: {
      ratio: {
        query: `sum(rate(ws_disconnects_total{job="${job}"}[5m])) / sum(rate(ws_connections_total{job="${job}"}[5m]))`,
      },
    },
  },
];
