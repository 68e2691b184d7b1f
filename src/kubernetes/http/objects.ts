/** What every Kubernetes object has. */

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

/** Whether both are the same once they are JSON: a field that is undefined is no field, and what is no number is null. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
  if (isFields(a)) return isFields(b) && sameFields(a, b);
  return asJson(a) === asJson(b);
}

/** The same of two objects, but for some of their fields. */
export function sameFields(a: object, b: object, but: readonly string[] = []): boolean {
  if (a === b) return true;
  const [one, other] = [a as Fields, b as Fields];
  let more = 0;
  for (const name in one) {
    if (one[name] === undefined || but.includes(name)) continue;
    if (!Object.hasOwn(other, name) || !sameJson(one[name], other[name])) return false;
    more++;
  }
  for (const name in other) if (other[name] !== undefined && !but.includes(name)) more--;
  return more === 0;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameJson(a[i] ?? null, b[i] ?? null)) return false;
  return true;
}

const asJson = (value: unknown): unknown => (typeof value === 'number' && !Number.isFinite(value) ? null : value);
