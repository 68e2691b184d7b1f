/**
 * While a status cannot be written, each look comes to the same anew: people are told of it once. What happens but once is
 * told by every look that comes to it: it is for whoever tells to see that it is there, also after a crash.
 */
import type { PolicyEvent } from '../facts/event.ts';
import { Unfinished } from './undone.ts';

export class Unreported {
  /** Of writes that were not done. */
  readonly unfinished = new Unfinished();
  /** What has been told of a policy, by its uid, and its status does not say. */
  readonly #told = new Map<string, ReadonlySet<string>>();

  readonly #met = new Set<string>();

  /** The events that have not been told since the policy's status was last written. */
  first(uid: string, events: readonly PolicyEvent[], isReported: boolean): PolicyEvent[] {
    const before = this.#told.get(uid) ?? new Set();
    const named = events.map((event) => ({ event, name: `${event.reason} ${event.action}` }));
    if (isReported) this.#told.delete(uid);
    else this.#told.set(uid, new Set([...before, ...named.map(({ name }) => name)]));
    return named.filter(({ event, name }) => event.once !== undefined || !before.has(name)).map(({ event }) => event);
  }

  /** Whether this process looks at the policy for the first time. */
  isFirstLook(uid: string): boolean {
    if (this.#met.has(uid)) return false;
    this.#met.add(uid);
    return true;
  }

  /** The policy is gone. */
  forget(uid: string): void {
    this.#told.delete(uid);
    this.#met.delete(uid);
    this.unfinished.over(uid);
  }
}
