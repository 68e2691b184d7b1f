/** What an object may not hold: fields that its schema does not have. */
import { badRequest, Failure } from './failure.ts';
import { isObject, type Json, type JsonObject } from './object.ts';
import type { Resource } from './resources.ts';

/** Paths such as spec.objectives[0].foo that are in what was sent and were pruned from what is stored. */
function prunedPaths(sent: Json | undefined, stored: Json | undefined, path: string): readonly string[] {
  if (Array.isArray(sent) && Array.isArray(stored)) {
    return sent.flatMap((item: Json, index) =>
      prunedPaths(item, (stored as readonly Json[])[index], `${path}[${index}]`),
    );
  }
  if (!isObject(sent) || !isObject(stored)) return [];
  return Object.entries(sent).flatMap(([field, value]) => {
    const below = path === '' ? field : `${path}.${field}`;
    if (value === undefined || below === 'metadata') return [];
    return field in stored ? prunedPaths(value, stored[field], below) : [below];
  });
}

/** What a client that asked for strictness is told. */
export function refuseUnknown(resource: Resource, sent: JsonObject, stored: JsonObject): void {
  const fields = prunedPaths(sent, stored, '').toSorted();
  if (fields.length === 0) return;
  const list = fields.map((field) => `unknown field "${field}"`).join(', ');
  const { kind, version } = resource;
  throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${list}`);
}

/** An apply has to know the type of every field that it owns. */
export function refuseUntyped(resource: Resource, name: string, sent: JsonObject, stored: JsonObject): void {
  const [field] = prunedPaths(sent, stored, '').toSorted();
  if (field === undefined) return;
  const what = `${name}; ${resource.group}/${resource.version}, Kind=${resource.kind}`;
  throw new Failure(500, '', `failed to create typed patch object (${what}): .${field}: field not declared in schema`);
}
