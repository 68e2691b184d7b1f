/** What has to hold of a request before it changes anything. */
import { badRequest, Failure, immutableUid, invalid, modified, otherUid } from './failure.ts';
import { type ApiObject, child, type JsonObject } from './object.ts';
import { groupVersion, type Resource } from './resources.ts';

/** What is written to. An empty namespace for what belongs to none; a subresource of '' is the object itself. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

const otherNamespace = 'the namespace of the provided object does not match the namespace sent on the request';
const otherName = (given: string, name: string): string =>
  `the name of the object (${given}) does not match the name on the URL (${name})`;

/** Throws Failure when the object is not what the path says. */
export function checkIdentity({ resource, namespace, name }: Target, body: JsonObject): void {
  checkKind(resource, name, body);
  const metadata = child(body, 'metadata');
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest(otherNamespace);
  }
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(otherName(String(metadata.name), name));
  }
}

/** Throws Failure when a patch would make another object of it. */
export function checkPatched({ name, namespace }: Target, next: JsonObject): void {
  const { name: patched, namespace: place } = child(next, 'metadata');
  if (place && place !== namespace) throw badRequest(otherNamespace);
  if (!patched)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (patched !== name) throw badRequest(otherName(String(patched), name));
}

/** Custom resources have to say what they are; what is built in is what the path says. */
function checkKind(resource: Resource, name: string, { kind, apiVersion }: JsonObject): void {
  if (!resource.custom && kind === undefined && apiVersion === undefined) return;
  const expected = groupVersion(resource);
  if (kind === undefined)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): Object 'Kind' is missing`,
    );
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== resource.kind) {
    const message = `Invalid value: ${JSON.stringify(kind)}: must be ${resource.kind}`;
    throw invalid(resource, name, `${String(kind)}.${resource.group} "${name}" is invalid: kind: ${message}`, [
      { field: 'kind', message },
    ]);
  }
}

/** Throws Failure when a write was made from an older state, or means another object of the same name. */
export function checkVersion({ resource, name, subresource }: Target, live: ApiObject, wanted: JsonObject): void {
  const { uid, resourceVersion } = wanted;
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) throw modified(resource, name);
  // A write of the status ignores all other fields, the uid among them.
  if (uid && uid !== live.metadata.uid && subresource === '') throw immutableUid(resource, name, String(uid));
}

/** The preconditions of a deletion. Throws Failure. */
export function checkPreconditions({ resource, name }: Target, live: ApiObject, wanted: JsonObject): void {
  const { uid, resourceVersion } = wanted;
  if (uid && uid !== live.metadata.uid) throw otherUid(resource, name, String(uid), live.metadata.uid);
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) throw modified(resource, name);
}

/** Throws Failure when an apply cannot be one. */
export function checkApply(body: JsonObject, manager: string): void {
  if (manager === '') {
    const message = 'fieldManager: Required value: is required for apply patch';
    throw new Failure(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: ${message}`);
  }
  if (child(body, 'metadata').managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
}

const immortal = ['default', 'kube-system', 'kube-public'];

/** Throws Failure for a namespace that every cluster has. */
export function checkRemovable(resource: Resource, name: string): void {
  if (!immortal.includes(name)) return;
  throw new Failure(403, 'Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`, {
    name,
    kind: resource.plural,
  });
}
