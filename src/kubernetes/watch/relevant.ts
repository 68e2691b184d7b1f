/**
 * Which changes of an object are news to a controller: its specification, its annotations, its coming and going. Its
 * status is the controller's own writing, and would make it run after itself.
 */
import type { KubeObject } from '../http/objects.ts';

export class News {
  readonly #known = new Map<string, string>();

  /** Whether the object under this key, or its absence, differs from what was seen before. */
  isNews(key: string, object: KubeObject | undefined): boolean {
    const before = this.#known.get(key);
    if (object === undefined) return this.#known.delete(key);
    const { uid, generation, annotations } = object.metadata;
    const now = JSON.stringify([uid, generation, Object.entries(annotations ?? {}).sort()]);
    this.#known.set(key, now);
    return now !== before;
  }
}
