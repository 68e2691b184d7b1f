/** What goes with its owners, once none of them is left, and with its namespace: in a real cluster the work of controllers. */
import { child, isObject, type JsonObject } from './object.ts';
import { namespaceResource, served } from './resources.ts';
import type { Change, Store } from './store.ts';

/** In the same namespace: what belongs to none is never taken away with what belongs to one. */
export function collectGarbage(store: Store): void {
  const within = (namespace: string) =>
    served.flatMap((resource) => store.list(resource, namespace).map((dependent) => ({ resource, dependent })));
  store.subscribe(({ type, resource: kind, object }: Change) => {
    const { namespace, name, uid } = object.metadata;
    if (type !== 'DELETED') return;
    if (kind === namespaceResource) {
      // One may take others with it that it owns.
      for (const { resource, dependent } of within(name))
        if (store.get(resource, name, dependent.metadata.name)) store.delete(resource, dependent);
    }
    if (namespace === undefined) return;
    const objects = within(namespace);
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
