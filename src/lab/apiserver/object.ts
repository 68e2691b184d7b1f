/** Objects as JSON, and the little that is asked of any. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [field: string]: Json | undefined;
}

/** A stored object: never changed in place, so that watchers and tests may keep what they were given. */
export interface ApiObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Meta;
}

export interface Meta extends JsonObject {
  readonly name: string;
  /** Absent on what belongs to no namespace. */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field as an object; empty when it is anything else. */
export function child(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isObject(value) ? value : {};
}

export function without(object: JsonObject, ...fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

/** A dotted path, without list indexes, as field selectors have them. */
export function at(object: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = object;
  for (const field of path.split('.')) value = isObject(value) ? value[field] : undefined;
  return value;
}
