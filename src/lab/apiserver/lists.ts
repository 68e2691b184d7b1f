/** Lists in pages, each from one moment. */
import { randomUUID } from 'node:crypto';
import { badRequest, expired } from './failure.ts';
import type { ApiObject, JsonObject } from './object.ts';

/** Lists under way; older ones can no longer be continued. */
const mostSnapshots = 100;

export interface Listing {
  readonly items: readonly ApiObject[];
  readonly metadata: JsonObject;
}

interface Snapshot {
  readonly rest: readonly ApiObject[];
  readonly revision: number;
}

/** Lists in pages, each page from the state at which the first one was taken. */
export class Lists {
  readonly #snapshots = new Map<string, Snapshot>();

  /** `take` gives everything there is now, for a list that begins. Throws Failure. */
  page(query: URLSearchParams, take: () => readonly ApiObject[], revision: number): Listing {
    const limit = Number(query.get('limit') ?? 0);
    if (!Number.isInteger(limit) || limit < 0) throw badRequest(`invalid limit: ${query.get('limit')}`);
    const token = query.get('continue') ?? '';
    const snapshot = token === '' ? { rest: take(), revision } : this.#resume(token);
    const isLast = limit === 0 || snapshot.rest.length <= limit;
    const items = isLast ? snapshot.rest : snapshot.rest.slice(0, limit);
    const resourceVersion = String(snapshot.revision);
    if (isLast) return { items, metadata: { resourceVersion } };
    const rest = snapshot.rest.slice(limit);
    return {
      items,
      metadata: { resourceVersion, continue: this.#keep({ ...snapshot, rest }), remainingItemCount: rest.length },
    };
  }

  /** Forgets lists under way, as a compaction does. */
  expire(): void {
    this.#snapshots.clear();
  }

  #resume(token: string): Snapshot {
    const snapshot = this.#snapshots.get(token);
    if (snapshot === undefined) {
      throw expired('The provided continue parameter is too old to display a consistent list result.');
    }
    return snapshot;
  }

  #keep(snapshot: Snapshot): string {
    const token = randomUUID();
    this.#snapshots.set(token, snapshot);
    const oldest = this.#snapshots.keys().next().value;
    if (this.#snapshots.size > mostSnapshots && oldest !== undefined) this.#snapshots.delete(oldest);
    return token;
  }
}
