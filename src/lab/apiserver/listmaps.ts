/** Lists whose items have keys, as maps and back. */
import { child, isObject, type Json, type JsonObject } from './object.ts';
import type { ListMap } from './resources.ts';

/** The object with its map-like lists as real maps, under the keys that managedFields has for their items. */
export function unfolded(object: JsonObject, maps: readonly ListMap[]): JsonObject {
  return maps.reduce((result, { parent, field, key }) => {
    const list = child(result, parent)[field];
    if (!Array.isArray(list)) return result;
    const items = list.map((item: Json): [string, Json] => [
      `k:${JSON.stringify({ [key]: isObject(item) ? item[key] : null })}`,
      item,
    ]);
    return withField(result, parent, field, Object.fromEntries(items));
  }, object);
}

/** The inverse: what has been added stands last. */
export function folded(object: JsonObject, maps: readonly ListMap[]): JsonObject {
  return maps.reduce((result, { parent, field }) => {
    const items = child(result, parent)[field];
    return isObject(items) ? withField(result, parent, field, Object.values(items) as readonly Json[]) : result;
  }, object);
}

function withField(object: JsonObject, parent: string, field: string, value: Json): JsonObject {
  return { ...object, [parent]: { ...child(object, parent), [field]: value } };
}
