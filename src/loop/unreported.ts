/** While a status cannot be written, each look comes to the same anew: people are told of it once. */
import type { PolicyEvent } from '../facts/event.ts';

export class Unreported {
  /** What has been told of a policy, by its uid, and its status does not say. */
  readonly #told = new Map<string, ReadonlySet<string>>();

  /** The events that have not been told since the policy's status was last written. */
  first(uid: string, events: readonly PolicyEvent[], isReported: boolean): PolicyEvent[] {
    const before = this.#told.get(uid) ?? new Set();
    const named = events.map((event) => ({ event, name: `${event.reason} ${event.action}` }));
    if (isReported) this.#told.delete(uid);
    else this.#told.set(uid, new Set([...before, ...named.map(({ name }) => name)]));
    return named.filter(({ name }) => !before.has(name)).map(({ event }) => event);
  }

  /** The policy is gone. */
  forget(uid: string): void {
    this.#told.delete(uid);
  }
}
