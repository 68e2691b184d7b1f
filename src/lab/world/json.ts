/** What of a service is JSON as it was sent. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [field: string]: Json | undefined;
}

/** The object that is there, or an empty one. */
export const objectIn = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {};

/** The list that is there, or an empty one. */
export const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** The same object with its fields mapped one by one; `each` may rename a field, or leave it out by returning null. */
export function mapFields(json: JsonObject, each: (field: string, value: Json) => [string, Json] | null): JsonObject {
  const fields = Object.entries(json).flatMap(([field, value]): [string, Json][] => {
    const mapped = value === undefined ? null : each(field, value);
    return mapped === null ? [] : [mapped];
  });
  return Object.fromEntries(fields);
}

/** The same value with every object in it replaced. */
export function mapObjects(value: Json, replace: (object: JsonObject) => JsonObject): Json {
  if (Array.isArray(value)) return value.map((one) => mapObjects(one, replace));
  return value !== null && typeof value === 'object' ? replace(value as JsonObject) : value;
}
