// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Grafana writes a variable
/** Expressions that teams use as SLIs, as they stand in dashboards, SLO specs, canary analyses and alerts, and what each means, found by hand. */

export interface FromTheField {
  /** Where such expressions stand. */
  readonly from: 'Dashboard' | 'Sloth' | 'Pyrra' | 'Flagger' | 'Argo' | 'OpenSLO' | 'Google' | 'Alert';
  readonly query: string;
  readonly means: Meaning;
}

export type Meaning =
  /** Bad events over all events, each as signed selectors without window and without sum, reduced as far as it goes. Share: each bad event is one of the total, provably from metric names and matchers alone. Rate: not provably (for example different metrics). */
  | { readonly kind: 'Share' | 'Rate'; readonly bad: readonly string[]; readonly total: readonly string[] }
  /** A quantile of a histogram of durations. `buckets`: the selector of the buckets without le (for a native histogram the metric itself). `unit`: what the metric's boundaries are in; 'Unclear' where neither the name nor a well-known convention says it. */
  | {
      readonly kind: 'Time';
      readonly percentile: number;
      readonly buckets: string;
      readonly unit: 'Seconds' | 'Milliseconds' | 'Microseconds' | 'Nanoseconds' | 'Unclear';
    }
  /** As pasted it is not one share, rate or time: holds unfilled variables (other than as a window), filters by a threshold, has several series as its answer, is an average, a gauge, a summary, Apdex, a score, recorded by a rule, CPU seconds, bytes … `why` says which in a few words. */
  | { readonly kind: 'None'; readonly why: string };

export const fromTheField: readonly FromTheField[] = [
  {
    from: 'Dashboard',
    query:
      'sum(rate(nginx_ingress_controller_requests{controller_class="k8s.io/ingress-nginx",status!~"[4-5].*"}[2m])) / sum(rate(nginx_ingress_controller_requests{controller_class="k8s.io/ingress-nginx"}[2m]))',
    means: {
      kind: 'Share',
      bad: [
        '+nginx_ingress_controller_requests{controller_class="k8s.io/ingress-nginx"}',
        '-nginx_ingress_controller_requests{controller_class="k8s.io/ingress-nginx",status!~"[4-5].*"}',
      ],
      total: ['+nginx_ingress_controller_requests{controller_class="k8s.io/ingress-nginx"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(nginx_ingress_controller_requests{status=~"5.."}[$__rate_interval])) by (ingress) / sum(rate(nginx_ingress_controller_requests[$__rate_interval])) by (ingress)',
    means: { kind: 'None', why: 'a series for each ingress' },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(nginx_ingress_controller_requests{controller_pod=~"$controller",namespace=~"$namespace",status!~"[4-5].*"}[2m])) / sum(rate(nginx_ingress_controller_requests{controller_pod=~"$controller",namespace=~"$namespace"}[2m]))',
    means: { kind: 'None', why: 'dashboard variables in the matchers' },
  },
  {
    from: 'Dashboard',
    query:
      '1 - (sum(increase(nginx_ingress_controller_request_duration_seconds_count{ingress="web"}[24h])) - sum(increase(nginx_ingress_controller_request_duration_seconds_bucket{ingress="web",le="0.25",status!~"5.."}[24h]))) / sum(increase(nginx_ingress_controller_request_duration_seconds_count{ingress="web"}[24h]))',
    means: {
      kind: 'Share',
      bad: [
        '+nginx_ingress_controller_request_duration_seconds_count{ingress="web"}',
        '-nginx_ingress_controller_request_duration_seconds_bucket{ingress="web",le="0.25",status!~"5.."}',
      ],
      total: ['+nginx_ingress_controller_request_duration_seconds_count{ingress="web"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.90, sum by (le) (increase(nginx_ingress_controller_request_duration_seconds_bucket{ingress="web"}[24h]))) * 1000',
    means: {
      kind: 'Time',
      percentile: 90,
      buckets: 'nginx_ingress_controller_request_duration_seconds_bucket{ingress="web"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(irate(istio_requests_total{reporter=~"destination",response_code!~"5.*"}[5m])) / sum(irate(istio_requests_total{reporter=~"destination"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+istio_requests_total{reporter=~"destination"}',
        '-istio_requests_total{reporter=~"destination",response_code!~"5.*"}',
      ],
      total: ['+istio_requests_total{reporter=~"destination"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '(histogram_quantile(0.50, sum(irate(istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="web"}[1m])) by (le)) / 1000) or histogram_quantile(0.50, sum(irate(istio_request_duration_seconds_bucket{reporter="destination",destination_workload="web"}[1m])) by (le))',
    means: { kind: 'None', why: 'either of two histograms' },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(istio_requests_total{reporter="destination",destination_workload="$workload",response_code=~"5.*"}[$__rate_interval])) / sum(rate(istio_requests_total{reporter="destination",destination_workload="$workload"}[$__rate_interval]))',
    means: { kind: 'None', why: 'a dashboard variable in the matchers' },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name="backend",envoy_response_code!~"5.*"}[5m])) / sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name="backend"}[5m])) * 100',
    means: {
      kind: 'Share',
      bad: [
        '+envoy_cluster_upstream_rq{envoy_cluster_name="backend"}',
        '-envoy_cluster_upstream_rq{envoy_cluster_name="backend",envoy_response_code!~"5.*"}',
      ],
      total: ['+envoy_cluster_upstream_rq{envoy_cluster_name="backend"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(envoy_cluster_upstream_rq_xx{envoy_response_code_class="5"}[5m])) / sum(rate(envoy_cluster_upstream_rq_completed[5m]))',
    means: {
      kind: 'Rate',
      bad: ['+envoy_cluster_upstream_rq_xx{envoy_response_code_class="5"}'],
      total: ['+envoy_cluster_upstream_rq_completed'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(envoy_http_downstream_rq_xx{envoy_response_code_class=~"2|3"}[5m])) / sum(rate(envoy_http_downstream_rq_xx[5m]))',
    means: {
      kind: 'Share',
      bad: ['+envoy_http_downstream_rq_xx', '-envoy_http_downstream_rq_xx{envoy_response_code_class=~"2|3"}'],
      total: ['+envoy_http_downstream_rq_xx'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum by (le) (rate(envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="local_app"}[1m])))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="local_app"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure",code=~"5.."}[5m])) / sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure"}[5m])) * 100',
    means: {
      kind: 'Share',
      bad: ['+traefik_entrypoint_requests_total{entrypoint="websecure",code=~"5.."}'],
      total: ['+traefik_entrypoint_requests_total{entrypoint="websecure"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(traefik_entrypoint_request_duration_seconds_bucket{le="0.3",code="200"}[5m])) by (method) + sum(rate(traefik_entrypoint_request_duration_seconds_bucket{le="1.2",code="200"}[5m])) by (method)) / 2 / sum(rate(traefik_entrypoint_request_duration_seconds_count{code="200"}[5m])) by (method)',
    means: { kind: 'None', why: 'Apdex, a series for each method' },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(http_request_duration_seconds_bucket{le="0.3"}[5m])) + sum(rate(http_request_duration_seconds_bucket{le="1.2"}[5m]))) / 2 / sum(rate(http_request_duration_seconds_count[5m]))',
    means: { kind: 'None', why: 'Apdex' },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.95, sum(rate(traefik_service_request_duration_seconds_bucket{service="web@docker"}[$interval])) by (le))',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets: 'traefik_service_request_duration_seconds_bucket{service="web@docker"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(grpc_server_handled_total{grpc_type="unary",grpc_code!="OK"}[1m])) / sum(rate(grpc_server_started_total{grpc_type="unary"}[1m])) * 100.0',
    means: {
      kind: 'Rate',
      bad: ['+grpc_server_handled_total{grpc_type="unary",grpc_code!="OK"}'],
      total: ['+grpc_server_started_total{grpc_type="unary"}'],
    },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(grpc_server_handled_total{grpc_code="OK"}[5m])) / sum(rate(grpc_server_handled_total[5m]))',
    means: {
      kind: 'Share',
      bad: ['+grpc_server_handled_total', '-grpc_server_handled_total{grpc_code="OK"}'],
      total: ['+grpc_server_handled_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(grpc_server_handled_total{job="store",grpc_type="unary",grpc_code!="OK"}[1m])) by (grpc_service) / sum(rate(grpc_server_started_total{job="store",grpc_type="unary"}[1m])) by (grpc_service)',
    means: { kind: 'None', why: 'a series for each gRPC service' },
  },
  {
    from: 'Dashboard',
    query:
      '100.0 - (\n  sum(rate(grpc_server_handling_seconds_bucket{grpc_type="unary",le="0.25"}[5m]))\n  /\n  sum(rate(grpc_server_handling_seconds_count{grpc_type="unary"}[5m]))\n) * 100.0',
    means: {
      kind: 'Share',
      bad: [
        '+grpc_server_handling_seconds_count{grpc_type="unary"}',
        '-grpc_server_handling_seconds_bucket{grpc_type="unary",le="0.25"}',
      ],
      total: ['+grpc_server_handling_seconds_count{grpc_type="unary"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '1 - sum(rate(grpc_client_handled_total{grpc_code=~"Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded"}[5m])) / sum(rate(grpc_client_handled_total[5m]))',
    means: {
      kind: 'Share',
      bad: ['+grpc_client_handled_total{grpc_code=~"Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded"}'],
      total: ['+grpc_client_handled_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(http_server_requests_seconds_count{application="orders",outcome="SERVER_ERROR"}[5m])) / sum(rate(http_server_requests_seconds_count{application="orders"}[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_server_requests_seconds_count{application="orders",outcome="SERVER_ERROR"}'],
      total: ['+http_server_requests_seconds_count{application="orders"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '1 - (sum(rate(http_server_requests_seconds_count{outcome=~"SERVER_ERROR|UNKNOWN"}[$__rate_interval])) / (sum(rate(http_server_requests_seconds_count[$__rate_interval])) > 0))',
    means: {
      kind: 'Share',
      bad: ['+http_server_requests_seconds_count{outcome=~"SERVER_ERROR|UNKNOWN"}'],
      total: ['+http_server_requests_seconds_count'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(http_server_requests_seconds_sum{application="orders",status!~"5.."}[5m])) / sum(rate(http_server_requests_seconds_count{application="orders",status!~"5.."}[5m]))',
    means: { kind: 'None', why: 'an average' },
  },
  {
    from: 'Dashboard',
    query: 'max(http_server_requests_seconds_max{status!~"5.."})',
    means: { kind: 'None', why: 'a gauge of the slowest request' },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum(rate(http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}[5m])) by (le))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(resilience4j_circuitbreaker_calls_seconds_count{kind="failed"}[5m])) / sum(rate(resilience4j_circuitbreaker_calls_seconds_count[5m]))',
    means: {
      kind: 'Share',
      bad: ['+resilience4j_circuitbreaker_calls_seconds_count{kind="failed"}'],
      total: ['+resilience4j_circuitbreaker_calls_seconds_count'],
    },
  },
  {
    from: 'Dashboard',
    query: 'hikaricp_connections_active / hikaricp_connections_max',
    means: { kind: 'None', why: 'gauges, a series for each pool' },
  },
  {
    from: 'Dashboard',
    query: 'sum(jvm_memory_used_bytes{area="heap"}) / sum(jvm_memory_max_bytes{area="heap"}) * 100',
    means: { kind: 'None', why: 'bytes of memory' },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.95, sum by (le, handler) (rate(http_request_duration_seconds_bucket{job="api"}[5m])))',
    means: { kind: 'None', why: 'a series for each handler' },
  },
  { from: 'Dashboard', query: 'go_gc_duration_seconds{quantile="0.75"}', means: { kind: 'None', why: 'a summary' } },
  {
    from: 'Dashboard',
    query:
      'sum(rate(http_request_duration_seconds_count{status_code=~"2..|3.."}[5m])) / sum(rate(http_request_duration_seconds_count[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_request_duration_seconds_count', '-http_request_duration_seconds_count{status_code=~"2..|3.."}'],
      total: ['+http_request_duration_seconds_count'],
    },
  },
  {
    from: 'Dashboard',
    query: 'max(nodejs_eventloop_lag_p99_seconds{job="web"})',
    means: { kind: 'None', why: 'a gauge' },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(flask_http_request_duration_seconds_bucket{le="0.1"}[5m])) / sum(rate(flask_http_request_total[5m]))) * 100',
    means: {
      kind: 'Rate',
      bad: ['+flask_http_request_total', '-flask_http_request_duration_seconds_bucket{le="0.1"}'],
      total: ['+flask_http_request_total'],
    },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(flask_http_request_exceptions_total[1m])) / sum(rate(flask_http_request_total[1m]))',
    means: { kind: 'Rate', bad: ['+flask_http_request_exceptions_total'], total: ['+flask_http_request_total'] },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(http_requests_total{handler!="/metrics",status="5xx"}[1m])) / sum(rate(http_requests_total{handler!="/metrics"}[1m]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{handler!="/metrics",status="5xx"}'],
      total: ['+http_requests_total{handler!="/metrics"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(fastapi_responses_total{app_name="shop",status_code=~"2.*"}[5m])) / sum(rate(fastapi_requests_total{app_name="shop"}[5m]))',
    means: {
      kind: 'Rate',
      bad: ['+fastapi_requests_total{app_name="shop"}', '-fastapi_responses_total{app_name="shop",status_code=~"2.*"}'],
      total: ['+fastapi_requests_total{app_name="shop"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum (\n  rate (\n    django_http_responses_total_by_status_total {\n      job="web" , status=~"5.."\n    }[1w]\n  )\n)\n/\nsum (\n  rate (\n    django_http_responses_total_by_status_total {\n      job="web"\n    }[1w]\n  )\n)',
    means: {
      kind: 'Share',
      bad: ['+django_http_responses_total_by_status_total{job="web",status=~"5.."}'],
      total: ['+django_http_responses_total_by_status_total{job="web"}'],
    },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(django_cache_get_hits_total[30m])) / sum(rate(django_cache_get_total[30m]))',
    means: {
      kind: 'Rate',
      bad: ['+django_cache_get_total', '-django_cache_get_hits_total'],
      total: ['+django_cache_get_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum by(le) (rate(vllm:time_to_first_token_seconds_bucket{model_name="llama"}[$__rate_interval])))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'vllm:time_to_first_token_seconds_bucket{model_name="llama"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.9, sum by(le) (rate(vllm:e2e_request_latency_seconds_bucket{model_name="$model_name"}[$__rate_interval])))',
    means: { kind: 'None', why: 'a dashboard variable in the matchers' },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.5, sum by(le) (rate(vllm:request_time_per_output_token_seconds_bucket[${__interval}])))',
    means: {
      kind: 'Time',
      percentile: 50,
      buckets: 'vllm:request_time_per_output_token_seconds_bucket',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(vllm:e2e_request_latency_seconds_sum[5m])) / sum(rate(vllm:e2e_request_latency_seconds_count[5m]))',
    means: { kind: 'None', why: 'an average' },
  },
  {
    from: 'Dashboard',
    query: 'avg(vllm:kv_cache_usage_perc{model_name="llama"})',
    means: { kind: 'None', why: 'a gauge' },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(vllm:prefix_cache_hits_total[5m])) / sum(rate(vllm:prefix_cache_queries_total[5m]))',
    means: {
      kind: 'Rate',
      bad: ['+vllm:prefix_cache_queries_total', '-vllm:prefix_cache_hits_total'],
      total: ['+vllm:prefix_cache_queries_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(vllm_request_failure_total[5m])) / (sum(rate(vllm_request_success_total[5m])) + sum(rate(vllm_request_failure_total[5m])))',
    means: {
      kind: 'Share',
      bad: ['+vllm_request_failure_total'],
      total: ['+vllm_request_success_total', '+vllm_request_failure_total'],
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.50, sum by (le) (rate(tgi_request_duration_bucket[5m])))',
    means: { kind: 'Time', percentile: 50, buckets: 'tgi_request_duration_bucket', unit: 'Unclear' },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.90, sum by(le) (rate(inference_model_input_tokens_bucket{}[${__interval}])))',
    means: { kind: 'None', why: 'tokens, not a duration' },
  },
  {
    from: 'Dashboard',
    query:
      'sum(irate(redis_keyspace_hits_total[5m])) / (sum(irate(redis_keyspace_hits_total[5m])) + sum(irate(redis_keyspace_misses_total[5m])))',
    means: {
      kind: 'Share',
      bad: ['+redis_keyspace_misses_total'],
      total: ['+redis_keyspace_hits_total', '+redis_keyspace_misses_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(nginx_cache_requests_total{cache_status="HIT"}[5m])) / sum(rate(nginx_cache_requests_total{cache_status=~"HIT|MISS|EXPIRED"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+nginx_cache_requests_total{cache_status=~"HIT|MISS|EXPIRED"}',
        '-nginx_cache_requests_total{cache_status="HIT"}',
      ],
      total: ['+nginx_cache_requests_total{cache_status=~"HIT|MISS|EXPIRED"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(memcached_commands_total{command="get", status="hit"}[5m])) / (sum(rate(memcached_commands_total{command="get", status="hit"}[5m])) + sum(rate(memcached_commands_total{command="get", status="miss"}[5m]))) * 100',
    means: {
      kind: 'Share',
      bad: ['+memcached_commands_total{command="get",status="miss"}'],
      total: [
        '+memcached_commands_total{command="get",status="hit"}',
        '+memcached_commands_total{command="get",status="miss"}',
      ],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(pg_stat_database_blks_hit{datname="orders"}[5m])) / sum(rate(pg_stat_database_blks_hit{datname="orders"}[5m]) + rate(pg_stat_database_blks_read{datname="orders"}[5m]))',
    means: {
      kind: 'Share',
      bad: ['+pg_stat_database_blks_read{datname="orders"}'],
      total: ['+pg_stat_database_blks_hit{datname="orders"}', '+pg_stat_database_blks_read{datname="orders"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '1 - sum(rate(coredns_cache_hits_total{job="kube-dns"}[5m])) / (sum(rate(coredns_cache_misses_total{job="kube-dns"}[5m])) + sum(rate(coredns_cache_hits_total{job="kube-dns"}[5m])))',
    means: {
      kind: 'Share',
      bad: ['+coredns_cache_misses_total{job="kube-dns"}'],
      total: ['+coredns_cache_misses_total{job="kube-dns"}', '+coredns_cache_hits_total{job="kube-dns"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '((sum(rate(mysql_global_status_innodb_buffer_pool_read_requests[5m])) - sum(rate(mysql_global_status_innodb_buffer_pool_reads[5m]))) / sum(rate(mysql_global_status_innodb_buffer_pool_read_requests[5m]))) * 100',
    means: {
      kind: 'Rate',
      bad: ['+mysql_global_status_innodb_buffer_pool_reads'],
      total: ['+mysql_global_status_innodb_buffer_pool_read_requests'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(http_requests_total{code=~"2.."}[5m])) + sum(rate(http_requests_total{code=~"3.."}[5m]))) / sum(rate(http_requests_total[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total', '-http_requests_total{code=~"2.."}', '-http_requests_total{code=~"3.."}'],
      total: ['+http_requests_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(http_requests_total{code=~"4.."}[5m])) + sum(rate(http_requests_total{code=~"5.."}[5m]))) / sum(rate(http_requests_total[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{code=~"4.."}', '+http_requests_total{code=~"5.."}'],
      total: ['+http_requests_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(http_requests_total{job="api"}[5m])) - sum(rate(http_requests_total{job="api",code=~"5.."}[5m])) - sum(rate(http_requests_total{job="api",code="429"}[5m]))) / sum(rate(http_requests_total{job="api"}[5m])) * 100',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{job="api",code=~"5.."}', '+http_requests_total{job="api",code="429"}'],
      total: ['+http_requests_total{job="api"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '100 * (1 - (sum(increase(http_requests_total{code=~"5.."}[$__range])) / sum(increase(http_requests_total[$__range]))))',
    means: { kind: 'Share', bad: ['+http_requests_total{code=~"5.."}'], total: ['+http_requests_total'] },
  },
  {
    from: 'Dashboard',
    query:
      '(1 - (sum(increase(app_jobs_total{status="error"}[30d])) or vector(0)) / sum(increase(app_jobs_total[30d]))) * 100',
    means: { kind: 'Share', bad: ['+app_jobs_total{status="error"}'], total: ['+app_jobs_total'] },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(websocket_disconnects_total{reason!="client"}[5m])) / sum(rate(websocket_connections_total[5m]))',
    means: {
      kind: 'Rate',
      bad: ['+websocket_disconnects_total{reason!="client"}'],
      total: ['+websocket_connections_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(kafka_producer_record_error_total{client_id="orders"}[5m])) / sum(rate(kafka_producer_record_send_total{client_id="orders"}[5m]))',
    means: {
      kind: 'Rate',
      bad: ['+kafka_producer_record_error_total{client_id="orders"}'],
      total: ['+kafka_producer_record_send_total{client_id="orders"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(increase(celery_task_succeeded_total{job="worker"}[1h])) / (sum(increase(celery_task_succeeded_total{job="worker"}[1h])) + sum(increase(celery_task_failed_total{job="worker"}[1h])) + sum(increase(celery_task_retried_total{job="worker"}[1h])))',
    means: {
      kind: 'Share',
      bad: ['+celery_task_failed_total{job="worker"}', '+celery_task_retried_total{job="worker"}'],
      total: [
        '+celery_task_succeeded_total{job="worker"}',
        '+celery_task_failed_total{job="worker"}',
        '+celery_task_retried_total{job="worker"}',
      ],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(traces_spanmetrics_calls_total{service="cart",status_code="STATUS_CODE_ERROR"}[$__interval])) / sum(rate(traces_spanmetrics_calls_total{service="cart"}[$__interval]))',
    means: {
      kind: 'Share',
      bad: ['+traces_spanmetrics_calls_total{service="cart",status_code="STATUS_CODE_ERROR"}'],
      total: ['+traces_spanmetrics_calls_total{service="cart"}'],
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(.95, sum(rate(traces_spanmetrics_latency_bucket{service="cart"}[5m])) by (le))',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets: 'traces_spanmetrics_latency_bucket{service="cart"}',
      unit: 'Unclear',
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.95, sum(rate(duration_milliseconds_bucket{span_kind="SPAN_KIND_SERVER"}[5m])) by (le))',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets: 'duration_milliseconds_bucket{span_kind="SPAN_KIND_SERVER"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(otelcol_exporter_send_failed_spans[5m])) / (sum(rate(otelcol_exporter_sent_spans[5m])) + sum(rate(otelcol_exporter_send_failed_spans[5m])))',
    means: {
      kind: 'Share',
      bad: ['+otelcol_exporter_send_failed_spans'],
      total: ['+otelcol_exporter_sent_spans', '+otelcol_exporter_send_failed_spans'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(otelcol_receiver_accepted_spans[5m])) / (sum(rate(otelcol_receiver_accepted_spans[5m])) + sum(rate(otelcol_receiver_refused_spans[5m])))',
    means: {
      kind: 'Share',
      bad: ['+otelcol_receiver_refused_spans'],
      total: ['+otelcol_receiver_accepted_spans', '+otelcol_receiver_refused_spans'],
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_bucket{service_name="cart"}[5m])))',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets: 'http_server_duration_bucket{service_name="cart"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum by (le) (rate(rpc_server_duration_bucket{rpc_service="cart.v1.CartService"}[5m])))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'rpc_server_duration_bucket{rpc_service="cart.v1.CartService"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.95, sum by (rpc_method, le) (rate(rpc_server_duration_bucket{service_name="cart"}[5m])))',
    means: { kind: 'None', why: 'a series for each method' },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_server_duration_bucket{le="500"}[5m])) / sum(rate(http_server_duration_count[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_server_duration_count', '-http_server_duration_bucket{le="500"}'],
      total: ['+http_server_duration_count'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.999, sum by (le) (rate(http_server_request_duration_seconds_bucket{http_route!~"/healthz|/readyz"}[$__rate_interval])))',
    means: {
      kind: 'Time',
      percentile: 99.9,
      buckets: 'http_server_request_duration_seconds_bucket{http_route!~"/healthz|/readyz"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.75, sum(rate(http_client_duration_milliseconds_bucket{server_address="db"}[5m])) by (le)) / 1000',
    means: {
      kind: 'Time',
      percentile: 75,
      buckets: 'http_client_duration_milliseconds_bucket{server_address="db"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(loki_request_duration_seconds_count{cluster="$cluster", job=~"($namespace)/distributor", status_code!~"5[0-9]{2}"}[$__rate_interval])) by (route) / sum(rate(loki_request_duration_seconds_count{cluster="$cluster", job=~"($namespace)/distributor"}[$__rate_interval])) by (route) > 0',
    means: { kind: 'None', why: 'dashboard variables in the matchers, a series for each route' },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum by (le) (cluster_job_route:loki_request_duration_seconds_bucket:sum_rate{job="distributor", route=~"api_prom_push|loki_api_v1_push"})) * 1e3',
    means: { kind: 'None', why: 'recorded by a rule' },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) >= 0',
    means: { kind: 'Share', bad: ['+http_requests_total{code=~"5.."}'], total: ['+http_requests_total'] },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum(rate(scheduler_e2e_scheduling_latency_microseconds_bucket[5m])) by (le)) / 1e6',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'scheduler_e2e_scheduling_latency_microseconds_bucket',
      unit: 'Microseconds',
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.95, sum by (le) (rate(db_query_duration_nanoseconds_bucket{db="orders"}[5m]))) / 1e9',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets: 'db_query_duration_nanoseconds_bucket{db="orders"}',
      unit: 'Nanoseconds',
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.9, sum by (le) (rate(sql_service_latency_bucket{job="cockroachdb"}[5m])))',
    means: { kind: 'Time', percentile: 90, buckets: 'sql_service_latency_bucket{job="cockroachdb"}', unit: 'Unclear' },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.95, sum(irate(response_latency_ms_bucket{direction="inbound"}[30s])) by (le))',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets: 'response_latency_ms_bucket{direction="inbound"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.95, sum(rate(kong_request_latency_ms_bucket{service="$service"}[1m])) by (le))',
    means: { kind: 'None', why: 'a dashboard variable in the matchers' },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.95, sum(rate(http_request_duration_seconds{job="api"}[5m])))',
    means: { kind: 'Time', percentile: 95, buckets: 'http_request_duration_seconds{job="api"}', unit: 'Seconds' },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.95, sum by (handler) (rate(http_request_duration_seconds[5m])))',
    means: { kind: 'None', why: 'a series for each handler' },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_sum(sum(rate(http_request_duration_seconds[5m]))) / histogram_count(sum(rate(http_request_duration_seconds[5m])))',
    means: { kind: 'None', why: 'an average' },
  },
  {
    from: 'Dashboard',
    query: 'histogram_fraction(0, 0.2, sum(rate(http_request_duration_seconds{job="api"}[1h]))) * 100',
    means: {
      kind: 'Share',
      bad: ['+http_request_duration_seconds{job="api"}', '-http_request_duration_seconds{job="api"} up to 0.2'],
      total: ['+http_request_duration_seconds{job="api"}'],
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.9, rate(prometheus_http_request_duration_seconds_bucket[5m]))',
    means: { kind: 'None', why: 'not summed, a series for each instance and handler' },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.5, sum(rate(http_response_size_bytes_bucket{job="api"}[5m])) by (le))',
    means: { kind: 'None', why: 'bytes, not a duration' },
  },
  {
    from: 'Dashboard',
    query: 'max(histogram_quantile(0.99, sum by (le, pod) (rate(http_request_duration_seconds_bucket[5m]))))',
    means: { kind: 'None', why: 'the worst of several quantiles' },
  },
  {
    from: 'Dashboard',
    query:
      'avg_over_time(histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))[1h:1m])',
    means: { kind: 'None', why: 'an average of quantiles' },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum by (le) (rate(checkout_duration_seconds_bucket[5m]))) and on() sum(rate(checkout_duration_seconds_count[5m])) > 0',
    means: { kind: 'Time', percentile: 99, buckets: 'checkout_duration_seconds_bucket', unit: 'Seconds' },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.8, sum by (le) (rate(http_request_duration_seconds_bucket{job="api",method="POST"}[15m]))) or vector(0)',
    means: {
      kind: 'Time',
      percentile: 80,
      buckets: 'http_request_duration_seconds_bucket{job="api",method="POST"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_quantile(0.99, sum by (job, le) (rate(etcd_disk_wal_fsync_duration_seconds_bucket{job="etcd"}[5m])))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'etcd_disk_wal_fsync_duration_seconds_bucket{job="etcd"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Dashboard',
    query: 'prometheus_engine_query_duration_seconds{quantile="0.9",slice="inner_eval"}',
    means: { kind: 'None', why: 'a summary' },
  },
  {
    from: 'Dashboard',
    query: 'max(http_request_duration_seconds{job="api",quantile="0.95"}) * 1000',
    means: { kind: 'None', why: 'a summary' },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(process_cpu_seconds_total{job="api"}[1m]))',
    means: { kind: 'None', why: 'CPU seconds' },
  },
  {
    from: 'Dashboard',
    query: '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m]))',
    means: { kind: 'None', why: 'CPU seconds' },
  },
  {
    from: 'Dashboard',
    query:
      'sum(container_memory_working_set_bytes{namespace="shop",container!=""}) / sum(kube_pod_container_resource_limits{namespace="shop",resource="memory"})',
    means: { kind: 'None', why: 'bytes of memory' },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_requests_total{job="api"}[1m]))',
    means: { kind: 'None', why: 'requests a second, no share of anything' },
  },
  {
    from: 'Dashboard',
    query:
      'kube_deployment_status_replicas_available{deployment="web"} / kube_deployment_spec_replicas{deployment="web"}',
    means: { kind: 'None', why: 'gauges' },
  },
  {
    from: 'Dashboard',
    query: '( count( probe_success{ job="blackbox" } == 1 ) OR vector(0) ) / count( probe_success{ job="blackbox" } )',
    means: { kind: 'None', why: 'a gauge' },
  },
  {
    from: 'Dashboard',
    query: '(sum(rate(http_requests_total{code=~"5.."}[1h])) / sum(rate(http_requests_total[1h]))) / (1 - 0.999)',
    means: { kind: 'None', why: 'a burn rate' },
  },
  {
    from: 'Dashboard',
    query:
      '1 - ((1 - (sum(increase(http_requests_total{code=~"2.."}[7d])) / sum(increase(http_requests_total[7d])))) / (1 - .80))',
    means: { kind: 'None', why: 'the rest of an error budget' },
  },
  {
    from: 'Dashboard',
    query:
      'avg_over_time((sum(rate(http_requests_total{code!~"5.."}[5m])) / sum(rate(http_requests_total[5m])))[30d:5m])',
    means: { kind: 'None', why: 'an average of ratios' },
  },
  {
    from: 'Dashboard',
    query: 'avg(rate(http_errors_total[5m]) / rate(http_requests_total[5m]))',
    means: { kind: 'None', why: 'an average of ratios' },
  },
  {
    from: 'Dashboard',
    query: 'rate(http_requests_total{status=~"5.."}[5m]) / rate(http_requests_total[5m])',
    means: { kind: 'None', why: 'not summed, a series for each set of labels' },
  },
  {
    from: 'Dashboard',
    query:
      'sum by (job) (rate(http_requests_total{job=~"api|web",code=~"5.."}[5m])) / sum by (job) (rate(http_requests_total{job=~"api|web"}[5m]))',
    means: { kind: 'None', why: 'a series for each job' },
  },
  {
    from: 'Dashboard',
    query:
      'sum by (job, code) (rate(http_requests_total{handler="query",code=~"5.."}[$interval])) / ignoring (code) group_left() sum by (job) (rate(http_requests_total{handler="query"}[$interval]))',
    means: { kind: 'None', why: 'a series for each job and code' },
  },
  {
    from: 'Dashboard',
    query:
      'topk(10, sum by (route) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (route) (rate(http_requests_total[5m])))',
    means: { kind: 'None', why: 'the worst ten routes' },
  },
  {
    from: 'Dashboard',
    query:
      'sum by (resource) (code_resource:apiserver_request_total:rate5m{verb="read",code=~"5..", cluster="$cluster"}) / sum by (resource) (code_resource:apiserver_request_total:rate5m{verb="read", cluster="$cluster"})',
    means: { kind: 'None', why: 'recorded by a rule, a series for each resource' },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total{handler!="/metrics"}[5m]))',
    means: {
      kind: 'Rate',
      bad: ['+http_requests_total{code=~"5.."}'],
      total: ['+http_requests_total{handler!="/metrics"}'],
    },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_requests_total{status!~"5..|4.."}[5m])) / sum(rate(http_requests_total{status!~"4.."}[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{status!~"4.."}', '-http_requests_total{status!~"5..|4.."}'],
      total: ['+http_requests_total{status!~"4.."}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      "sum(rate(http_requests_total{status='500',path!~'/(health|metrics)'}[5m])) / sum(rate(http_requests_total{path!~'/(health|metrics)'}[5m]))",
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{status="500",path!~"/(health|metrics)"}'],
      total: ['+http_requests_total{path!~"/(health|metrics)"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(http_request_duration_seconds_bucket{le="+Inf"}[5m])) - sum(rate(http_request_duration_seconds_bucket{le="0.5"}[5m]))) / sum(rate(http_request_duration_seconds_bucket{le="+Inf"}[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_request_duration_seconds_bucket{le="+Inf"}', '-http_request_duration_seconds_bucket{le="0.5"}'],
      total: ['+http_request_duration_seconds_bucket{le="+Inf"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(http_request_duration_seconds_bucket{le="1",code!~"5.."}[10m])) / ignoring(le) sum(rate(http_request_duration_seconds_count[10m]))',
    means: {
      kind: 'Share',
      bad: ['+http_request_duration_seconds_count', '-http_request_duration_seconds_bucket{le="1",code!~"5.."}'],
      total: ['+http_request_duration_seconds_count'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'clamp_max((sum(rate(orders_placed_total{result="ok"}[15m])) / sum(rate(orders_placed_total[15m]))) or vector(1), 1)',
    means: {
      kind: 'Share',
      bad: ['+orders_placed_total', '-orders_placed_total{result="ok"}'],
      total: ['+orders_placed_total'],
    },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_requests_total{code=~"5.."}[5m])) / scalar(sum(rate(http_requests_total[5m])))',
    means: { kind: 'Share', bad: ['+http_requests_total{code=~"5.."}'], total: ['+http_requests_total'] },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(http_request_errors_total{app="web"}[$__rate_interval])) / on() group_left() sum(rate(http_requests_total{app="web"}[$__rate_interval]))',
    means: { kind: 'Rate', bad: ['+http_request_errors_total{app="web"}'], total: ['+http_requests_total{app="web"}'] },
  },
  {
    from: 'Dashboard',
    query:
      'histogram_count(sum(rate(http_request_duration_seconds{code=~"5.."}[5m]))) / histogram_count(sum(rate(http_request_duration_seconds[5m])))',
    means: {
      kind: 'Share',
      bad: ['+http_request_duration_seconds{code=~"5.."}'],
      total: ['+http_request_duration_seconds'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(container_cpu_cfs_throttled_periods_total{namespace="shop",container!=""}[5m])) / sum(rate(container_cpu_cfs_periods_total{namespace="shop",container!=""}[5m]))',
    means: {
      kind: 'Rate',
      bad: ['+container_cpu_cfs_throttled_periods_total{namespace="shop",container!=""}'],
      total: ['+container_cpu_cfs_periods_total{namespace="shop",container!=""}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum by (application) (rate(http_server_requests_seconds_count{application="orders",outcome="SUCCESS"}[5m])) / sum by (application) (rate(http_server_requests_seconds_count{application="orders"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+http_server_requests_seconds_count{application="orders"}',
        '-http_server_requests_seconds_count{application="orders",outcome="SUCCESS"}',
      ],
      total: ['+http_server_requests_seconds_count{application="orders"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      'sum(rate(istio_requests_total{reporter="destination",response_code!~"5.*"}[5m])) by (destination_service) / sum(rate(istio_requests_total{reporter="destination"}[5m])) by (destination_service) * 100',
    means: { kind: 'None', why: 'a series for each service' },
  },
  {
    from: 'Dashboard',
    query:
      '1 - sum without (instance, code) (rate(http_requests_total{code=~"5.."}[5m])) / sum without (instance, code) (rate(http_requests_total[5m]))',
    means: { kind: 'None', why: 'a series for each remaining set of labels' },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_requests_total{code=~"[123].."}[5m])) / (sum(rate(http_requests_total[5m])) or vector(1))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total', '-http_requests_total{code=~"[123].."}'],
      total: ['+http_requests_total'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '1 - ((sum(rate(http_requests_total{job="web"}[5m])) - sum(rate(http_requests_total{job="web",code!~"5.."}[5m]))) / sum(rate(http_requests_total{job="web"}[5m])))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{job="web"}', '-http_requests_total{job="web",code!~"5.."}'],
      total: ['+http_requests_total{job="web"}'],
    },
  },
  {
    from: 'Dashboard',
    query:
      '(sum(rate(app_cache_requests_total{result="hit"}[5m])) / ((sum(rate(app_cache_requests_total{result="hit"}[5m])) + sum(rate(app_cache_requests_total{result="miss"}[5m]))) > 0)) or vector(1)',
    means: {
      kind: 'Share',
      bad: ['+app_cache_requests_total{result="miss"}'],
      total: ['+app_cache_requests_total{result="hit"}', '+app_cache_requests_total{result="miss"}'],
    },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(emails_delivered_total[1h])) / sum(rate(emails_sent_total[1h]))',
    means: { kind: 'Rate', bad: ['+emails_sent_total', '-emails_delivered_total'], total: ['+emails_sent_total'] },
  },
  {
    from: 'Dashboard',
    query: '1 - sum(rate(login_failures_total{app="web"}[5m])) / sum(rate(login_attempts_total{app="web"}[5m]))',
    means: { kind: 'Rate', bad: ['+login_failures_total{app="web"}'], total: ['+login_attempts_total{app="web"}'] },
  },
  {
    from: 'Dashboard',
    query:
      'sum by (job, route) (rate(http_requests_total{job="api",route="/checkout",code!~"5.."}[5m])) / sum by (job, route) (rate(http_requests_total{job="api",route="/checkout"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+http_requests_total{job="api",route="/checkout"}',
        '-http_requests_total{job="api",route="/checkout",code!~"5.."}',
      ],
      total: ['+http_requests_total{job="api",route="/checkout"}'],
    },
  },
  {
    from: 'Dashboard',
    query: 'sum(rate(http_requests_total{code!~`5..`}[5m])) / sum(rate(http_requests_total[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total', '-http_requests_total{code!~"5.."}'],
      total: ['+http_requests_total'],
    },
  },
  {
    from: 'Dashboard',
    query: 'histogram_quantile(0.99, sum by (le, pod) (rate(vllm:time_to_first_token_seconds_bucket[5m])))',
    means: { kind: 'None', why: 'a series for each pod' },
  },
  {
    from: 'Sloth',
    query:
      '(\nsum(rate(http_request_duration_seconds_count{job="web",code=~"(5..|429)"}[{{.window}}]))\n)\n/\n(\nsum(rate(http_request_duration_seconds_count{job="web"}[{{.window}}]))\n)',
    means: {
      kind: 'Share',
      bad: ['+http_request_duration_seconds_count{job="web",code=~"(5..|429)"}'],
      total: ['+http_request_duration_seconds_count{job="web"}'],
    },
  },
  {
    from: 'Sloth',
    query:
      '(\n  sum(rate(apiserver_request_duration_seconds_count{verb!="WATCH"}[{{.window}}]))\n  -\n  sum(rate(apiserver_request_duration_seconds_bucket{le="0.4",verb!="WATCH"}[{{.window}}]))\n)\n/\nsum(rate(apiserver_request_duration_seconds_count{verb!="WATCH"}[{{.window}}]))',
    means: {
      kind: 'Share',
      bad: [
        '+apiserver_request_duration_seconds_count{verb!="WATCH"}',
        '-apiserver_request_duration_seconds_bucket{le="0.4",verb!="WATCH"}',
      ],
      total: ['+apiserver_request_duration_seconds_count{verb!="WATCH"}'],
    },
  },
  {
    from: 'Sloth',
    query:
      '1 - ((\n  sum(rate(traefik_service_request_duration_seconds_bucket{ service=~"^shop-web$",le="0.3" }[{{.window}}]))\n  /\n  (sum(rate(traefik_service_request_duration_seconds_count{ service=~"^shop-web$" }[{{.window}}])) > 0)\n) OR on() vector(1))',
    means: {
      kind: 'Share',
      bad: [
        '+traefik_service_request_duration_seconds_count{service=~"^shop-web$"}',
        '-traefik_service_request_duration_seconds_bucket{service=~"^shop-web$",le="0.3"}',
      ],
      total: ['+traefik_service_request_duration_seconds_count{service=~"^shop-web$"}'],
    },
  },
  {
    from: 'Sloth',
    query:
      '(\n  sum(rate(istio_requests_total{ destination_service_name="web",destination_service_namespace="shop",response_code=~"(5..|429)" }[{{.window}}]))\n  /\n  (sum(rate(istio_requests_total{ destination_service_name="web",destination_service_namespace="shop" }[{{.window}}])) > 0)\n) OR on() vector(0)',
    means: {
      kind: 'Share',
      bad: [
        '+istio_requests_total{destination_service_name="web",destination_service_namespace="shop",response_code=~"(5..|429)"}',
      ],
      total: ['+istio_requests_total{destination_service_name="web",destination_service_namespace="shop"}'],
    },
  },
  {
    from: 'Sloth',
    query:
      '(sum_over_time((count(wifi_client_satisfaction_ratio < 0.75))[{{.window}}:]) OR on() vector(0)) / (sum_over_time((count(wifi_client_satisfaction_ratio))[{{.window}}:]))',
    means: { kind: 'None', why: 'samples of a gauge' },
  },
  {
    from: 'Sloth',
    query:
      '(sum(count_over_time((up{ job="api" } == 0)[{{ .window }}:])) or vector(0)) / sum(count_over_time((up{ job="api" })[{{ .window }}:]))',
    means: { kind: 'None', why: 'samples of a gauge' },
  },
  {
    from: 'Sloth',
    query:
      '1 - (\n  sum(sum_over_time(wifi_client_satisfaction_ratio[{{.window}}]))\n  /\n  sum(count_over_time(wifi_client_satisfaction_ratio[{{.window}}]))\n)',
    means: { kind: 'None', why: 'an average of a gauge' },
  },
  {
    from: 'Sloth',
    query:
      'sum(rate(prometheus_rule_evaluation_failures_total[{{ .window }}])) / sum(rate(prometheus_rule_evaluations_total[{{ .window }}]))',
    means: {
      kind: 'Rate',
      bad: ['+prometheus_rule_evaluation_failures_total'],
      total: ['+prometheus_rule_evaluations_total'],
    },
  },
  {
    from: 'Sloth',
    query:
      'sum(rate(controller_processed_event_duration_seconds_count{ controller="backup",success="false" }[{{ .window }}])) / (sum(rate(controller_processed_event_duration_seconds_count{ controller="backup" }[{{ .window }}])) - (sum(rate(controller_queued_events_total{ controller="backup",requeue="true" }[{{ .window }}])) OR on() vector(0)))',
    means: {
      kind: 'Rate',
      bad: ['+controller_processed_event_duration_seconds_count{controller="backup",success="false"}'],
      total: [
        '+controller_processed_event_duration_seconds_count{controller="backup"}',
        '-controller_queued_events_total{controller="backup",requeue="true"}',
      ],
    },
  },
  {
    from: 'Sloth',
    query:
      '(sum(rate(istio_request_duration_milliseconds_count{job="ingress",response_code="200"}[{{.window}}])) by (request_host) - sum(rate(istio_request_duration_milliseconds_bucket{le="250",job="ingress",response_code="200"}[{{.window}}])) by (request_host)) / sum(rate(istio_request_duration_milliseconds_count{job="ingress",response_code="200"}[{{.window}}])) by (request_host)',
    means: { kind: 'None', why: 'a series for each host' },
  },
  {
    from: 'Sloth',
    query:
      'sum(rate(payment_results_total{status="mismatch"}[{{.window}}])) / clamp_min(sum(rate(payment_results_total[{{.window}}])), 1e-9)',
    means: { kind: 'Share', bad: ['+payment_results_total{status="mismatch"}'], total: ['+payment_results_total'] },
  },
  {
    from: 'Sloth',
    query: '1 - avg_over_time(monitor_status{monitor_name="web"}[{{.window}}])',
    means: { kind: 'None', why: 'an average of a gauge' },
  },
  {
    from: 'Sloth',
    query:
      '(sum(increase(consumer_failed_messages_total{topic="orders"}[{{.window}}])) or on() vector(0)) / (sum(increase(consumer_messages_total{topic="orders"}[{{.window}}])))',
    means: {
      kind: 'Rate',
      bad: ['+consumer_failed_messages_total{topic="orders"}'],
      total: ['+consumer_messages_total{topic="orders"}'],
    },
  },
  {
    from: 'Sloth',
    query:
      'sum(rate(http_requests_total{app="{{ .Values.app }}",code=~"5.."}[{{.window}}])) / sum(rate(http_requests_total{app="{{ .Values.app }}"}[{{.window}}]))',
    means: { kind: 'None', why: 'a template variable in the matchers' },
  },
  {
    from: 'Sloth',
    query: '(time() - max(ingest_last_success_timestamp{job="ingest"})) > bool 300',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Sloth',
    query:
      '1 - (sum(rate(http_requests_total{job="web",code!~"(5..|429)"}[{{.window}}])) / sum(rate(http_requests_total{job="web"}[{{.window}}])))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{job="web"}', '-http_requests_total{job="web",code!~"(5..|429)"}'],
      total: ['+http_requests_total{job="web"}'],
    },
  },
  {
    from: 'Sloth',
    query: 'slo:sli_error:ratio_rate5m{sloth_id="web-availability",sloth_service="web",sloth_slo="availability"}',
    means: { kind: 'None', why: 'recorded by a rule' },
  },
  {
    from: 'Sloth',
    query:
      '(\n    max(slo:sli_error:ratio_rate5m{sloth_id="web-availability"} > (14.4 * 0.001)) without (sloth_window)\n    and\n    max(slo:sli_error:ratio_rate1h{sloth_id="web-availability"} > (14.4 * 0.001)) without (sloth_window)\n)',
    means: { kind: 'None', why: 'recorded by a rule, compared with a threshold' },
  },
  {
    from: 'Sloth',
    query:
      'sum(rate(coredns_dns_responses_total{ rcode=~"SERVFAIL|REFUSED" }[{{.window}}])) / (sum(rate(coredns_dns_responses_total{ }[{{.window}}])) > 0)',
    means: {
      kind: 'Share',
      bad: ['+coredns_dns_responses_total{rcode=~"SERVFAIL|REFUSED"}'],
      total: ['+coredns_dns_responses_total'],
    },
  },
  {
    from: 'Pyrra',
    query:
      '(sum(rate(http_request_duration_seconds_count{code=~"2..",job="api"}[5m])) - sum(rate(http_request_duration_seconds_bucket{code=~"2..",job="api",le=~"1(\\\\.0)?"}[5m]))) / sum(rate(http_request_duration_seconds_count{code=~"2..",job="api"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+http_request_duration_seconds_count{code=~"2..",job="api"}',
        '-http_request_duration_seconds_bucket{code=~"2..",job="api",le=~"1(\\\\.0)?"}',
      ],
      total: ['+http_request_duration_seconds_count{code=~"2..",job="api"}'],
    },
  },
  {
    from: 'Pyrra',
    query:
      '(sum by (handler, job) (rate(http_request_duration_seconds_count{code=~"2..",job="api"}[5m])) - sum by (handler, job) (rate(http_request_duration_seconds_bucket{code=~"2..",job="api",le="1"}[5m]))) / sum by (handler, job) (rate(http_request_duration_seconds_count{code=~"2..",job="api"}[5m]))',
    means: { kind: 'None', why: 'a series for each handler' },
  },
  {
    from: 'Pyrra',
    query:
      '(sum by (grpc_service, job) (rate(grpc_server_handling_seconds_count{grpc_method="Write",grpc_service="store.v1.Writer",job="api"}[15m])) - sum by (grpc_service, job) (rate(grpc_server_handling_seconds_bucket{grpc_method="Write",grpc_service="store.v1.Writer",job="api",le="0.6"}[15m]))) / sum by (grpc_service, job) (rate(grpc_server_handling_seconds_count{grpc_method="Write",grpc_service="store.v1.Writer",job="api"}[15m]))',
    means: {
      kind: 'Share',
      bad: [
        '+grpc_server_handling_seconds_count{grpc_method="Write",grpc_service="store.v1.Writer",job="api"}',
        '-grpc_server_handling_seconds_bucket{grpc_method="Write",grpc_service="store.v1.Writer",job="api",le="0.6"}',
      ],
      total: ['+grpc_server_handling_seconds_count{grpc_method="Write",grpc_service="store.v1.Writer",job="api"}'],
    },
  },
  {
    from: 'Pyrra',
    query:
      'sum by (job) (rate(http_requests_total{code=~"5..",job="api"}[1h30m])) / sum by (job) (rate(http_requests_total{job="api"}[1h30m]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{code=~"5..",job="api"}'],
      total: ['+http_requests_total{job="api"}'],
    },
  },
  {
    from: 'Pyrra',
    query:
      'sum(rate(prometheus_operator_reconcile_errors_total[3m])) / sum(rate(prometheus_operator_reconcile_operations_total[3m]))',
    means: {
      kind: 'Rate',
      bad: ['+prometheus_operator_reconcile_errors_total'],
      total: ['+prometheus_operator_reconcile_operations_total'],
    },
  },
  {
    from: 'Pyrra',
    query: '(sum(count_over_time(up[1d])) - sum(sum_over_time(up[1d]))) / sum(count_over_time(up[1d]))',
    means: { kind: 'None', why: 'samples of a gauge' },
  },
  {
    from: 'Pyrra',
    query: '1 - histogram_fraction(0, 1, sum(rate(http_request_duration_seconds{code=~"2..",job="api"}[30m])))',
    means: {
      kind: 'Share',
      bad: [
        '+http_request_duration_seconds{code=~"2..",job="api"}',
        '-http_request_duration_seconds{code=~"2..",job="api"} up to 1',
      ],
      total: ['+http_request_duration_seconds{code=~"2..",job="api"}'],
    },
  },
  {
    from: 'Pyrra',
    query:
      'sum by (resource, verb) (rate(apiserver_request_total{code=~"5..",job="apiserver",verb=~"POST|PUT|PATCH|DELETE"}[2d])) / sum by (resource, verb) (rate(apiserver_request_total{job="apiserver",verb=~"POST|PUT|PATCH|DELETE"}[2d]))',
    means: { kind: 'None', why: 'a series for each resource and verb' },
  },
  {
    from: 'Pyrra',
    query:
      'http_requests:burnrate5m{job="api",slo="api-errors"} > (14 * (1-0.99)) and http_requests:burnrate1h{job="api",slo="api-errors"} > (14 * (1-0.99))',
    means: { kind: 'None', why: 'recorded by a rule, compared with a threshold' },
  },
  {
    from: 'Pyrra',
    query:
      '1 - sum(http_requests:increase4w{code=~"5..",job="api",slo="api-errors"} or vector(0)) / sum(http_requests:increase4w{job="api",slo="api-errors"})',
    means: { kind: 'None', why: 'recorded by a rule' },
  },
  {
    from: 'Pyrra',
    query:
      '((1-0.99)-(1-sum(http_request_duration_seconds:increase4w{job="api",le="1",slo="api-latency"} or vector(0))/sum(http_request_duration_seconds:increase4w{job="api",le="",slo="api-latency"})))/(1-0.99)',
    means: { kind: 'None', why: 'recorded by a rule, the rest of an error budget' },
  },
  {
    from: 'Pyrra',
    query: 'absent(http_requests_total{job="api"}) == 1',
    means: { kind: 'None', why: 'whether there is data at all' },
  },
  {
    from: 'Pyrra',
    query:
      'histogram_fraction(0, 1, sum(increase(http_request_duration_seconds{code=~"2..",job="api"}[4w]))) * histogram_count(sum(increase(http_request_duration_seconds{code=~"2..",job="api"}[4w])))',
    means: { kind: 'None', why: 'a count of requests, no share of anything' },
  },
  {
    from: 'Flagger',
    query:
      '100 - sum(\n    rate(\n        istio_requests_total{\n          reporter="destination",\n          destination_workload_namespace="{{ namespace }}",\n          destination_workload="{{ target }}",\n          response_code!="404"\n        }[{{ interval }}]\n    )\n)\n/\nsum(\n    rate(\n        istio_requests_total{\n          reporter="destination",\n          destination_workload_namespace="{{ namespace }}",\n          destination_workload="{{ target }}"\n        }[{{ interval }}]\n    )\n) * 100',
    means: { kind: 'None', why: 'template variables in the matchers' },
  },
  {
    from: 'Flagger',
    query:
      '100 - sum(\n    rate(istio_requests_total{\n      destination_workload="podinfo",\n      response_code!="404"\n    }[{{ interval }}])\n)\n/\nsum(\n    rate(istio_requests_total{\n      destination_workload="podinfo"\n    }[{{ interval }}])\n) * 100',
    means: {
      kind: 'Share',
      bad: [
        '+istio_requests_total{destination_workload="podinfo"}',
        '-istio_requests_total{destination_workload="podinfo",response_code!="404"}',
      ],
      total: ['+istio_requests_total{destination_workload="podinfo"}'],
    },
  },
  {
    from: 'Flagger',
    query:
      'sum(\n  rate(\n    envoy_cluster_upstream_rq_total{\n      envoy_response_code!~"5.*"\n    }[1m]\n  )\n) /\nsum(\n  rate(\n    envoy_cluster_upstream_rq_total[1m]\n  )\n) * 100',
    means: {
      kind: 'Share',
      bad: ['+envoy_cluster_upstream_rq_total', '-envoy_cluster_upstream_rq_total{envoy_response_code!~"5.*"}'],
      total: ['+envoy_cluster_upstream_rq_total'],
    },
  },
  {
    from: 'Flagger',
    query:
      'sum(rate(envoy_cluster_upstream_rq_time_sum{envoy_cluster_name="podinfo_canary"}[1m])) / sum(rate(envoy_cluster_upstream_rq_time_count{envoy_cluster_name="podinfo_canary"}[1m]))',
    means: { kind: 'None', why: 'an average' },
  },
  {
    from: 'Flagger',
    query:
      'rate(http_requests_total{namespace="{{ namespace }}",job="{{ target }}-canary",status!~"5.*"}[{{ interval }}]) / rate(http_requests_total{namespace="{{ namespace }}",job="{{ target }}-canary"}[{{ interval }}]) * 100',
    means: { kind: 'None', why: 'template variables in the matchers, not summed' },
  },
  {
    from: 'Flagger',
    query:
      '100 - (\n  sum(\n    rate(\n      payment_transactions_total{\n        status="failed",\n        namespace="{{ namespace }}",\n        pod=~"{{ target }}-[0-9a-z]+-[0-9a-z]+"\n      }[{{ interval }}]\n    )\n  )\n  /\n  sum(\n    rate(\n      payment_transactions_total{\n        namespace="{{ namespace }}",\n        pod=~"{{ target }}-[0-9a-z]+-[0-9a-z]+"\n      }[{{ interval }}]\n    )\n  )\n) * 100',
    means: { kind: 'None', why: 'template variables in the matchers' },
  },
  {
    from: 'Flagger',
    query:
      'sum(rate(payment_transactions_total{status="success"}[{{ interval }}])) / sum(rate(payment_transactions_total[{{ interval }}])) * 100',
    means: {
      kind: 'Share',
      bad: ['+payment_transactions_total', '-payment_transactions_total{status="success"}'],
      total: ['+payment_transactions_total'],
    },
  },
  {
    from: 'Flagger',
    query:
      'histogram_quantile(0.99,\n  sum(\n    rate(\n      istio_request_duration_milliseconds_bucket{\n        reporter="destination",\n        destination_workload_namespace="{{ namespace }}",\n        destination_workload=~"{{ target }}"\n      }[{{ interval }}]\n    )\n  ) by (le)\n)',
    means: { kind: 'None', why: 'template variables in the matchers' },
  },
  {
    from: 'Flagger',
    query:
      'histogram_quantile(0.99,\n  sum(\n    rate(\n      http_request_duration_seconds_bucket{\n        job="podinfo-canary"\n      }[{{ interval }}]\n    )\n  ) by (le)\n)',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'http_request_duration_seconds_bucket{job="podinfo-canary"}',
      unit: 'Seconds',
    },
  },
  {
    from: 'Flagger',
    query: 'sum(rate(container_cpu_usage_seconds_total{container!="",pod=~"podinfo.*"}[1m])) by (pod) * 100',
    means: { kind: 'None', why: 'CPU seconds' },
  },
  {
    from: 'Flagger',
    query:
      'sum(rate(response_total{namespace="test",deployment=~"podinfo",classification!="failure",direction="inbound"}[{{ interval }}])) / sum(rate(response_total{namespace="test",deployment=~"podinfo",direction="inbound"}[{{ interval }}])) * 100',
    means: {
      kind: 'Share',
      bad: [
        '+response_total{namespace="test",deployment=~"podinfo",direction="inbound"}',
        '-response_total{namespace="test",deployment=~"podinfo",classification!="failure",direction="inbound"}',
      ],
      total: ['+response_total{namespace="test",deployment=~"podinfo",direction="inbound"}'],
    },
  },
  {
    from: 'Flagger',
    query:
      'sum(rate(skipper_response_duration_seconds_bucket{route=~"kube_test__podinfo.*",code!~"5..",le="+Inf"}[{{ interval }}])) / sum(rate(skipper_response_duration_seconds_bucket{route=~"kube_test__podinfo.*",le="+Inf"}[{{ interval }}])) * 100',
    means: {
      kind: 'Share',
      bad: [
        '+skipper_response_duration_seconds_bucket{route=~"kube_test__podinfo.*",le="+Inf"}',
        '-skipper_response_duration_seconds_bucket{route=~"kube_test__podinfo.*",code!~"5..",le="+Inf"}',
      ],
      total: ['+skipper_response_duration_seconds_bucket{route=~"kube_test__podinfo.*",le="+Inf"}'],
    },
  },
  {
    from: 'Flagger',
    query:
      'histogram_quantile(0.99, sum(rate(apisix_http_latency_bucket{type=~"request",route=~"podinfo.*"}[1m])) by (le))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'apisix_http_latency_bucket{type=~"request",route=~"podinfo.*"}',
      unit: 'Unclear',
    },
  },
  {
    from: 'Argo',
    query:
      'sum(irate(\n  istio_requests_total{reporter="source",destination_service=~"{{args.service-name}}",response_code!~"5.*"}[5m]\n)) /\nsum(irate(\n  istio_requests_total{reporter="source",destination_service=~"{{args.service-name}}"}[5m]\n))',
    means: { kind: 'None', why: 'a template variable in the matchers' },
  },
  {
    from: 'Argo',
    query:
      'sum(irate(\n  istio_requests_total{reporter="source",destination_service=~"guestbook.default.svc.cluster.local",response_code=~"5.*"}[5m]\n)) /\nsum(irate(\n  istio_requests_total{reporter="source",destination_service=~"guestbook.default.svc.cluster.local"}[5m]\n))',
    means: {
      kind: 'Share',
      bad: [
        '+istio_requests_total{reporter="source",destination_service=~"guestbook.default.svc.cluster.local",response_code=~"5.*"}',
      ],
      total: ['+istio_requests_total{reporter="source",destination_service=~"guestbook.default.svc.cluster.local"}'],
    },
  },
  {
    from: 'Argo',
    query:
      'sum(irate(istio_requests_total{destination_service=~"{{args.service}}.{{args.namespace}}.svc.cluster.local",response_code=~"5.*"}[45s])) / sum(irate(istio_requests_total{destination_service=~"{{args.service}}.{{args.namespace}}.svc.cluster.local"}[45s]))',
    means: { kind: 'None', why: 'template variables in the matchers' },
  },
  {
    from: 'Argo',
    query:
      'sum(rate(nginx_ingress_controller_requests{status=~"4..",exported_service="web-canary"}[1m])) / sum(rate(nginx_ingress_controller_requests{exported_service="web-canary"}[1m])) * 100',
    means: {
      kind: 'Share',
      bad: ['+nginx_ingress_controller_requests{status=~"4..",exported_service="web-canary"}'],
      total: ['+nginx_ingress_controller_requests{exported_service="web-canary"}'],
    },
  },
  {
    from: 'Argo',
    query:
      'sum(rate(http_requests_total{app="web",status!~"5.."}[2m])) / clamp_min(sum(rate(http_requests_total{app="web"}[2m])), 0.001)',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{app="web"}', '-http_requests_total{app="web",status!~"5.."}'],
      total: ['+http_requests_total{app="web"}'],
    },
  },
  {
    from: 'Argo',
    query:
      'sum(rate(istio_request_duration_milliseconds_sum{destination_service_name="{{args.service-name}}"}[2m])) / sum(rate(istio_request_duration_milliseconds_count{destination_service_name="{{args.service-name}}"}[2m]))',
    means: { kind: 'None', why: 'an average, a template variable in the matchers' },
  },
  {
    from: 'Argo',
    query:
      'histogram_quantile(0.95, sum(rate(istio_request_duration_milliseconds_bucket{reporter="source",destination_service=~"guestbook.default.svc.cluster.local"}[2m])) by (le))',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets:
        'istio_request_duration_milliseconds_bucket{reporter="source",destination_service=~"guestbook.default.svc.cluster.local"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Argo',
    query:
      '(sum(rate(http_requests_total{role="canary",code=~"5.."}[1m])) or vector(0)) / (sum(rate(http_requests_total{role="canary"}[1m])) > 0 or vector(1))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{role="canary",code=~"5.."}'],
      total: ['+http_requests_total{role="canary"}'],
    },
  },
  {
    from: 'Argo',
    query:
      '(sum(rate(http_requests_total{role="canary",code=~"5.."}[5m])) / sum(rate(http_requests_total{role="canary"}[5m]))) - (sum(rate(http_requests_total{role="stable",code=~"5.."}[5m])) / sum(rate(http_requests_total{role="stable"}[5m])))',
    means: { kind: 'None', why: 'the difference of two ratios' },
  },
  {
    from: 'Argo',
    query:
      'histogram_quantile(0.99, sum by (le) (rate(http_server_duration_milliseconds_bucket{service_name="{{args.service-name}}"}[5m])))',
    means: { kind: 'None', why: 'a template variable in the matchers' },
  },
  {
    from: 'Argo',
    query: 'sum(increase(kube_pod_container_status_restarts_total{namespace="shop"}[10m]))',
    means: { kind: 'None', why: 'a count of restarts' },
  },
  {
    from: 'OpenSLO',
    query:
      'sum(rate(http_requests_total{service="payments",code!~"5.."}[5m])) / sum(rate(http_requests_total{service="payments"}[5m]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{service="payments"}', '-http_requests_total{service="payments",code!~"5.."}'],
      total: ['+http_requests_total{service="payments"}'],
    },
  },
  {
    from: 'OpenSLO',
    query:
      'sum by (job) (rate(http_requests_total{job="web", code!~"2.."}[$window])) / sum by (job) (rate(http_requests_total{job="web"}[$window]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{job="web",code!~"2.."}'],
      total: ['+http_requests_total{job="web"}'],
    },
  },
  {
    from: 'OpenSLO',
    query:
      'sum(increase(http_server_request_duration_seconds_bucket{service_name="cart",le="0.25"}[28d])) / sum(increase(http_server_request_duration_seconds_count{service_name="cart"}[28d]))',
    means: {
      kind: 'Share',
      bad: [
        '+http_server_request_duration_seconds_count{service_name="cart"}',
        '-http_server_request_duration_seconds_bucket{service_name="cart",le="0.25"}',
      ],
      total: ['+http_server_request_duration_seconds_count{service_name="cart"}'],
    },
  },
  {
    from: 'OpenSLO',
    query:
      'histogram_quantile(0.99, sum by (le) (rate(latency_west_bucket{code="ALL",instance="localhost:3000"}[5m])))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets: 'latency_west_bucket{code="ALL",instance="localhost:3000"}',
      unit: 'Unclear',
    },
  },
  {
    from: 'OpenSLO',
    query:
      '1.00 - (sum(rate(gateway_api_status{exported_service="web", status="5xx"}[{{window}}])) / sum(rate(gateway_api_status{exported_service="web"}[{{window}}])))',
    means: {
      kind: 'Share',
      bad: ['+gateway_api_status{exported_service="web",status="5xx"}'],
      total: ['+gateway_api_status{exported_service="web"}'],
    },
  },
  {
    from: 'OpenSLO',
    query: 'avg_over_time(service:sli:latency_gt_2000:pctl10rate5m{exported_service="web"}[{{window}}])',
    means: { kind: 'None', why: 'recorded by a rule' },
  },
  {
    from: 'OpenSLO',
    query:
      'sum(rate(rpc_server_duration_milliseconds_count{service_name="cart",rpc_grpc_status_code=~"2|4|12|13|14|15"}[5m])) / sum(rate(rpc_server_duration_milliseconds_count{service_name="cart"}[5m]))',
    means: {
      kind: 'Share',
      bad: ['+rpc_server_duration_milliseconds_count{service_name="cart",rpc_grpc_status_code=~"2|4|12|13|14|15"}'],
      total: ['+rpc_server_duration_milliseconds_count{service_name="cart"}'],
    },
  },
  {
    from: 'OpenSLO',
    query:
      'sum(increase(orders_completed_total[30d])) / (sum(increase(orders_completed_total[30d])) + sum(increase(orders_failed_total[30d])))',
    means: { kind: 'Share', bad: ['+orders_failed_total'], total: ['+orders_completed_total', '+orders_failed_total'] },
  },
  {
    from: 'OpenSLO',
    query: 'sum(rate(search_responses_degraded_total[5m])) / sum(rate(search_requests_total[5m]))',
    means: { kind: 'Rate', bad: ['+search_responses_degraded_total'], total: ['+search_requests_total'] },
  },
  {
    from: 'OpenSLO',
    query: 'time() - max(batch_last_success_timestamp_seconds{job="nightly"})',
    means: { kind: 'None', why: 'the age of a timestamp' },
  },
  {
    from: 'Google',
    query:
      'sum(rate({"run.googleapis.com/request_count", monitored_resource="cloud_run_revision", response_code_class="5xx"}[5m])) / sum(rate({"run.googleapis.com/request_count", monitored_resource="cloud_run_revision"}[5m]))',
    means: {
      kind: 'Share',
      bad: ['+{"run.googleapis.com/request_count",monitored_resource="cloud_run_revision",response_code_class="5xx"}'],
      total: ['+{"run.googleapis.com/request_count",monitored_resource="cloud_run_revision"}'],
    },
  },
  {
    from: 'Google',
    query:
      'sum(rate(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web",response_code_class!="5xx"}[${__interval}])) / sum(rate(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web"}[${__interval}]))',
    means: {
      kind: 'Share',
      bad: [
        '+run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web"}',
        '-run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web",response_code_class!="5xx"}',
      ],
      total: ['+run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web"}'],
    },
  },
  {
    from: 'Google',
    query:
      'histogram_quantile(0.95, sum by ("le") (rate({"run.googleapis.com/request_latencies_bucket", monitored_resource="cloud_run_revision"}[5m])))',
    means: {
      kind: 'Time',
      percentile: 95,
      buckets: '{"run.googleapis.com/request_latencies_bucket",monitored_resource="cloud_run_revision"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Google',
    query:
      'histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{service_name="web",monitored_resource="cloud_run_revision"}[10m]))) > 30000',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Google',
    query:
      'histogram_quantile(0.99, sum by ("le") (increase(run_googleapis_com:request_latencies_bucket{monitored_resource="cloud_run_revision",service_name="web",response_code_class="2xx"}[1m])))',
    means: {
      kind: 'Time',
      percentile: 99,
      buckets:
        'run_googleapis_com:request_latencies_bucket{monitored_resource="cloud_run_revision",service_name="web",response_code_class="2xx"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Google',
    query:
      '(\n  sum (\n    increase(loadbalancing_googleapis_com:https_backend_request_count{response_code_class="500",monitored_resource="https_lb_rule",}[${__interval}])\n  )\n  /\n  sum (\n     increase(loadbalancing_googleapis_com:https_backend_request_count{monitored_resource="https_lb_rule",}[${__interval}])\n  )\n)\n',
    means: {
      kind: 'Share',
      bad: [
        '+loadbalancing_googleapis_com:https_backend_request_count{response_code_class="500",monitored_resource="https_lb_rule"}',
      ],
      total: ['+loadbalancing_googleapis_com:https_backend_request_count{monitored_resource="https_lb_rule"}'],
    },
  },
  {
    from: 'Google',
    query:
      'histogram_quantile(0.50, sum by(le, response_code) (rate(loadbalancing_googleapis_com:https_internal_total_latencies_bucket{monitored_resource="internal_http_lb_rule"}[1m])))',
    means: { kind: 'None', why: 'a series for each response code' },
  },
  {
    from: 'Google',
    query:
      '# median of the load balancer\nhistogram_quantile(\n  0.5,\n  sum by (le) (\n    rate(loadbalancing_googleapis_com:https_total_latencies_bucket{monitored_resource="https_lb_rule",url_map_name="web-map"}[1m])\n  )\n)',
    means: {
      kind: 'Time',
      percentile: 50,
      buckets:
        'loadbalancing_googleapis_com:https_total_latencies_bucket{monitored_resource="https_lb_rule",url_map_name="web-map"}',
      unit: 'Milliseconds',
    },
  },
  {
    from: 'Google',
    query:
      '(sum(rate(haproxy_frontend_http_responses_total{${Cluster},${Location},${Namespace},code="5xx"}[${__interval}])) / sum(rate(haproxy_frontend_http_responses_total{${Cluster},${Location},${Namespace}}[${__interval}]))) * 100',
    means: { kind: 'None', why: 'dashboard variables in the matchers' },
  },
  {
    from: 'Google',
    query:
      'sum(rate(aiplatform_googleapis_com:reasoning_engine_request_count{monitored_resource="aiplatform.googleapis.com/ReasoningEngine",response_code!="200"}[5m])) / sum(rate(aiplatform_googleapis_com:reasoning_engine_request_count{monitored_resource="aiplatform.googleapis.com/ReasoningEngine"}[5m])) * 100',
    means: {
      kind: 'Share',
      bad: [
        '+aiplatform_googleapis_com:reasoning_engine_request_count{monitored_resource="aiplatform.googleapis.com/ReasoningEngine",response_code!="200"}',
      ],
      total: [
        '+aiplatform_googleapis_com:reasoning_engine_request_count{monitored_resource="aiplatform.googleapis.com/ReasoningEngine"}',
      ],
    },
  },
  {
    from: 'Google',
    query:
      'sum (rate(workload_googleapis_com:solr_cache_hit_count{monitored_resource="gce_instance"}[${__interval}]))\n/\nsum (rate(workload_googleapis_com:solr_cache_lookup_count{monitored_resource="gce_instance"}[${__interval}]))',
    means: {
      kind: 'Rate',
      bad: [
        '+workload_googleapis_com:solr_cache_lookup_count{monitored_resource="gce_instance"}',
        '-workload_googleapis_com:solr_cache_hit_count{monitored_resource="gce_instance"}',
      ],
      total: ['+workload_googleapis_com:solr_cache_lookup_count{monitored_resource="gce_instance"}'],
    },
  },
  {
    from: 'Google',
    query:
      'sum(rate(http_requests_total{handler="/metrics", code=~"2.."}[window]))\n/\nsum(rate(http_requests_total{handler="/metrics"}[window]))',
    means: {
      kind: 'Share',
      bad: ['+http_requests_total{handler="/metrics"}', '-http_requests_total{handler="/metrics",code=~"2.."}'],
      total: ['+http_requests_total{handler="/metrics"}'],
    },
  },
  {
    from: 'Google',
    query:
      'max(pubsub_googleapis_com:subscription_oldest_unacked_message_age{monitored_resource="pubsub_subscription",subscription_id="orders"})',
    means: { kind: 'None', why: 'a gauge' },
  },
  {
    from: 'Google',
    query:
      '(sum(rate(Requests5XX[5m])) or vector(0))\n/\n((sum(rate(Requests2XX[5m])) or vector(0))\n+ (sum(rate(Requests4XX[5m])) or vector(0))\n+ (sum(rate(Requests5XX[5m])) or vector(0)))',
    means: { kind: 'Share', bad: ['+Requests5XX'], total: ['+Requests2XX', '+Requests4XX', '+Requests5XX'] },
  },
  {
    from: 'Google',
    query: 'avg(cloudsql_googleapis_com:database_cpu_utilization{monitored_resource="cloudsql_database"}) > 0.8',
    means: { kind: 'None', why: 'a gauge, compared with a threshold' },
  },
  {
    from: 'Google',
    query:
      'sum(rate(cloudfunctions_googleapis_com:function_execution_count{monitored_resource="cloud_function",status="ok"}[5m])) / sum(rate(cloudfunctions_googleapis_com:function_execution_count{monitored_resource="cloud_function"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+cloudfunctions_googleapis_com:function_execution_count{monitored_resource="cloud_function"}',
        '-cloudfunctions_googleapis_com:function_execution_count{monitored_resource="cloud_function",status="ok"}',
      ],
      total: ['+cloudfunctions_googleapis_com:function_execution_count{monitored_resource="cloud_function"}'],
    },
  },
  {
    from: 'Google',
    query:
      'sum(rate({"run.googleapis.com/request_count", monitored_resource="cloud_run_revision", service_name="web", response_code_class="5xx"}[5m])) / sum(rate({"run.googleapis.com/request_count", monitored_resource="cloud_run_revision", service_name="web"}[5m])) > 0.05',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Google',
    query:
      '1 - sum(increase(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web",response_code=~"5.."}[1h])) / sum(increase(run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web"}[1h]))',
    means: {
      kind: 'Share',
      bad: [
        '+run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web",response_code=~"5.."}',
      ],
      total: ['+run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name="web"}'],
    },
  },
  {
    from: 'Google',
    query:
      'rate(run_googleapis_com:request_count{service_name="web", response_code_class="5xx"}[5m])\n  /\nrate(run_googleapis_com:request_count{service_name="web"}[5m])\n  * 100',
    means: { kind: 'None', why: 'not summed, a series for each set of labels' },
  },
  {
    from: 'Google',
    query:
      'histogram_quantile(0.99, sum by (le) (rate(run_googleapis_com:container_memory_utilizations_bucket{monitored_resource="cloud_run_revision",service_name="web"}[5m])))',
    means: { kind: 'None', why: 'memory, not a duration' },
  },
  {
    from: 'Google',
    query:
      'sum by ("response_code_class") (rate({"run.googleapis.com/request_count", monitored_resource="cloud_run_revision", service_name="web"}[1m]))',
    means: { kind: 'None', why: 'requests a second, a series for each response class' },
  },
  {
    from: 'Google',
    query:
      'sum(rate({"__name__"="run.googleapis.com/request_count","monitored_resource"="cloud_run_revision","response_code_class"="5xx"}[5m])) / sum(rate({"__name__"="run.googleapis.com/request_count","monitored_resource"="cloud_run_revision"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+{"__name__"="run.googleapis.com/request_count","monitored_resource"="cloud_run_revision","response_code_class"="5xx"}',
      ],
      total: ['+{"__name__"="run.googleapis.com/request_count","monitored_resource"="cloud_run_revision"}'],
    },
  },
  {
    from: 'Google',
    query:
      'sum by (service_name) (rate({"run.googleapis.com/request_count", monitored_resource="cloud_run_revision", service_name="web", response_code_class!="5xx"}[5m])) / sum by (service_name) (rate({"run.googleapis.com/request_count", monitored_resource="cloud_run_revision", service_name="web"}[5m]))',
    means: {
      kind: 'Share',
      bad: [
        '+{"run.googleapis.com/request_count",monitored_resource="cloud_run_revision",service_name="web"}',
        '-{"run.googleapis.com/request_count",monitored_resource="cloud_run_revision",service_name="web",response_code_class!="5xx"}',
      ],
      total: ['+{"run.googleapis.com/request_count",monitored_resource="cloud_run_revision",service_name="web"}'],
    },
  },
  {
    from: 'Alert',
    query:
      'sum(rate(nginx_http_requests_total{status=~"^5.."}[1m])) / sum(rate(nginx_http_requests_total[1m])) * 100 > 5 and sum(rate(nginx_http_requests_total[1m])) > 0',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Alert',
    query:
      'histogram_quantile(0.99, sum(rate(nginx_http_request_duration_seconds_bucket[2m])) by (host, node, le)) > 3',
    means: { kind: 'None', why: 'compared with a threshold, a series for each host and node' },
  },
  {
    from: 'Alert',
    query:
      '((sum by (proxy) (rate(haproxy_server_http_responses_total{code="5xx"}[1m])) / sum by (proxy) (rate(haproxy_server_http_responses_total[1m]))) * 100) > 5',
    means: { kind: 'None', why: 'compared with a threshold, a series for each proxy' },
  },
  {
    from: 'Alert',
    query:
      'sum by (server) (rate(haproxy_server_response_errors_total[1m]) * 100) / sum by (server) (rate(haproxy_server_http_responses_total[1m])) > 5',
    means: { kind: 'None', why: 'compared with a threshold, a series for each server' },
  },
  {
    from: 'Alert',
    query:
      'rate(envoy_cluster_upstream_rq_timeout[5m]) / rate(envoy_cluster_upstream_rq_completed[5m]) * 100 > 5 and rate(envoy_cluster_upstream_rq_completed[5m]) > 0',
    means: { kind: 'None', why: 'compared with a threshold, not summed' },
  },
  {
    from: 'Alert',
    query:
      'sum(rate(response_total{classification="failure"}[1m])) by (deployment, statefulset, daemonset) / sum(rate(response_total[1m])) by (deployment, statefulset, daemonset) * 100 > 10',
    means: { kind: 'None', why: 'compared with a threshold, a series for each workload' },
  },
  {
    from: 'Alert',
    query: 'sum(rate(pilot_xds_push_errors[1m])) / sum(rate(pilot_xds_pushes[1m])) * 100 > 5',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Alert',
    query:
      'rate(istio_request_duration_milliseconds_sum{reporter="destination"}[1m]) / rate(istio_request_duration_milliseconds_count{reporter="destination"}[1m]) > 100',
    means: { kind: 'None', why: 'an average, compared with a threshold' },
  },
  {
    from: 'Alert',
    query:
      '( rate(alertmanager_notifications_failed_total{job="alertmanager"}[15m]) / ignoring (reason) group_left rate(alertmanager_notifications_total{job="alertmanager"}[15m]) ) > 0.01',
    means: { kind: 'None', why: 'compared with a threshold, not summed' },
  },
  {
    from: 'Alert',
    query:
      'sum by (datname) (rate(pg_stat_database_blks_hit{datname!~"template.*|postgres"}[5m])) / (sum by (datname) (rate(pg_stat_database_blks_hit{datname!~"template.*|postgres"}[5m])) + sum by (datname) (rate(pg_stat_database_blks_read{datname!~"template.*|postgres"}[5m]))) < 0.98',
    means: { kind: 'None', why: 'compared with a threshold, a series for each database' },
  },
  {
    from: 'Alert',
    query:
      'rate(oracledb_activity_user_rollbacks[5m]) / (rate(oracledb_activity_user_commits[5m]) + rate(oracledb_activity_user_rollbacks[5m])) * 100 > 20',
    means: { kind: 'None', why: 'compared with a threshold, not summed' },
  },
  {
    from: 'Alert',
    query:
      '100 * sum(rate(grpc_server_handled_total{job=~".*etcd.*", grpc_code=~"Unknown|FailedPrecondition|ResourceExhausted|Internal|Unavailable|DataLoss|DeadlineExceeded"}[5m])) without (grpc_type, grpc_code) / sum(rate(grpc_server_handled_total{job=~".*etcd.*"}[5m])) without (grpc_type, grpc_code) > 1',
    means: { kind: 'None', why: 'compared with a threshold, a series for each method' },
  },
  {
    from: 'Alert',
    query:
      'histogram_quantile(0.99, rate(etcd_network_peer_round_trip_time_seconds_bucket{job=~".*etcd.*"}[5m])) > 0.15',
    means: { kind: 'None', why: 'compared with a threshold, not summed' },
  },
  {
    from: 'Alert',
    query:
      'sum without (pod, instance, server, zone, view, rcode, plugin) (rate(coredns_dns_responses_total{job="kube-dns",rcode="SERVFAIL"}[5m])) / sum without (pod, instance, server, zone, view, rcode, plugin) (rate(coredns_dns_responses_total{job="kube-dns"}[5m])) > 0.03',
    means: { kind: 'None', why: 'compared with a threshold, a series for each remaining set of labels' },
  },
  {
    from: 'Alert',
    query:
      '100 * ( ( sum by(cluster, namespace) (rate(cortex_querier_storegateway_refetches_per_query_count[5m])) - sum by(cluster, namespace) (rate(cortex_querier_storegateway_refetches_per_query_bucket{le="0.0"}[5m])) ) / sum by(cluster, namespace) (rate(cortex_querier_storegateway_refetches_per_query_count[5m])) ) > 1',
    means: { kind: 'None', why: 'compared with a threshold, a series for each cluster and namespace' },
  },
  {
    from: 'Alert',
    query: 'node_quantile:kubelet_pleg_relist_duration_seconds:histogram_quantile{quantile="0.99"} >= 10',
    means: { kind: 'None', why: 'recorded by a rule, compared with a threshold' },
  },
  {
    from: 'Alert',
    query: '100 - (avg by(instance) (rate(node_cpu_seconds_total{mode="idle"}[2m])) * 100) > 80',
    means: { kind: 'None', why: 'CPU seconds, compared with a threshold' },
  },
  {
    from: 'Alert',
    query: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes * 100 < 10',
    means: { kind: 'None', why: 'bytes of memory, compared with a threshold' },
  },
  {
    from: 'Alert',
    query:
      'sum(increase(container_cpu_cfs_throttled_periods_total{container!=""}[5m])) by (container, pod, namespace) / sum(increase(container_cpu_cfs_periods_total[5m])) by (container, pod, namespace) > ( 25 / 100 )',
    means: { kind: 'None', why: 'compared with a threshold, a series for each container' },
  },
  {
    from: 'Alert',
    query:
      '( histogram_quantile(0.99, sum by (job, le) (rate(http_request_duration_seconds_bucket{job=~".*thanos-query.*", handler="query"}[5m]))) > 40 and sum by (job) (rate(http_request_duration_seconds_bucket{job=~".*thanos-query.*", handler="query"}[5m])) > 0 )',
    means: { kind: 'None', why: 'compared with a threshold, a series for each job' },
  },
  {
    from: 'Alert',
    query:
      '(sum(rate(http_requests_total{job="api",code=~"5.."}[1h])) / sum(rate(http_requests_total{job="api"}[1h])) > (14.4 * 0.001)) and (sum(rate(http_requests_total{job="api",code=~"5.."}[5m])) / sum(rate(http_requests_total{job="api"}[5m])) > (14.4 * 0.001))',
    means: { kind: 'None', why: 'compared with a threshold in two windows' },
  },
  {
    from: 'Alert',
    query: 'avg_over_time(probe_success{job="blackbox"}[5m]) * 100 < 95',
    means: { kind: 'None', why: 'a gauge, compared with a threshold' },
  },
  {
    from: 'Alert',
    query:
      'histogram_quantile(0.95, sum( rate( argocd_app_reconcile_bucket{ job=~"(argocd|argo-cd).*" }[2m] ) ) by (cluster, namespace, le) ) > 60',
    means: { kind: 'None', why: 'compared with a threshold, a series for each namespace' },
  },
  {
    from: 'Alert',
    query:
      '100 * rate(task_scheduler_total_execute_failure{}[5m])/clamp_min(rate(task_scheduler_total_execution_calls{}[5m]), 1) >= 25',
    means: { kind: 'None', why: 'compared with a threshold, not summed' },
  },
  {
    from: 'Alert',
    query:
      'increase(varnish_main_cache_hit{}[10m]) / (clamp_min((increase(varnish_main_cache_hit{}[10m]) + increase(varnish_main_cache_miss{}[10m])), 1)) * 100 < 80 and (increase(varnish_main_cache_hit{}[10m]) + increase(varnish_main_cache_miss{}[10m]) > 0)',
    means: { kind: 'None', why: 'compared with a threshold, not summed' },
  },
  {
    from: 'Alert',
    query:
      'sum by (job,cluster,instance) (increase(tomcat_errorcount_total{}[5m]) / increase(tomcat_requestcount_total{}[5m]) * 100) > 5',
    means: { kind: 'None', why: 'a sum of ratios, compared with a threshold' },
  },
  {
    from: 'Alert',
    query: 'sum(rate(http_requests_total{code!~"5.."}[1h])) / sum(rate(http_requests_total[1h])) < 0.999',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Alert',
    query: 'sum(rate(http_requests_total{job="api",code=~"5.."}[5m])) > 1',
    means: { kind: 'None', why: 'errors a second, compared with a threshold' },
  },
  {
    from: 'Alert',
    query: 'histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket{job="api"}[5m])) by (le)) > 0.5',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Alert',
    query:
      '(sum(rate(http_requests_total{service="web"}[10m])) - sum(rate(http_requests_total{service="web",code=~"5.."}[10m]))) / sum(rate(http_requests_total{service="web"}[10m])) * 100 <= 99.5',
    means: { kind: 'None', why: 'compared with a threshold' },
  },
  {
    from: 'Alert',
    query:
      'sum(rate(apiserver_request_terminations_total{job="apiserver"}[10m])) / (sum(rate(apiserver_request_total{job="apiserver"}[10m])) + sum(rate(apiserver_request_terminations_total{job="apiserver"}[10m])))',
    means: {
      kind: 'Share',
      bad: ['+apiserver_request_terminations_total{job="apiserver"}'],
      total: ['+apiserver_request_total{job="apiserver"}', '+apiserver_request_terminations_total{job="apiserver"}'],
    },
  },
  {
    from: 'Alert',
    query:
      '(sum(rate(kube_state_metrics_list_total{job="kube-state-metrics",result="error"}[5m])) / sum(rate(kube_state_metrics_list_total{job="kube-state-metrics"}[5m])) and sum(rate(kube_state_metrics_list_total{job="kube-state-metrics"}[5m])) > 0)',
    means: {
      kind: 'Share',
      bad: ['+kube_state_metrics_list_total{job="kube-state-metrics",result="error"}'],
      total: ['+kube_state_metrics_list_total{job="kube-state-metrics"}'],
    },
  },
  {
    from: 'Alert',
    query:
      'sum(rate(node_network_receive_errs_total{job="node"}[2m])) / sum(rate(node_network_receive_packets_total{job="node"}[2m]))',
    means: {
      kind: 'Rate',
      bad: ['+node_network_receive_errs_total{job="node"}'],
      total: ['+node_network_receive_packets_total{job="node"}'],
    },
  },
  {
    from: 'Alert',
    query:
      '100 * (1 - sum(rate(thanos_objstore_bucket_operation_failures_total[5m])) / sum(rate(thanos_objstore_bucket_operations_total[5m])))',
    means: {
      kind: 'Rate',
      bad: ['+thanos_objstore_bucket_operation_failures_total'],
      total: ['+thanos_objstore_bucket_operations_total'],
    },
  },
  {
    from: 'Alert',
    query:
      '100 * sum(rate(gitlab_ci_runner_authentication_failure_total{}[5m])) / (sum(rate(gitlab_ci_runner_authentication_success_total{}[5m])) + sum(rate(gitlab_ci_runner_authentication_failure_total{}[5m])))',
    means: {
      kind: 'Share',
      bad: ['+gitlab_ci_runner_authentication_failure_total'],
      total: ['+gitlab_ci_runner_authentication_success_total', '+gitlab_ci_runner_authentication_failure_total'],
    },
  },
  {
    from: 'Alert',
    query: 'histogram_quantile(0.99, sum by (le) (rate(jaeger_collector_save_latency_bucket[1m])))',
    means: { kind: 'Time', percentile: 99, buckets: 'jaeger_collector_save_latency_bucket', unit: 'Unclear' },
  },
];
