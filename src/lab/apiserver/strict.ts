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
    if (value === undefined || value === null || below === 'metadata') return [];
    return field in stored ? prunedPaths(value, stored[field], below) : [below];
  });
}

/** What the client wants to come of fields that the schema does not have; without a word, a warning. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export function fieldValidationOf(text: string | null): FieldValidation {
  if (text === null || text === '') return 'Warn';
  if (text === 'Ignore' || text === 'Warn' || text === 'Strict') return text;
  const message = `Unsupported value: "${text}": supported values: "Ignore", "Strict", "Warn"`;
  throw new Failure(422, 'Invalid', `UpdateOptions.meta.k8s.io "" is invalid: fieldValidation: ${message}`);
}

/** `unknown field "spec.sevice"` for each that was sent and is not stored. */
export const unknownIn = (sent: JsonObject, stored: JsonObject): readonly string[] =>
  prunedPaths(sent, stored, '')
    .toSorted()
    .map((field) => `unknown field "${field}"`);

/** What a client that asked for strictness is told: of what it sent whole, or of what its patch would make. */
export function refuseUnknown(
  { kind, version }: Resource,
  unknown: readonly string[],
  patched: JsonObject | null,
): void {
  if (unknown.length === 0) return;
  const error = `strict decoding error: ${unknown.join(', ')}`;
  if (patched === null) throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${error}`);
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${error}`;
  const causes = [{ reason: 'FieldValueInvalid', message, field: 'patch' }];
  throw new Failure(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes });
}

/** An apply has to know the type of every field that it owns. */
export function refuseUntyped(resource: Resource, name: string, sent: JsonObject, stored: JsonObject): void {
  const [field] = prunedPaths(sent, stored, '').toSorted();
  if (field === undefined) return;
  const what = `${name}; ${resource.group}/${resource.version}, Kind=${resource.kind}`;
  throw new Failure(500, '', `failed to create typed patch object (${what}): .${field}: field not declared in schema`);
}
