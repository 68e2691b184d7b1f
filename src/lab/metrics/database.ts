/** What Cloud SQL itself tells of a database that a service's instances connect to: nothing of revisions. */
import type { ServiceRef } from '../../facts/service.ts';
import type { SeriesHandle, SeriesStore } from '../series/store.ts';
import type { Revision } from '../world/revision.ts';

const closed = 'cloudsql_googleapis_com:client_connector_closed_connection_count';

export class DatabaseMetrics {
  readonly #success: SeriesHandle;
  readonly #error: SeriesHandle;

  /** Each service has a database of its own, which is called as it is. */
  constructor(store: SeriesStore, { project, region, name }: ServiceRef) {
    const monitored_resource = 'cloudsql.googleapis.com/InstanceClient';
    const labels = { monitored_resource, project_id: project, location: region, resource_id: name };
    this.#success = store.series(closed, { ...labels, status: 'success' });
    this.#error = store.series(closed, { ...labels, status: 'error' });
  }

  write(atMs: number, revisions: Iterable<Revision>): void {
    let [connections, errors] = [0, 0];
    for (const { fleet } of revisions) {
      const { databaseConnections, databaseErrors } = fleet.counters();
      connections += databaseConnections;
      errors += databaseErrors;
    }
    this.#success.append(atMs, connections - errors);
    this.#error.append(atMs, errors);
  }
}
