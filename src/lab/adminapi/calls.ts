/** The Admin API v2's calls on the simulated world: a path and a query in, JSON with enums by name out. */

import { type JsonObject, listIn } from '../world/json.ts';
import { invalid, Refusal } from '../world/refusal.ts';
import type { Revision } from '../world/revision.ts';
import type { Service } from '../world/service.ts';
import type { Operation } from '../world/spec.ts';
import type { World } from '../world.ts';
import { maskOf, merged } from './accept.ts';
import { operationJson, revisionJson, serviceJson } from './show.ts';

export interface Call {
  readonly method: string;
  /** Of this API, below `/v2`: `/projects/acme/locations/europe-west1/services/api`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly by: string;
}

const callPath =
  /^\/projects\/(?<project>[^/]+)\/locations\/(?<region>[^/]+)\/(?<kind>services|operations)(?:\/(?<name>[^/:]+)(?<revisions>\/revisions(?:\/(?<revision>[^/:]+))?)?(?::(?<verb>\w+))?)?$/;

export class AdminApi {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Throws Refusal. */
  answer(call: Call): JsonObject {
    const place = callPath.exec(call.path)?.groups;
    if (place === undefined) throw new Refusal('NOT_FOUND', `There is nothing at ${call.path}`);
    const { kind, name, revisions, revision, verb } = place;
    if (verb !== undefined) return this.#verb(call, place, verb);
    if (kind === 'operations') return operationJson(...this.operation(place));
    if (revision !== undefined) return this.#onRevision(call, this.#service(place), revision);
    if (revisions !== undefined) return this.#listRevisions(call, place);
    if (name !== undefined) return this.#onService(call, this.#service(place));
    return this.#listServices(call, place);
  }

  /** Throws NOT_FOUND. */
  operation({ project, region, name }: Place): [Operation, 'Service', JsonObject] {
    for (const service of this.#in(project, region)) {
      const operation = service.operations.get(name ?? '');
      if (operation !== undefined) return [operation, 'Service', serviceJson(service)];
    }
    throw new Refusal('NOT_FOUND', `Operation '${name}' was not found`);
  }

  #verb(call: Call, place: Place, verb: string): JsonObject {
    if (verb === 'wait' && place.kind === 'operations') return operationJson(...this.operation(place));
    if (verb === 'testIamPermissions') return { permissions: listIn(call.body.permissions) };
    throw unimplemented(call);
  }

  #onService(call: Call, service: Service): JsonObject {
    switch (call.method) {
      case 'GET':
        return serviceJson(service);
      case 'PATCH':
        return this.#patch(call, service);
      case 'DELETE':
        this.#world.removeService(service.ref);
        return operationJson(
          { id: service.uid, service: service.ref, done: true, error: null },
          'Service',
          serviceJson(service),
        );
      default:
        throw unimplemented(call);
    }
  }

  #patch({ query, body, by }: Call, service: Service): JsonObject {
    const etag = typeof body.etag === 'string' && body.etag !== '' ? body.etag : null;
    const wanted = merged(service.spec, body, maskOf(query));
    if (isTrue(query, 'validateOnly', 'validate_only')) {
      service.check(wanted, etag);
      return operationJson(
        { id: service.uid, service: service.ref, done: true, error: null },
        'Service',
        serviceJson(service),
      );
    }
    const operation = service.update(wanted, etag, { by, body, atMs: this.#world.nowMs });
    return operationJson(operation, 'Service', serviceJson(service));
  }

  #onRevision(call: Call, service: Service, name: string): JsonObject {
    const revision = service.revisions.get(name);
    if (revision === undefined) throw new Refusal('NOT_FOUND', `Resource '${name}' of kind 'REVISION' does not exist.`);
    if (call.method === 'GET') return revisionJson(service, revision);
    if (call.method !== 'DELETE') throw unimplemented(call);
    const write = { by: call.by, body: { revision: name }, atMs: this.#world.nowMs };
    return operationJson(service.deleteRevision(name, write), 'Revision', revisionJson(service, revision));
  }

  #listServices(call: Call, { project, region }: Place): JsonObject {
    if (call.method !== 'GET') throw unimplemented(call);
    if (region === '-') throw invalid("parent: the location of services cannot be '-'");
    return paged(call.query, 'services', this.#in(project, region), serviceJson);
  }

  /** Newest first. */
  #listRevisions(call: Call, place: Place): JsonObject {
    const services = place.name === '-' ? this.#in(place.project, place.region) : [this.#service(place)];
    const all = services.flatMap((service) =>
      [...service.revisions.values()].map((revision) => ({ service, revision })),
    );
    type Entry = { service: Service; revision: Revision };
    const newestFirst = all.reverse().sort((a: Entry, b: Entry) => b.revision.createdMs - a.revision.createdMs);
    return paged(call.query, 'revisions', newestFirst, ({ service, revision }) => revisionJson(service, revision));
  }

  #service({ project, region, name }: Place): Service {
    const service = this.#in(project, region).find(({ ref }) => ref.name === name);
    if (service !== undefined) return service;
    throw new Refusal(
      'NOT_FOUND',
      `Resource '${name}' of kind 'SERVICE' in region '${region}' in project '${project}' does not exist.`,
    );
  }

  #in(project: string | undefined, region: string | undefined): readonly Service[] {
    return this.#world.services.filter(({ ref }) => ref.project === project && ref.region === region);
  }
}

type Place = Readonly<Record<string, string | undefined>>;

function paged<T>(query: URLSearchParams, field: string, all: readonly T[], show: (one: T) => JsonObject): JsonObject {
  const from = Number(query.get('pageToken') ?? query.get('page_token') ?? 0);
  const size = Number(query.get('pageSize') ?? query.get('page_size') ?? 0) || 100;
  if (!Number.isInteger(from) || from < 0) throw invalid('page_token: not one of ours');
  const page = all.slice(from, from + size).map(show);
  return { [field]: page, ...(from + size < all.length && { nextPageToken: String(from + size) }) };
}

const isTrue = (query: URLSearchParams, ...names: string[]): boolean =>
  names.some((name) => query.get(name) === 'true');

const unimplemented = ({ method, path }: Call): Refusal =>
  new Refusal('UNIMPLEMENTED', `The lab does not do ${method} ${path}`);
