/**
 * What serves now, and the changes that Cloud Run has not finished. A change serves when its time has come and the
 * revisions it needs have started; until then the old split does. A later change never waits for an earlier one.
 */
import { Refusal } from './refusal.ts';
import type { Revision } from './revision.ts';
import type { Operation } from './spec.ts';
import { splitOf, type TrafficTarget } from './traffic.ts';

export interface Change {
  readonly generation: number;
  readonly dueMs: number;
  readonly traffic: readonly TrafficTarget[];
  /** What must have started, or failed to, before this can be finished. */
  readonly awaits: readonly Revision[];
  readonly operation: Operation;
}

export class Routes {
  /** The targets that serve; LATEST is `latest`. */
  served: readonly TrafficTarget[];
  /** The newest ready revision when the last change was finished. */
  latest: string | null;
  /** The newest generation that was done as asked. */
  observedGeneration = 1;
  /** Why the last change of the traffic could not be done; null when it could. */
  trouble: string | null = null;
  #servedGeneration = 1;
  #pending: readonly Change[] = [];

  constructor(served: readonly TrafficTarget[], latest: string) {
    this.served = served;
    this.latest = latest;
  }

  get reconciling(): boolean {
    return this.#pending.length > 0;
  }

  /** Who serves how many percent now. */
  split(): ReadonlyMap<string, number> {
    return splitOf(this.served, this.latest);
  }

  begin(change: Change): void {
    this.#pending = [...this.#pending, change];
  }

  settle(nowMs: number, latestReady: string | null): void {
    const due = this.#pending.filter((change) => nowMs >= change.dueMs && change.awaits.every(resolved));
    if (due.length === 0) return;
    this.#pending = this.#pending.filter((change) => !due.includes(change));
    this.latest = latestReady;
    for (const change of due) this.#finish(change);
  }

  #finish({ generation, traffic, awaits, operation }: Change): void {
    const failed = awaits.find((revision) => revision.state === 'Failed');
    const routable = failed === undefined || traffic.every((target) => target.revision !== failed.name);
    if (generation > this.#servedGeneration) {
      this.#servedGeneration = generation;
      this.trouble = routable ? null : notReady(failed);
      if (routable) this.served = traffic;
    }
    if (failed === undefined) this.observedGeneration = Math.max(this.observedGeneration, generation);
    else operation.error = new Refusal('FAILED_PRECONDITION', notReady(failed));
    operation.done = true;
  }
}

export const notReady = ({ name, message }: Revision): string =>
  `Revision '${name}' is not ready and cannot serve traffic. ${message}`;
const resolved = (revision: Revision): boolean => revision.state !== 'Starting';
