/** What goes with its owners, once none of them is left: in a real cluster the work of a controller. */
import { child, isObject, type JsonObject } from './object.ts';
import { served } from './resources.ts';
import type { Change, Store } from './store.ts';

/** In the same namespace: what belongs to none is never taken away with what belongs to one. */
export function collectGarbage(store: Store): void {
  store.subscribe(({ type, object }: Change) => {
    const { namespace, uid } = object.metadata;
    if (type !== 'DELETED' || namespace === undefined) return;
    const objects = served.flatMap((resource) =>
      store.list(resource, namespace).map((dependent) => ({ resource, dependent })),
    );
    const living = new Set(objects.map(({ dependent }) => dependent.metadata.uid));
    for (const { resource, dependent } of objects) {
      const owners = ownersOf(dependent);
      if (owners.includes(uid) && !owners.some((owner) => living.has(owner))) store.delete(resource, dependent);
    }
  });
}

function ownersOf(object: JsonObject): readonly string[] {
  const owners = child(object, 'metadata').ownerReferences;
  return Array.isArray(owners) ? owners.filter(isObject).map((owner) => String(owner.uid)) : [];
}
