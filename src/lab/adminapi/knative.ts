/** The Admin API v1, which is what gcloud speaks: services and revisions in Knative's shape. */
import { type JsonObject, listIn, objectIn } from '../world/json.ts';
import { Refusal } from '../world/refusal.ts';
import type { Service } from '../world/service.ts';
import type { World } from '../world.ts';
import type { Call } from './calls.ts';
import { wantedOf } from './knative-accept.ts';
import { revisionShown, serviceShown } from './knative-show.ts';

/** `/apis/serving.knative.dev/v1/namespaces/acme/services/api`. */
const callPath =
  /^\/apis\/serving\.knative\.dev\/v1\/namespaces\/(?<project>[^/]+)\/(?<kind>services|revisions)(?:\/(?<name>[^/]+))?$/;

/** Paths that are none of Knative's, which gcloud asks on its way. */
const listPath = /^\/v1\/projects\/(?<project>[^/]+)\/locations\/(?<region>[^/]+)\/services$/;
const permissionsPath = /^\/v1\/projects\/[^/]+\/locations\/[^/]+\/services\/[^/]+:testIamPermissions$/;
const projectPath = /^\/v1\/projects\/(?<project>[^/]+)$/;
const usagePath = /^\/v1\/projects\/[^/]+\/services\/run\.googleapis\.com$/;

/** Whichever: nothing in a lab goes by it. */
const anyNumber = '123456789012';

export class KnativeApi {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Throws Refusal. */
  answer(call: Call): JsonObject {
    const { project = '', kind, name } = callPath.exec(call.path)?.groups ?? {};
    if (kind === undefined) return this.#besides(call);
    const services = this.#world.services.filter(({ ref }) => ref.project === project);
    if (kind === 'services' && name !== undefined) return this.#onService(call, named(services, project, name));
    if (call.method !== 'GET') throw unimplemented(call);
    if (kind === 'services') return listed('Service', services.map(serviceShown));
    if (name !== undefined) return revisionOf(services, project, name);
    const [, wanted] =
      /serving\.knative\.dev\/service ?=+ ?([^,\s]+)/.exec(call.query.get('labelSelector') ?? '') ?? [];
    const met = services.filter(({ ref }) => wanted === undefined || ref.name === wanted);
    return listed('Revision', met.flatMap(revisionsOf));
  }

  #onService(call: Call, service: Service): JsonObject {
    if (call.method === 'GET') return serviceShown(service);
    if (call.method === 'DELETE') {
      this.#world.removeService(service.ref);
      return { apiVersion: 'v1', kind: 'Status', status: 'Success' };
    }
    if (call.method !== 'PUT') throw unimplemented(call);
    const { by, body, query } = call;
    const wanted = wantedOf(service.spec, body);
    const { resourceVersion } = objectIn(body.metadata);
    const etag = typeof resourceVersion === 'string' && resourceVersion !== '' ? `"${resourceVersion}"` : null;
    if (query.get('dryRun') === 'all') service.check(wanted, etag);
    else service.update(wanted, etag, { by, body, atMs: this.#world.nowMs });
    return serviceShown(service);
  }

  /** Whether the API is enabled, what one may do, the project's number, and what there is in a region or (`-`) in all of them. */
  #besides(call: Call): JsonObject {
    const { method, path, body } = call;
    if (method === 'GET' && usagePath.test(path)) return { name: path.slice('/v1/'.length), state: 'ENABLED' };
    if (method === 'POST' && permissionsPath.test(path)) return { permissions: listIn(body.permissions) };
    const { project: projectId } = projectPath.exec(path)?.groups ?? {};
    if (method === 'GET' && projectId !== undefined)
      return { projectId, projectNumber: anyNumber, lifecycleState: 'ACTIVE' };
    const place = listPath.exec(path)?.groups;
    if (method !== 'GET' || place === undefined) throw unimplemented(call);
    const met = this.#world.services.filter(
      ({ ref }) => ref.project === place.project && (place.region === '-' || ref.region === place.region),
    );
    return listed('Service', met.map(serviceShown));
  }
}

function named(services: readonly Service[], project: string, name: string): Service {
  const service = services.find(({ ref }) => ref.name === name);
  if (service !== undefined) return service;
  throw new Refusal('NOT_FOUND', `Resource '${name}' of kind 'SERVICE' in project '${project}' does not exist.`);
}

function revisionOf(services: readonly Service[], project: string, name: string): JsonObject {
  for (const service of services) {
    const revision = service.revisions.get(name);
    if (revision !== undefined) return revisionShown(service, revision);
  }
  throw new Refusal('NOT_FOUND', `Resource '${name}' of kind 'REVISION' in project '${project}' does not exist.`);
}

/** Newest first. */
const revisionsOf = (service: Service): JsonObject[] =>
  [...service.revisions.values()].reverse().map((revision) => revisionShown(service, revision));

const listed = (kind: string, items: readonly JsonObject[]): JsonObject => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: `${kind}List`,
  metadata: {},
  items,
});

const unimplemented = ({ method, path }: Call): Refusal =>
  new Refusal('UNIMPLEMENTED', `The lab does not do ${method} ${path}`);
