/** What `kubectl get` prints of each kind: of policies the CRD says it, of the others every API server does. */
import { asCoreEvent } from './events.ts';
import { type ApiObject, child, type JsonObject } from './object.ts';
import { apiEvents, coreEvents, leaseResource, namespaceResource, type Resource, sloPolicies } from './resources.ts';
import type { Column, Printed } from './table.ts';

const column = (name: string, jsonPath: string, type = 'string'): Column => ({ name, jsonPath, type });
const wide = (name: string, jsonPath: string, type = 'string'): Column => ({ name, jsonPath, type, priority: 1 });
const name = column('Name', '.metadata.name');
const age = column('Age', '.metadata.creationTimestamp', 'date');

const eventColumns = [
  column('Last Seen', '.lastTimestamp', 'date'),
  column('Type', '.type'),
  column('Reason', '.reason'),
  column('Object', '.object'),
  wide('Source', '.reportingComponent'),
  column('Message', '.message'),
  wide('First Seen', '.firstTimestamp', 'date'),
  wide('Count', '.count', 'integer'),
  wide('Name', '.metadata.name'),
];

const columnsOf = new Map<Resource, readonly Column[]>([
  [apiEvents, eventColumns],
  [coreEvents, eventColumns],
  [namespaceResource, [name, column('Status', '.status.phase'), age]],
  [leaseResource, [name, column('Holder', '.spec.holderIdentity'), age]],
]);

export function printed(resource: Resource, policyColumns: readonly Column[]): Printed {
  if (resource === sloPolicies) return { columns: [name, ...policyColumns], row: itself };
  return { columns: columnsOf.get(resource)!, row: columnsOf.get(resource) === eventColumns ? eventRow : itself };
}

const itself = (object: ApiObject): JsonObject => object;

/** An event in either of its forms. */
function eventRow(event: ApiObject): JsonObject {
  const core = event.regarding === undefined ? event : asCoreEvent(event);
  const about = child(core, 'involvedObject');
  return { ...core, object: `${String(about.kind).toLowerCase()}/${about.name}` };
}
