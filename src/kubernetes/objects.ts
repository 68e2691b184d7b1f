import type { PolicyKey } from '../policy/policy.ts';

/** What every Kubernetes object has and this operator needs of it. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly [field: string]: unknown;
}

export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace}/${object.metadata.name}`;
}

/** The inverse of keyText: names cannot contain a slash. */
export function parseKey(key: string): PolicyKey {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * Whether `a` is at least as new as `b`. Resource versions of one resource are decimal numbers that rise with every
 * write; they may be longer than a double is exact.
 */
export function atLeastAsNew(a: KubeObject, b: KubeObject): boolean {
  const [left, right] = [a.metadata.resourceVersion, b.metadata.resourceVersion];
  return left.length === right.length ? left >= right : left.length > right.length;
}
