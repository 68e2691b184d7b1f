/** What every Kubernetes object has. */
import { isDeepStrictEqual } from 'node:util';

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

/**
 * Whether resource version `a` is `b` or newer. Those of one resource are decimal numbers that rise with every write, and
 * may be longer than a double is exact.
 */
export function atLeastAsNew(a: string, b: string): boolean {
  return a.length === b.length ? a >= b : a.length > b.length;
}

/** Whether both are the same once they are JSON: a field that is undefined is no field. */
export function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(asJson(a), asJson(b));
}

const asJson = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
