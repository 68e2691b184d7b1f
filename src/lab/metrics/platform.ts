/** Cloud Run's own metrics of one revision, as Cloud Monitoring names them in PromQL. Latencies are in milliseconds. */
import type { ServiceRef } from '../../facts/service.ts';
import type { Labels, SeriesHandle, SeriesStore } from '../series/store.ts';
import { answerCodes } from '../world/instance.ts';
import { countOf, platformBoundariesMs, platformEdges } from '../world/latency.ts';
import type { Revision } from '../world/revision.ts';
import { HistogramSeries, Observations } from './series.ts';

/** Of one percent each, as Cloud Run's are said to be. */
const utilizations = Array.from({ length: 100 }, (_, i) => (i + 1) / 100);
/** To 1000 and a little beyond. */
const concurrencies = Array.from({ length: 74 }, (_, i) => Number((1.1 ** i).toFixed(4)));
export const platformPrefix = 'run_googleapis_com:';
export const platformIntervalMs = 60_000;

/** Whether it is Google's own, seen as late as all of them. */
export const isGoogles = (metric: string): boolean => /^\w+_googleapis_com:/.test(metric);

/** Whether Google stores it as changes (DELTA): all that Google writes but for how many instances there are. */
export const isChanges = (metric: string): boolean =>
  isGoogles(metric) && metric !== `${platformPrefix}container_instance_count`;

export class PlatformMetrics {
  readonly #store: SeriesStore;
  readonly #labels: Labels;
  readonly #answers = new Map<number, { count: SeriesHandle; latencies: HistogramSeries }>();
  readonly #cpu: Observations;
  readonly #memory: Observations;
  readonly #concurrency: Observations;
  readonly #active: SeriesHandle;
  readonly #idle: SeriesHandle;

  constructor(store: SeriesStore, service: ServiceRef, revision: string) {
    this.#store = store;
    this.#labels = {
      monitored_resource: 'cloud_run_revision',
      project_id: service.project,
      location: service.region,
      service_name: service.name,
      configuration_name: service.name,
      revision_name: revision,
    };
    this.#cpu = this.#observations('container_cpu_utilizations', {}, utilizations);
    this.#memory = this.#observations('container_memory_utilizations', {}, utilizations);
    this.#concurrency = this.#observations('container_max_request_concurrencies', { state: 'active' }, concurrencies);
    this.#active = this.#series('container_instance_count', { state: 'active' });
    this.#idle = this.#series('container_instance_count', { state: 'idle' });
  }

  write(atMs: number, revision: Revision): void {
    const { fleet } = revision;
    const ready = fleet.ready(atMs);
    fleet.counters().answers.forEach((latencies, i) => {
      const count = countOf(latencies);
      if (count === 0) return;
      const series = this.#answerSeries(i);
      series.count.append(atMs, count);
      series.latencies.writeLatencies(atMs, count, latencies, platformEdges, 1);
    });
    this.#observe(revision, atMs);
    const active = Math.min(ready.length, fleet.wanted);
    this.#active.append(atMs, active);
    this.#idle.append(atMs, ready.length - active);
  }

  #observe({ fleet, resources, behaviour }: Revision, atMs: number): void {
    for (const { instance, cpuSeconds, mostInFlight, peakInFlight } of fleet.seen(atMs)) {
      const livedMs = Math.max(1000, Math.min(platformIntervalMs, atMs - instance.readyMs));
      const memoryMib = behaviour.memoryMib.base + behaviour.memoryMib.perRequest * mostInFlight;
      this.#cpu.observe(Math.min(1, (cpuSeconds * 1000) / livedMs));
      this.#memory.observe(Math.min(1, memoryMib / resources.memoryMib));
      this.#concurrency.observe(peakInFlight);
    }
    for (const observations of [this.#cpu, this.#memory, this.#concurrency]) observations.write(atMs);
  }

  /** Born with the first request that is answered so. */
  #answerSeries(index: number): { count: SeriesHandle; latencies: HistogramSeries } {
    const known = this.#answers.get(index);
    if (known !== undefined) return known;
    const { status, statusClass } = answerCodes[index]!;
    const labels = { ...this.#labels, response_code: status, response_code_class: statusClass };
    const made = {
      count: this.#store.series(`${platformPrefix}request_count`, labels),
      latencies: new HistogramSeries(this.#store, `${platformPrefix}request_latencies`, labels, platformBoundariesMs),
    };
    this.#answers.set(index, made);
    return made;
  }

  #series(name: string, labels: Labels): SeriesHandle {
    return this.#store.series(`${platformPrefix}${name}`, { ...this.#labels, ...labels });
  }

  #observations(name: string, labels: Labels, boundaries: readonly number[]): Observations {
    return new Observations(this.#store, `${platformPrefix}${name}`, { ...this.#labels, ...labels }, boundaries);
  }
}
