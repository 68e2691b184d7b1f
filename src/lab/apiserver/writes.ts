/** Everything that changes objects. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Applier, apply, keepUnwritable, ownersAfterUpdate, writable } from './apply.ts';
import {
  checkApply,
  checkIdentity,
  checkPatched,
  checkPreconditions,
  checkRemovable,
  checkVersion,
  type Target,
} from './checks.ts';
import {
  alreadyExists,
  badRequest,
  type Cause,
  Failure,
  invalid,
  missingName,
  missingVersion,
  notFound,
} from './failure.ts';
import { folded, unfolded } from './listmaps.ts';
import { nameFrom } from './names.ts';
import { type ApiObject, child, isObject, type Json, type JsonObject, without } from './object.ts';
import { managedFields, type Owner } from './ownership.ts';
import { jsonPatch, mergePatch } from './patch.ts';
import { groupVersion, namespaceResource, type Resource, sloPolicies } from './resources.ts';
import type { Store } from './store.ts';
import { type FieldValidation, refuseUnknown, refuseUntyped, unknownIn } from './strict.ts';

/** Validation and defaulting of a whole policy, as the CRD's schema and rules do it; `old` is what it replaces. */
export type Admit = (raw: unknown, old?: unknown) => Admission;
export type Admission =
  | { readonly ok: true; readonly object: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string; readonly causes: readonly Cause[] };

/** Who writes, and how. */
export interface Writer {
  readonly manager: string;
  /** Takes fields from other managers. */
  readonly force: boolean;
  /** Only tries. */
  readonly dryRun: boolean;
  /** What comes of unknown fields, which are dropped. */
  readonly unknown: FieldValidation;
  /** What a client is told beside the answer. */
  warn(text: string): void;
}

/** The lab itself, which sends nothing that is unknown. */
export const itself = (manager: string): Writer => ({
  manager,
  force: true,
  dryRun: false,
  unknown: 'Ignore',
  warn: () => undefined,
});

export type PatchType = 'merge' | 'json' | 'apply';
export const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/apply-patch+yaml': 'apply',
};

/** Everything that changes objects, with the rules of a real API server. Throws Failure. */
export class Writes {
  readonly #store: Store;
  readonly #admit: Admit;
  readonly #nowMs: () => number;
  readonly #deletedNamespaces = new Set<string>();

  constructor(store: Store, admit: Admit, nowMs: () => number) {
    this.#store = store;
    this.#admit = admit;
    this.#nowMs = nowMs;
  }

  /** The object, which has to be there. */
  live({ resource, namespace, name }: Target): ApiObject {
    const live = this.#store.get(resource, namespace, name);
    if (live === undefined) throw notFound(resource, name);
    return live;
  }

  create(target: Target, sent: JsonObject, writer: Writer): ApiObject {
    const { resource, namespace } = target;
    const body = named(sent);
    const { name, resourceVersion } = child(body, 'metadata');
    if (typeof name !== 'string' || name === '') throw missingName(resource);
    if (resourceVersion) throw new Failure(500, '', 'resourceVersion should not be set on objects to be created');
    const whole = { ...target, name };
    checkIdentity(whole, body);
    if (this.#store.get(resource, namespace, name) !== undefined) throw alreadyExists(resource, name);
    const config = writable(body, resource.status, '');
    const { object, owners } = this.#owned(whole, {}, config, writer);
    const created = this.#write(whole, undefined, object, owners, writer);
    if (resource === namespaceResource && !writer.dryRun) this.#deletedNamespaces.delete(name);
    return created;
  }

  replace(target: Target, body: JsonObject, writer: Writer): ApiObject {
    const { resource, name } = target;
    const live = this.live(target);
    checkIdentity(target, body);
    const isBlind = child(body, 'metadata').resourceVersion === undefined;
    if (isBlind && !resource.unconditionalUpdate) throw missingVersion(resource, name);
    return this.#update(target, live, body, writer);
  }

  patch(target: Target, type: PatchType, body: Json, writer: Writer): ApiObject {
    if (type === 'apply') return this.#apply(target, body, writer);
    const live = this.live(target);
    const next = type === 'merge' ? mergePatch(live, body) : jsonPatch(live, body);
    if (!isObject(next)) throw badRequest('the patched object is not an object');
    checkPatched(target, next);
    return this.#update(target, live, next, writer, true);
  }

  delete(target: Target, options: JsonObject, dryRun: boolean): ApiObject {
    const live = this.live(target);
    checkPreconditions(target, live, child(options, 'preconditions'));
    const { resource, name } = target;
    if (resource === namespaceResource) checkRemovable(resource, name);
    if (dryRun) return live;
    if (resource === namespaceResource) this.#deletedNamespaces.add(name);
    return this.#store.delete(resource, live);
  }

  /** Namespaces exist from their first use; but who has deleted one has to make it again. */
  ensureNamespace(name: string): void {
    if (name === '' || this.#store.get(namespaceResource, '', name) !== undefined) return;
    if (this.#deletedNamespaces.has(name)) throw notFound(namespaceResource, name);
    const labels = { 'kubernetes.io/metadata.name': name };
    this.create(
      { resource: namespaceResource, namespace: '', name, subresource: '' },
      { metadata: { name, labels }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
      itself('kube-apiserver'),
    );
  }

  #apply(target: Target, body: Json, writer: Writer): ApiObject {
    if (!isObject(body)) throw badRequest('the body of an apply is an object');
    const { resource, namespace, name, subresource } = target;
    checkApply(body, writer.manager);
    checkIdentity(target, body);
    const live = this.#store.get(resource, namespace, name);
    if (live === undefined && subresource !== '') throw notFound(resource, name);
    if (live !== undefined) checkVersion(target, live, child(body, 'metadata'));
    const config = writable(body, resource.status, subresource);
    const maps = resource.listMaps;
    const applied = apply(unfolded(live ?? {}, maps), unfolded(config, maps), this.#applier(target, writer));
    const object = folded(applied.object, maps);
    refuseUntyped(resource, `${namespace}/${name}`, config, this.#admitted(target, live, object));
    return this.#write(target, live, object, applied.owners, writer);
  }

  #update(target: Target, live: ApiObject, body: JsonObject, writer: Writer, isPatched = false): ApiObject {
    checkVersion(target, live, child(body, 'metadata'));
    const next = keepUnwritable(live, body, target.resource.status, target.subresource);
    const { object, owners } = this.#owned(target, live, next, writer);
    return this.#write(target, live, object, owners, writer, isPatched);
  }

  #owned(target: Target, live: JsonObject, next: JsonObject, writer: Writer) {
    const maps = target.resource.listMaps;
    const owners = ownersAfterUpdate(unfolded(live, maps), unfolded(next, maps), this.#applier(target, writer));
    return { object: next, owners };
  }

  /** Completes the metadata, admits, and writes unless nothing changes. */
  #write(
    target: Target,
    live: ApiObject | undefined,
    next: JsonObject,
    owners: readonly Owner[],
    writer: Writer,
    isPatched = false,
  ): ApiObject {
    const { resource } = target;
    this.ensureNamespace(target.namespace);
    const admitted = this.#admitted(target, live, next);
    const unknown = unknownIn(next, admitted);
    if (writer.unknown === 'Strict') refuseUnknown(resource, unknown, isPatched ? next : null);
    if (writer.unknown === 'Warn') for (const text of unknown) writer.warn(text);
    const metadata = {
      ...without(child(admitted, 'metadata'), 'generation', 'managedFields'),
      ...generationOf(resource, live, admitted),
      managedFields: managedFields(owners, groupVersion(resource)),
    };
    const object = { ...admitted, metadata } as unknown as ApiObject;
    if (live !== undefined && isDeepStrictEqual(comparable(object), comparable(live))) return live;
    if (writer.dryRun) return object;
    if (live === undefined) this.#makeRoom(resource);
    return this.#store.put(resource, object);
  }

  /** The object as it would be stored, but for what is counted. */
  #admitted({ resource, namespace, name }: Target, live: ApiObject | undefined, next: JsonObject): JsonObject {
    const object = {
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
    };
    if (resource !== sloPolicies) return object;
    const admission = this.#admit(object, live);
    if (!admission.ok) throw invalid(resource, name, admission.message, admission.causes);
    return admission.object as JsonObject;
  }

  #makeRoom(resource: Resource): void {
    if (this.#store.count(resource) < resource.limit) return;
    const oldest = this.#store.oldest(resource);
    if (!resource.dropsOldest || oldest === undefined) {
      throw new Failure(500, 'InternalError', 'etcdserver: mvcc: database space exceeded');
    }
    this.#store.delete(resource, oldest);
  }

  #applier(target: Target, { manager, force }: Writer): Applier {
    return { manager, force, subresource: target.subresource, time: timestamp(this.#nowMs()) };
  }
}

/** A name is made from the beginning that is given instead of it. */
function named(body: JsonObject): JsonObject {
  const { name, generateName, ...metadata } = child(body, 'metadata');
  if (name || typeof generateName !== 'string' || generateName === '') return body;
  return { ...body, metadata: { ...metadata, generateName, name: nameFrom(generateName) } };
}

/** It rises when anything but metadata and status changes. */
function generationOf(resource: Resource, live: ApiObject | undefined, next: JsonObject): { generation?: number } {
  if (!resource.generation) return {};
  if (live === undefined) return { generation: 1 };
  const spec = (object: JsonObject): Json => plain(without(object, 'metadata', 'status'));
  const generation = live.metadata.generation ?? 1;
  return { generation: isDeepStrictEqual(spec(live), spec(next)) ? generation : generation + 1 };
}

/** An emptied map of labels or annotations is no map. */
const withoutEmpty = (metadata: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0));

const timestamp = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
const plain = (object: JsonObject): Json => JSON.parse(JSON.stringify(object)) as Json;

/** Without the times in managedFields: to write the same once more is no change. */
function comparable(object: ApiObject): Json {
  const { managedFields: owners, ...metadata } = object.metadata;
  const untimed = Array.isArray(owners) ? owners.filter(isObject).map((owner) => without(owner, 'time')) : [];
  return plain({ ...object, metadata: { ...metadata, managedFields: untimed } });
}
