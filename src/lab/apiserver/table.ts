/** What `kubectl get` prints. */
import { type ApiObject, isObject, type Json, type JsonObject } from './object.ts';

/** A printer column, as a CRD declares it. */
export interface Column {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: string;
  /** Columns above 0 are shown by `-o wide` only. */
  readonly priority?: number;
}

/** How objects of a kind are printed. */
export interface Printed {
  readonly columns: readonly Column[];
  /** What the columns are read from; the object itself for most. */
  readonly row: (object: ApiObject) => JsonObject;
}

/** How much of each object is given beside its cells; kubectl sorts by all of it. */
export const includedOf = (query: URLSearchParams): string => query.get('includeObject') ?? 'Metadata';

/** What `kubectl get` prints: the server does the columns. */
export function table(
  objects: readonly ApiObject[],
  { columns, row }: Printed,
  metadata: JsonObject,
  nowMs: number,
  included: string,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, priority = 0 }) => {
      return { name, type, format: name === 'Name' ? 'name' : '', description: name, priority };
    }),
    rows: objects.map((object) => ({
      cells: columns.map((column) => cell(row(object), column, nowMs)),
      ...(included !== 'None' && { object: included === 'Object' ? object : metadataOf(object) }),
    })),
  };
}

const metadataOf = ({ metadata }: ApiObject): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

function cell(object: JsonObject, column: Column, nowMs: number): Json {
  const value = find(object, column.jsonPath);
  if (value === undefined) return null;
  if (column.type === 'date') return age(nowMs - Date.parse(String(value)));
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : value;
}

/** `.a.b`, `.a[0].b` and `.a[?(@.type=="X")].b`, which is what printer columns use. */
function find(object: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = object;
  for (const [, field, index, key, wanted] of path.matchAll(
    /\.([\w-]+)|\[(\d+)\]|\[\?\(@\.(\w+)\s*==\s*["']([^"']*)["']\)\]/g,
  )) {
    if (field !== undefined) value = isObject(value) ? value[field] : undefined;
    else if (!Array.isArray(value)) return undefined;
    else if (index !== undefined) value = (value as readonly Json[])[Number(index)];
    else value = (value as readonly Json[]).find((item) => isObject(item) && item[key ?? ''] === wanted);
  }
  return value;
}

/** A length of time in two units at most, as kubectl writes it: 45s, 5m10s, 3h20m, 4d. */
function age(lengthMs: number): string {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  return `${Math.floor(hours / 24)}d`;
}
