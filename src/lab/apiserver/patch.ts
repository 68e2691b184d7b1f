/** Merge patches and JSON patches. */
import { isDeepStrictEqual } from 'node:util';
import { badRequest, Failure } from './failure.ts';
import { isObject, type Json, type JsonObject } from './object.ts';

/** RFC 7396: null removes, objects merge, anything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[field];
    else result[field] = mergePatch(result[field], value);
  }
  return result as JsonObject;
}

/** RFC 6902. */
export function jsonPatch(target: JsonObject, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  // The copy is changed in place below and shared with nobody until it is returned.
  let document = structuredClone(target) as Mutable;
  for (const operation of patch) {
    if (!isObject(operation)) throw badRequest('each operation of a JSON patch is an object');
    document = applyOperation(document, operation);
  }
  return document;
}

type Mutable = null | boolean | number | string | Mutable[] | { [field: string]: Mutable };

function applyOperation(document: Mutable, operation: JsonObject): Mutable {
  const path = pointer(operation.path);
  const value = (): Mutable => structuredClone(operation.value ?? null) as Mutable;
  switch (operation.op) {
    case 'add':
      return insert(document, path, value());
    case 'remove':
      return remove(document, path);
    case 'replace':
      return insert(remove(document, path), path, value());
    case 'copy':
      return insert(document, path, structuredClone(resolve(document, pointer(operation.from))));
    case 'move': {
      const from = pointer(operation.from);
      const moved = resolve(document, from);
      return insert(remove(document, from), path, moved);
    }
    case 'test':
      if (isDeepStrictEqual(resolve(document, path), value())) return document;
      throw unprocessable(`testing value ${String(operation.path)} failed`);
    default:
      throw badRequest(`unknown JSON patch operation ${JSON.stringify(operation.op)}`);
  }
}

function pointer(path: Json | undefined): readonly string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/')))
    throw badRequest('a JSON patch path starts with /');
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function resolve(document: Mutable, path: readonly string[]): Mutable {
  let value: Mutable | undefined = document;
  for (const token of path) {
    if (Array.isArray(value)) value = value[Number(token)];
    else value = typeof value === 'object' && value !== null ? value[token] : undefined;
    if (value === undefined) throw unprocessable(`there is nothing at /${path.join('/')}`);
  }
  return value;
}

function insert(document: Mutable, path: readonly string[], value: Mutable): Mutable {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = resolve(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(last === '-' ? parent.length : Number(last), 0, value);
  else if (typeof parent === 'object' && parent !== null) parent[last] = value;
  return document;
}

function remove(document: Mutable, path: readonly string[]): Mutable {
  resolve(document, path);
  const last = path.at(-1);
  if (last === undefined) return null;
  const parent = resolve(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (typeof parent === 'object' && parent !== null) delete parent[last];
  return document;
}

const unprocessable = (message: string): Failure =>
  new Failure(422, 'Invalid', `the server rejected our request due to an error in our request: ${message}`);
