/** What an instrumented app exports: one set of series for each instance, gone with it. */
import type { SeriesHandle, SeriesStore } from '../series/store.ts';
import { answerCodes, type Counters, type Instance } from '../world/instance.ts';
import { addLatencies, countOf, edgesOf, noLatencies } from '../world/latency.ts';
import { HistogramSeries } from './series.ts';

/** The one that there is. */
const route = '/';

export class AppMetrics {
  readonly #store: SeriesStore;
  readonly #labels: { readonly job: string; readonly instance: string; readonly revision_name: string };
  readonly #requests = new Map<string, SeriesHandle>();
  readonly #duration: HistogramSeries;
  readonly #edges: readonly number[];
  readonly #websockets: WebSocketMetrics | null;
  readonly #database: DatabaseClientMetrics | null;

  /** `boundaries`: in seconds, as the app writes them. */
  constructor(
    store: SeriesStore,
    service: string,
    revision: string,
    instance: Instance,
    options: { readonly websockets: boolean; readonly database: boolean; readonly boundaries: readonly string[] },
  ) {
    const { websockets, database, boundaries } = options;
    this.#store = store;
    this.#labels = { job: service, instance: `${instance.id}:8080`, revision_name: revision };
    this.#duration = new HistogramSeries(store, 'http_server_duration_seconds', { ...this.#labels, route }, boundaries);
    this.#edges = edgesOf(boundaries.map((seconds) => Math.round(Number(seconds) * 1000)));
    this.#database = database ? new DatabaseClientMetrics(store, this.#labels) : null;
    this.#websockets = websockets ? new WebSocketMetrics(store, this.#labels, boundaries, this.#edges) : null;
  }

  write(atMs: number, counters: Counters): void {
    const latencies = noLatencies();
    counters.answers.forEach((counts, i) => {
      addLatencies(latencies, counts);
      this.#writeRequests(atMs, answerCodes[i]!.status, countOf(counts));
    });
    this.#duration.writeLatencies(atMs, countOf(latencies), latencies, this.#edges, 1000);
    this.#websockets?.write(atMs, counters);
    this.#database?.write(atMs, counters);
  }

  /** A counter with a status label is born with the first answer of that status. */
  #writeRequests(atMs: number, status: string, count: number): void {
    if (count === 0) return;
    let series = this.#requests.get(status);
    if (series === undefined) {
      series = this.#store.series('http_requests_total', { ...this.#labels, status, route });
      this.#requests.set(status, series);
    }
    series.append(atMs, count);
  }
}

/** As a pool of connections counts them. */
class DatabaseClientMetrics {
  readonly #connections: SeriesHandle;
  readonly #errors: SeriesHandle;

  constructor(store: SeriesStore, labels: Readonly<Record<string, string>>) {
    this.#connections = store.series('db_connections_total', labels);
    this.#errors = store.series('db_connection_errors_total', labels);
  }

  write(atMs: number, { databaseConnections, databaseErrors }: Counters): void {
    this.#connections.append(atMs, databaseConnections);
    this.#errors.append(atMs, databaseErrors);
  }
}

class WebSocketMetrics {
  readonly #connections: SeriesHandle;
  readonly #disconnects: SeriesHandle;
  readonly #messages: HistogramSeries;

  readonly #edges: readonly number[];

  constructor(
    store: SeriesStore,
    labels: Readonly<Record<string, string>>,
    boundaries: readonly string[],
    edges: readonly number[],
  ) {
    this.#edges = edges;
    this.#connections = store.series('ws_connections_total', labels);
    this.#disconnects = store.series('ws_disconnects_total', labels);
    this.#messages = new HistogramSeries(store, 'ws_message_duration_seconds', labels, boundaries);
  }

  write(atMs: number, counters: Counters): void {
    this.#connections.append(atMs, counters.connections);
    this.#disconnects.append(atMs, counters.disconnects);
    this.#messages.writeLatencies(atMs, countOf(counters.messages), counters.messages, this.#edges, 1000);
  }
}
