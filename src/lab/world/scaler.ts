/**
 * How many instances the documented autoscaler wants: as many as bring the last minute's averages of CPU and of concurrency to
 * their targets, and at once as many as have to be there for what waits or cannot be finished.
 */
import { stepMs } from './step.ts';
import type { Resources } from './template.ts';

/** Without a request for so long it wants nothing. */
const averageMs = 60_000;
const perStep = stepMs / averageMs;

/** What one second of the fleet came to. */
export interface Second {
  readonly atMs: number;
  readonly arrivals: number;
  readonly inFlight: number;
  readonly cpus: number;
  /** Still waiting, and what had to be served a second for that alone. */
  readonly queued: number;
  readonly urgency: number;
  /** What the instances that are ready can finish in a second, and what one can. */
  readonly finishable: number;
  readonly perInstance: number;
}

export class Scaler {
  #averageInFlight = 0;
  #averageCpus = 0;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  wanted(second: Second): number {
    const { atMs, arrivals, queued, urgency, finishable, perInstance } = second;
    if (arrivals > 0) this.#lastArrivalMs = atMs;
    this.#averageInFlight += (second.inFlight - this.#averageInFlight) * perStep;
    this.#averageCpus += (second.cpus - this.#averageCpus) * perStep;
    if (queued === 0 && atMs - this.#lastArrivalMs > averageMs) return 0;
    const { concurrency, concurrencyTarget, cpus, cpuTarget } = this.#resources;
    const unfinished = queued > 0 || arrivals > finishable ? Math.ceil((arrivals + urgency) / perInstance) : 1;
    return Math.max(
      instancesFor(this.#averageInFlight, concurrency, concurrencyTarget),
      instancesFor(this.#averageCpus, cpus, cpuTarget),
      unfinished,
      Math.ceil(queued / concurrency),
    );
  }
}

/** A target of 0 is none. */
const instancesFor = (average: number, limit: number, target: number): number =>
  target === 0 ? 0 : Math.ceil(average / (limit * target));
