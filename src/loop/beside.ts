/**
 * Was another hand at the service between the read before a write and the read after it? An etag that is ignored does not
 * tell, but the generation does: it rises by one with every change that somebody asks for, and ours is one.
 */
import type { PolicyEvent } from '../facts/event.ts';
import type { Service } from '../facts/service.ts';

/** How many changes of others there were. The same as was there is no change: then it has not risen at all. */
export const changesBeside = (before: Service, after: Service): number =>
  Math.max(0, after.generation - before.generation - 1);

/**
 * What people are told of it. It is no failure: the service is as it was meant to be, and the other change may have been of
 * something else, or Cloud Run's own. But whoever set the traffic in that moment sees theirs gone, and nobody else can know.
 */
export function besideOf(action: string, count: number): readonly PolicyEvent[] {
  if (count === 0) return [];
  const changes = count === 1 ? 'one more change' : `${count} more changes`;
  const message =
    `In the moment in which ${action} was carried out, the service had ${changes}, by another hand or by Cloud Run ` +
    'itself. If one was of the traffic, it is overwritten: make it again, and it is respected.';
  return [{ type: 'Normal', reason: 'ChangedBeside', action, message }];
}
