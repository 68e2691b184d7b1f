/** What the lab's API server serves. */
import { group, kind, plural, version } from '../../policy/api.ts';

/** Such as spec.objectives by name. */
export interface ListMap {
  readonly parent: string;
  readonly field: string;
  readonly key: string;
}

/** What this API server serves, as discovery tells it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Declared by a CRD: whoever writes one has to say what it is. */
  readonly custom: boolean;
  /** Has a /status subresource: status is written there and nowhere else. */
  readonly status: boolean;
  /** Counts changes of its specification. */
  readonly generation: boolean;
  /** A replacement may leave out which resourceVersion it was made from. */
  readonly unconditionalUpdate: boolean;
  /** Lists that are maps by one field of their items, as the CRD declares them. */
  readonly listMaps: readonly ListMap[];
  /** What a field selector may name besides the name, and the namespace of what has one. */
  readonly selectable: readonly string[];
  /** At most this many are kept; with `dropsOldest` the oldest make room, else creating more is refused. */
  readonly limit: number;
  readonly dropsOldest: boolean;
}

const plain = {
  shortNames: [],
  categories: [],
  namespaced: true,
  custom: false,
  status: false,
  generation: false,
  unconditionalUpdate: false,
  listMaps: [],
  selectable: [],
  limit: 10_000,
  dropsOldest: false,
};

export const sloPolicies: Resource = {
  ...plain,
  group,
  version,
  plural,
  singular: 'slopolicy',
  kind,
  shortNames: ['slo'],
  categories: ['steadyrun'],
  custom: true,
  status: true,
  generation: true,
  listMaps: [
    { parent: 'spec', field: 'objectives', key: 'name' },
    { parent: 'status', field: 'conditions', key: 'type' },
  ],
};

const partsOf = (reference: string): readonly string[] =>
  ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (part) => `${reference}.${part}`,
  );

export const apiEvents: Resource = {
  ...plain,
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  singular: 'event',
  kind: 'Event',
  shortNames: ['ev'],
  unconditionalUpdate: true,
  selectable: [...partsOf('regarding'), 'reason', 'reportingController', 'type'],
  dropsOldest: true,
};

/** The same events as the core API shows them, which is where kubectl looks; read only. */
export const coreEvents: Resource = {
  ...apiEvents,
  group: '',
  selectable: [...partsOf('involvedObject'), 'reason', 'reportingComponent', 'source', 'type'],
};

export const leaseResource: Resource = {
  ...plain,
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  singular: 'lease',
  kind: 'Lease',
};

export const namespaceResource: Resource = {
  ...plain,
  group: '',
  version: 'v1',
  plural: 'namespaces',
  singular: 'namespace',
  kind: 'Namespace',
  shortNames: ['ns'],
  unconditionalUpdate: true,
  namespaced: false,
  selectable: ['status.phase'],
};

const rules = { ...plain, version: 'v1', custom: true, generation: true };

/** Of Google Managed Prometheus; whatever their rules say is taken. */
const globalRules: Resource = {
  ...rules,
  group: 'monitoring.googleapis.com',
  plural: 'globalrules',
  singular: 'globalrules',
  kind: 'GlobalRules',
  namespaced: false,
  status: true,
};

/** Of the Prometheus operator. */
const prometheusRules: Resource = {
  ...rules,
  group: 'monitoring.coreos.com',
  plural: 'prometheusrules',
  singular: 'prometheusrule',
  kind: 'PrometheusRule',
  shortNames: ['promrule'],
  categories: ['prometheus-operator'],
  listMaps: [{ parent: 'spec', field: 'groups', key: 'name' }],
};

export const served: readonly Resource[] = [
  sloPolicies,
  apiEvents,
  coreEvents,
  leaseResource,
  namespaceResource,
  globalRules,
  prometheusRules,
];

export const groupVersion = (resource: Resource): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;

/** slopolicies.steadyrun.dev, as error messages name it. */
export const qualified = (resource: Resource): string =>
  resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
