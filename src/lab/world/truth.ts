/** What really happened to a service's users, and who changed it: nothing that a metric or an operator can see. */
import type { FleetTally } from './fleet.ts';
import type { Service } from './service.ts';
import type { WriteRecord } from './spec.ts';

export interface RevisionTruth extends FleetTally {
  /** Of the traffic, now. */
  readonly percent: number;
}

/**
 * Requests count from the lab's start. `bad` are those that failed: answered 5xx, refused with 429, or met no revision
 * at all. A slow one (above 300 ms, waiting included) is not bad by itself, because a healthy service has those too; a
 * slow one that failed is in `errors` and in `slow`, and once in `bad`.
 */
export interface Truth {
  readonly nowMs: number;
  readonly requests: number;
  readonly bad: number;
  readonly byRevision: Readonly<Record<string, RevisionTruth>>;
  readonly writes: readonly WriteRecord[];
}

const nothingTrue: FleetTally = { requests: 0, errors: 0, slow: 0, connections: 0, disconnects: 0 };

/** Counts a service's past away, so that the truth begins where the lab does. */
export class TruthKeeper {
  readonly #service: Service;
  readonly #past: ReadonlyMap<string, FleetTally>;
  /** Requests for which there was no ready revision. */
  unserved = 0;

  constructor(service: Service) {
    this.#service = service;
    this.#past = new Map([...service.revisions.values()].map((revision) => [revision.name, revision.fleet.tally()]));
  }

  at(nowMs: number): Truth {
    const split = this.#service.routes.split();
    const byRevision = Object.fromEntries(
      [...this.#service.deleted, ...this.#service.revisions.values()].map((revision) => {
        const tally = since(this.#past.get(revision.name) ?? nothingTrue, revision.fleet.tally());
        return [revision.name, { ...tally, percent: split.get(revision.name) ?? 0 }];
      }),
    );
    const all = Object.values(byRevision);
    return {
      nowMs,
      requests: all.reduce((sum, one) => sum + one.requests, this.unserved),
      bad: all.reduce((sum, one) => sum + one.errors, this.unserved),
      byRevision,
      writes: [...this.#service.writes],
    };
  }
}

const since = (past: FleetTally, now: FleetTally): FleetTally => ({
  requests: now.requests - past.requests,
  errors: now.errors - past.errors,
  slow: now.slow - past.slow,
  connections: now.connections - past.connections,
  disconnects: now.disconnects - past.disconnects,
});
