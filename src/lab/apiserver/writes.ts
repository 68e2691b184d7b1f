import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Applier, apply, keepUnwritable, ownersAfterUpdate, writable } from './apply.ts';
import {
  alreadyExists,
  badRequest,
  type Cause,
  Failure,
  invalid,
  missing,
  modified,
  notFound,
  otherUid,
} from './failure.ts';
import { type ApiObject, child, isObject, type Json, type JsonObject, without } from './object.ts';
import { managedFields, type Owner } from './ownership.ts';
import { jsonPatch, mergePatch } from './patch.ts';
import { groupVersion, NAMESPACES, POLICIES, type Resource } from './resources.ts';
import type { Store } from './store.ts';

/** Validation and defaulting of a whole policy, as the CRD's schema and rules do it; `old` is what it replaces. */
export type Admit = (raw: unknown, old?: unknown) => Admission;
export type Admission =
  | { readonly ok: true; readonly object: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string; readonly causes: readonly Cause[] };

/** What is written to. An empty namespace for what belongs to none. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** Who writes, and whether only to try. */
export interface Writer {
  readonly manager: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

export type PatchType = 'merge' | 'json' | 'apply';
export const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/apply-patch+yaml': 'apply',
};

/** Everything that changes objects, with the rules of a real API server. Throws Failure. */
export class Writes {
  readonly #store: Store;
  readonly #admit: Admit;
  readonly #nowMs: () => number;

  constructor(store: Store, admit: Admit, nowMs: () => number) {
    this.#store = store;
    this.#admit = admit;
    this.#nowMs = nowMs;
  }

  create(target: Target, body: JsonObject, writer: Writer): ApiObject {
    const { resource } = target;
    const name = child(body, 'metadata').name;
    if (typeof name !== 'string' || name === '') {
      throw missing(resource, '', 'metadata.name', 'name or generateName is required');
    }
    if (child(body, 'metadata').resourceVersion) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const named = { ...target, name };
    this.#checkIdentity(named, body);
    if (this.#store.get(resource, target.namespace, name) !== undefined) throw alreadyExists(resource, name);
    const config = writable(body, resource.status, '');
    return this.#write(named, undefined, config, ownersAfterUpdate({}, config, this.#applier(named, writer)), writer);
  }

  replace(target: Target, body: JsonObject, writer: Writer): ApiObject {
    const live = this.live(target);
    this.#checkIdentity(target, body);
    if (child(body, 'metadata').resourceVersion === undefined && !target.resource.unconditionalUpdate) {
      throw missing(target.resource, target.name, 'metadata.resourceVersion', 'must be specified for an update');
    }
    return this.#update(target, live, body, writer);
  }

  patch(target: Target, type: PatchType, body: Json, writer: Writer): ApiObject {
    if (type === 'apply') return this.#apply(target, body, writer);
    const live = this.live(target);
    const next = type === 'merge' ? mergePatch(live, body) : jsonPatch(live, body);
    if (!isObject(next)) throw badRequest('the patched object is not an object');
    return this.#update(target, live, next, writer);
  }

  delete(target: Target, options: JsonObject, dryRun: boolean): ApiObject {
    const live = this.live(target);
    this.#checkPreconditions(target, live, child(options, 'preconditions'));
    return dryRun ? live : this.#store.delete(target.resource, live);
  }

  /** Namespaces exist from their first use. */
  ensureNamespace(name: string): void {
    if (name === '' || this.#store.get(NAMESPACES, '', name) !== undefined) return;
    this.create(
      { resource: NAMESPACES, namespace: '', name, subresource: '' },
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      },
      { manager: 'kube-apiserver', force: false, dryRun: false },
    );
  }

  #apply(target: Target, body: Json, writer: Writer): ApiObject {
    if (!isObject(body)) throw badRequest('the body of an apply is an object');
    if (writer.manager === '') {
      throw new Failure(
        422,
        'Invalid',
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    }
    if (child(body, 'metadata').managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
    this.#checkIdentity(target, body);
    const live = this.#store.get(target.resource, target.namespace, target.name);
    const config = writable(body, target.resource.status, target.subresource);
    const applier = this.#applier(target, writer);
    if (live === undefined) {
      if (target.subresource !== '') throw notFound(target.resource, target.name);
      return this.#write(target, undefined, config, apply({}, config, applier).owners, writer);
    }
    this.#checkPreconditions(target, live, child(body, 'metadata'));
    const { object, owners } = apply(live, config, applier);
    return this.#write(target, live, object, owners, writer);
  }

  #update(target: Target, live: ApiObject, body: JsonObject, writer: Writer): ApiObject {
    this.#checkPreconditions(target, live, child(body, 'metadata'));
    const next = keepUnwritable(live, body, target.resource.status, target.subresource);
    return this.#write(target, live, next, ownersAfterUpdate(live, next, this.#applier(target, writer)), writer);
  }

  /** Completes the metadata, admits, and writes unless nothing changes. */
  #write(
    target: Target,
    live: ApiObject | undefined,
    next: JsonObject,
    owners: readonly Owner[],
    writer: Writer,
  ): ApiObject {
    const { resource, namespace, name } = target;
    this.ensureNamespace(namespace);
    const admitted = this.#admitted(target, live, {
      ...next,
      apiVersion: groupVersion(resource),
      kind: resource.kind,
      metadata: {
        ...withoutEmpty(child(next, 'metadata')),
        name,
        ...(namespace === '' ? {} : { namespace }),
        uid: live?.metadata.uid ?? randomUUID(),
        creationTimestamp: live?.metadata.creationTimestamp ?? timestamp(this.#nowMs()),
        resourceVersion: live?.metadata.resourceVersion ?? '',
      },
    });
    const generation = generationOf(resource, live, admitted);
    const object = {
      ...admitted,
      metadata: { ...without(child(admitted, 'metadata'), 'generation', 'managedFields'), ...generation },
    };
    const isUnchanged = live !== undefined && isDeepStrictEqual(plain(object), plain(unmanaged(live)));
    const managed = { managedFields: managedFields(owners, groupVersion(resource)) };
    const complete = { ...object, metadata: { ...object.metadata, ...managed } } as unknown as ApiObject;
    if (isUnchanged && isDeepStrictEqual(untimed(complete), untimed(live))) return live;
    if (writer.dryRun) return complete;
    this.#makeRoom(resource, live);
    return this.#store.put(resource, complete);
  }

  #admitted(target: Target, live: ApiObject | undefined, object: JsonObject): JsonObject {
    if (target.resource !== POLICIES) return object;
    const admission = this.#admit(object, live);
    if (!admission.ok) throw invalid(target.resource, target.name, admission.message, admission.causes);
    return admission.object as JsonObject;
  }

  #makeRoom(resource: Resource, live: ApiObject | undefined): void {
    if (live !== undefined || this.#store.count(resource) < resource.limit) return;
    const oldest = this.#store.oldest(resource);
    if (!resource.dropsOldest || oldest === undefined) {
      throw new Failure(500, 'InternalError', 'etcdserver: mvcc: database space exceeded');
    }
    this.#store.delete(resource, oldest);
  }

  live(target: Target): ApiObject {
    const live = this.#store.get(target.resource, target.namespace, target.name);
    if (live === undefined) throw notFound(target.resource, target.name);
    return live;
  }

  #checkIdentity(target: Target, body: JsonObject): void {
    const { resource, namespace, name } = target;
    // Custom resources have to say what they are; what is built in is what the path says.
    const isNamed = resource === POLICIES || body.kind !== undefined || body.apiVersion !== undefined;
    if (isNamed && (body.kind !== resource.kind || body.apiVersion !== groupVersion(resource))) {
      throw badRequest(
        `the API version and kind in the data (${String(body.apiVersion)}, Kind=${String(body.kind)}) do not match the expected ones (${groupVersion(resource)}, Kind=${resource.kind})`,
      );
    }
    const metadata = child(body, 'metadata');
    if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    if (metadata.name !== undefined && metadata.name !== name) {
      throw badRequest(
        `the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`,
      );
    }
  }

  #checkPreconditions(target: Target, live: ApiObject, wanted: JsonObject): void {
    const { uid, resourceVersion } = wanted;
    if (uid && uid !== live.metadata.uid) throw otherUid(target.resource, target.name, String(uid), live.metadata.uid);
    if (resourceVersion && resourceVersion !== live.metadata.resourceVersion)
      throw modified(target.resource, target.name);
  }

  #applier(target: Target, writer: Writer): Applier {
    const { manager, force } = writer;
    return { manager, force, subresource: target.subresource, time: timestamp(this.#nowMs()) };
  }
}

/** It rises when anything but metadata and status changes. */
function generationOf(resource: Resource, live: ApiObject | undefined, next: JsonObject): { generation?: number } {
  if (!resource.generation) return {};
  if (live === undefined) return { generation: 1 };
  const spec = (object: JsonObject): JsonObject => plain(without(object, 'metadata', 'status'));
  const generation = live.metadata.generation ?? 1;
  return { generation: isDeepStrictEqual(spec(live), spec(next)) ? generation : generation + 1 };
}

/** An emptied map of labels or annotations is no map. */
const withoutEmpty = (metadata: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0));

const timestamp = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
const plain = (object: JsonObject): JsonObject => JSON.parse(JSON.stringify(object)) as JsonObject;
const unmanaged = (object: ApiObject): JsonObject => ({
  ...object,
  metadata: without(object.metadata, 'managedFields'),
});

/** For comparison: an apply that changes nothing must not count as a change because of its time. */
function untimed(object: JsonObject): Json {
  return JSON.parse(JSON.stringify(object, (field, value: Json) => (field === 'time' ? undefined : value))) as Json;
}
