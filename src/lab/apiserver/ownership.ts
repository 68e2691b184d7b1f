/** Which manager owns which fields of an object. */
import { isDeepStrictEqual } from 'node:util';
import { at, child, isObject, type Json, type JsonObject, without } from './object.ts';

/**
 * Who set which field, in the notation of metadata.managedFields: {"f:status":{"f:phase":{}}}. Lists are owned whole, but
 * for those that listmaps.ts has made maps of.
 */
export interface Fields {
  readonly [field: string]: Fields;
}

export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string;
  readonly time: string;
  readonly fields: Fields;
}

const serverOwned = ['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'];

/** The fields of an object that somebody may own. */
export function fieldsOf(object: JsonObject): Fields {
  const metadata = without(child(object, 'metadata'), ...serverOwned);
  return leaves({ ...without(object, 'apiVersion', 'kind', 'metadata'), ...(isEmpty(metadata) ? {} : { metadata }) });
}

function leaves(object: JsonObject): Fields {
  const fields: Record<string, Fields> = {};
  for (const [field, value] of Object.entries(object)) {
    if (value !== undefined) fields[fieldOf(field)] = isObject(value) ? leaves(value) : {};
  }
  return fields;
}

/** An item of a map-like list is already under its key, k:{"name":"errors"}. */
const fieldOf = (name: string): string => (name.startsWith('k:{') ? name : `f:${name}`);
const nameOf = (field: string): string => (field.startsWith('k:') ? field : field.slice(2));

const isEmpty = (object: object): boolean => Object.keys(object).length === 0;

/** `fields` without what is in `others` too. */
export function subtract(fields: Fields, others: Fields): Fields {
  const left: Record<string, Fields> = {};
  for (const [field, below] of Object.entries(fields)) {
    const other = others[field];
    if (other === undefined) left[field] = below;
    else if (!isEmpty(below)) {
      const rest = subtract(below, other);
      if (!isEmpty(rest)) left[field] = rest;
    }
  }
  return left;
}

/** The fields whose value in `after` differs from `before`, or is not there. */
export function changed(fields: Fields, before: JsonObject, after: JsonObject): Fields {
  const result: Record<string, Fields> = {};
  for (const [field, below] of Object.entries(fields)) {
    const name = nameOf(field);
    const [old, now] = [before[name], after[name]];
    if (isEmpty(below) || !isObject(old) || !isObject(now)) {
      if (!isDeepStrictEqual(old, now)) result[field] = below;
      continue;
    }
    const rest = changed(below, old, now);
    if (!isEmpty(rest)) result[field] = rest;
  }
  return result;
}

export function union(a: Fields, b: Fields): Fields {
  const result: Record<string, Fields> = { ...a };
  for (const [field, below] of Object.entries(b)) {
    const other = result[field];
    result[field] = other === undefined ? below : union(other, below);
  }
  return result;
}

/** The object without the fields, and without what they leave empty. */
export function removeFields(object: JsonObject, fields: Fields): JsonObject {
  const result: Record<string, Json | undefined> = { ...object };
  for (const [field, below] of Object.entries(fields)) {
    const name = nameOf(field);
    const value = result[name];
    if (isEmpty(below) || !isObject(value)) {
      delete result[name];
      continue;
    }
    const rest = removeFields(value, below);
    if (isEmpty(rest)) delete result[name];
    else result[name] = rest;
  }
  return result;
}

/** .spec.mode, .status.phase: the owned leaves as conflict messages name them. */
export function paths(fields: Fields, prefix = ''): readonly string[] {
  return Object.entries(fields).flatMap(([field, below]) => {
    const path = `${prefix}.${nameOf(field)}`;
    return isEmpty(below) ? [path] : paths(below, path);
  });
}

export function ownersOf(object: JsonObject): readonly Owner[] {
  const managed = at(object, 'metadata.managedFields');
  if (!Array.isArray(managed)) return [];
  return managed.filter(isObject).map((entry) => ({
    manager: String(entry.manager),
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    subresource: String(entry.subresource ?? ''),
    time: String(entry.time),
    fields: child(entry, 'fieldsV1') as Fields,
  }));
}

export function managedFields(owners: readonly Owner[], apiVersion: string): Json {
  return owners
    .filter((owner) => !isEmpty(owner.fields))
    .map(({ manager, operation, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      ...(subresource === '' ? {} : { subresource }),
    }));
}
