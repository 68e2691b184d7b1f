/** Objects by resource, each change under a version of its own, and the recent past of them. */
import type { ApiObject } from './object.ts';
import type { Resource } from './resources.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: Resource;
  readonly object: ApiObject;
  /** What the object was before; undefined for ADDED. */
  readonly previous: ApiObject | undefined;
  readonly revision: number;
}

/** Changes older than the newest this many can no longer be watched from. */
const keptHistory = 10_000;

/**
 * Objects and their history, as etcd holds them: one revision counter for everything, a bounded log of changes to watch
 * from. Synchronous: a write and its notifications are one step.
 */
export class Store {
  readonly #objects = new Map<Resource, Map<string, ApiObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #log: Change[] = [];
  #revision = 1;
  #compacted = 0;

  get revision(): number {
    return this.#revision;
  }

  get(resource: Resource, namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(resource)?.get(`${namespace}/${name}`);
  }

  /** In the order of namespace and name. */
  list(resource: Resource, namespace?: string): readonly ApiObject[] {
    const entries = [...(this.#objects.get(resource) ?? [])];
    const wanted = namespace === undefined ? entries : entries.filter(([key]) => key.startsWith(`${namespace}/`));
    return wanted.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  count(resource: Resource): number {
    return this.#objects.get(resource)?.size ?? 0;
  }

  /** The first one stored of those that are left. */
  oldest(resource: Resource): ApiObject | undefined {
    return this.#objects.get(resource)?.values().next().value;
  }

  put(resource: Resource, object: ApiObject): ApiObject {
    const key = keyOf(object);
    const objects = this.#objects.get(resource) ?? new Map<string, ApiObject>();
    this.#objects.set(resource, objects);
    const previous = objects.get(key);
    const stored = this.#stamp(object);
    objects.set(key, stored);
    this.#record(resource, previous === undefined ? 'ADDED' : 'MODIFIED', stored, previous);
    return stored;
  }

  delete(resource: Resource, object: ApiObject): ApiObject {
    this.#objects.get(resource)?.delete(keyOf(object));
    const last = this.#stamp(object);
    this.#record(resource, 'DELETED', last, object);
    return last;
  }

  /** Every change after the revision; undefined when some of them are forgotten. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#compacted) return undefined;
    return this.#log.filter((change) => change.revision > revision);
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all history, as etcd does every five minutes. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#log = [];
  }

  #stamp(object: ApiObject): ApiObject {
    this.#revision++;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #record(resource: Resource, type: Change['type'], object: ApiObject, previous: ApiObject | undefined): void {
    const change: Change = { type, resource, object, previous, revision: this.#revision };
    this.#log.push(change);
    // Trimmed by halves, so that a long log is not copied at every write.
    if (this.#log.length > 2 * keptHistory) {
      this.#log = this.#log.slice(-keptHistory);
      this.#compacted = (this.#log[0]?.revision ?? 1) - 1;
    }
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function keyOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
