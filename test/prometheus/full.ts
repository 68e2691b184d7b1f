/** Tables of what a service's instances showed, minute by minute, as Cloud Run's own metrics have it. */
import type { ServiceRef } from '../../src/facts/service.ts';
import type { SeriesStore } from '../../src/lab/series/store.ts';

export const minuteMs = 60_000;
export const startMs = Date.parse('2026-01-05T08:00:00Z');
export const at = (minute: number): number => startMs + minute * minuteMs;

const utilizations = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
const concurrencies = [1, 2, 5, 10, 20, 50, 80, 100];

/** What a minute's instances showed, one number each. */
export interface Shown {
  readonly cpu: readonly number[];
  readonly memory: readonly number[];
  readonly inFlight: readonly number[];
  readonly requests: number;
  readonly latencyMs: number;
}
/** null: nothing is written. */
export type Minutes = readonly (Partial<Shown> | null)[];

/** The first minute of a table ends at 1; at 0 all counters stand at 0. */
export function written(
  store: SeriesStore,
  service: ServiceRef,
  byRevision: Readonly<Record<string, Minutes>>,
): SeriesStore {
  const labels = {
    monitored_resource: 'cloud_run_revision',
    project_id: service.project,
    location: service.region,
    service_name: service.name,
    configuration_name: service.name,
  };
  for (const [revision_name, minutes] of Object.entries(byRevision)) {
    const of = (name: string, more = {}) =>
      store.series(`run_googleapis_com:${name}`, { ...labels, revision_name, ...more });
    const counter = (name: string, more = {}) => {
      const series = of(name, more);
      let total = 0;
      series.append(at(0), 0);
      return (atMs: number, by: number) => {
        total += by;
        series.append(atMs, total);
      };
    };
    const histogram = (name: string, bounds: readonly number[], more = {}) => {
      const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound) => {
        const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
        return { bound, add: counter(`${name}_bucket`, { ...more, le }) };
      });
      return (atMs: number, seen: readonly number[]) => {
        for (const { bound, add } of buckets) add(atMs, seen.filter((value) => value <= bound).length);
      };
    };
    const cpu = histogram('container_cpu_utilizations', utilizations);
    const memory = histogram('container_memory_utilizations', utilizations);
    const inFlight = histogram('container_max_request_concurrencies', concurrencies, { state: 'active' });
    const idleInFlight = histogram('container_max_request_concurrencies', concurrencies, { state: 'idle' });
    const active = of('container_instance_count', { state: 'active' });
    const idle = of('container_instance_count', { state: 'idle' });
    const answers = (['2xx', '5xx'] as const).map((response_code_class) => ({
      count: counter('request_count', { response_code_class }),
      sum: counter('request_latencies_sum', { response_code_class }),
      counted: counter('request_latencies_count', { response_code_class }),
    }));
    minutes.forEach((shown, i) => {
      if (shown === null) return;
      const atMs = at(i + 1);
      if (shown.cpu) {
        cpu(atMs, shown.cpu);
        active.append(atMs, shown.cpu.length);
        idle.append(atMs, 7);
      }
      if (shown.memory) memory(atMs, shown.memory);
      if (shown.inFlight) inFlight(atMs, shown.inFlight);
      idleInFlight(atMs, [1, 1, 1, 1]);
      const { requests, latencyMs = 0 } = shown;
      if (requests === undefined) return;
      for (const { count, sum, counted } of answers) {
        count(atMs, requests / 2);
        sum(atMs, (requests / 2) * latencyMs);
        counted(atMs, requests / 2);
      }
    });
  }
  return store;
}

/** Within the bucket that ends at the highest. */
export const full: Shown = { cpu: [0.5, 0.5, 0.5], memory: [0.7], inFlight: [2, 2, 2], requests: 600, latencyMs: 250 };
