/** The names and label matchers of PromQL text. Every value that comes from outside passes through `quoted` or `anyOf`. */
import type { ServiceRef } from '../policy/policy.ts';

/** Cloud Run's own metrics as Google Managed Prometheus names them; a distribution has the suffixes of a histogram. */
export const requestCount = 'run_googleapis_com:request_count';
export const requestLatencies = 'run_googleapis_com:request_latencies_bucket';

/** Cloud Run samples its own metrics once a minute. */
export const platformIntervalMs = 60_000;

/** A PromQL string literal. Nothing but these three can end or change a double-quoted string. */
export function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** A quoted regular expression (RE2, anchored by PromQL itself) that matches exactly these values. */
export function anyOf(values: readonly string[]): string {
  return quoted(values.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'));
}

/** The matchers that select one service's series, to be put between braces. */
export function serviceScope(service: ServiceRef): string {
  return [
    'monitored_resource="cloud_run_revision"',
    `project_id=${quoted(service.project)}`,
    `location=${quoted(service.region)}`,
    `service_name=${quoted(service.name)}`,
  ].join(',');
}
