/** The objects as last seen. */
import { type KubeObject, keyOf } from '../http/objects.ts';

/** The objects as last seen. Each change returns the keys it concerns. */
export class Cache<T extends KubeObject> {
  #objects = new Map<string, T>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  put(object: T): string {
    const key = keyOf(object);
    this.#objects.set(key, withoutManagedFields(object));
    return key;
  }

  delete(key: string): string {
    this.#objects.delete(key);
    return key;
  }

  /** Makes the cache equal to a full list, whatever was missed. */
  replace(items: readonly T[]): readonly string[] {
    const before = this.#objects;
    this.#objects = new Map();
    const changed = items.filter((item) => !isSame(before.get(keyOf(item)), item)).map(keyOf);
    for (const item of items) this.put(item);
    const gone = [...before.keys()].filter((key) => !this.#objects.has(key));
    return [...changed, ...gone];
  }
}

function isSame(a: KubeObject | undefined, b: KubeObject): boolean {
  return a?.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
}

/** They are of no use here, and often the larger half of an object. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
