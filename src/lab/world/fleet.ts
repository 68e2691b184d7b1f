/**
 * The instances of one revision, the queue before them, and the scaler that wants 60 % of their CPU and of their
 * concurrency used. A request that waits 10 s for an instance is refused with 429; Cloud Run's request count never sees it.
 */

import type { Random } from '../../scenario/random.ts';
import { type Conditions, Counters, Instance } from './instance.ts';
import type { Resources } from './template.ts';

const targetUtilization = 0.6;
const queueMs = 10_000;
const idleMs = 15 * 60_000;
/** The scaler looks at the average of about a minute; without a request for so long it wants nothing. */
const averageMs = 60_000;
const stepMs = 1000;

export interface Limits {
  readonly min: number;
  readonly max: number;
}

export interface FleetTally {
  readonly requests: number;
  readonly errors: number;
  readonly slow: number;
  readonly connections: number;
  readonly disconnects: number;
}

export class Fleet {
  /** Oldest first; those that still start are last. */
  instances: Instance[] = [];
  /** How many of them the scaler has a use for; the rest is idle. */
  wanted = 0;
  /** Counted by instances that are gone. */
  readonly retired = new Counters();
  refused = 0;
  #slowByWaiting = 0;
  #queue: { atMs: number; requests: number }[] = [];
  #spareCapacity = 0;
  #averageRps = 0;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;
  #turn = 0;
  readonly #resources: Resources;
  readonly #cpuMsPerRequest: number;
  readonly #startMs: number;
  readonly #random: Random;

  constructor(resources: Resources, demand: { cpuMsPerRequest: number; startSeconds: number }, random: Random) {
    this.#resources = resources;
    this.#cpuMsPerRequest = demand.cpuMsPerRequest;
    this.#startMs = demand.startSeconds * 1000;
    this.#random = random;
  }

  /** One instance that is ready now: the one that Cloud Run's deployment check started. */
  startFirst(nowMs: number): void {
    this.instances.push(new Instance(this.#random.hex(24), nowMs));
  }

  /** One second that ends at `nowMs`. */
  step(nowMs: number, arrivals: number, conditions: Conditions, limits: Limits): void {
    if (arrivals > 0) {
      this.#queue.push({ atMs: nowMs, requests: arrivals });
      this.#lastArrivalMs = nowMs;
    }
    this.#averageRps += (arrivals - this.#averageRps) * (stepMs / averageMs);
    const perInstance = this.#capacityRps(conditions);
    this.#serve(nowMs, perInstance, conditions);
    this.#refuse(nowMs);
    this.wanted = Math.min(limits.max, Math.max(limits.min, this.#demand(nowMs, arrivals, perInstance, conditions)));
    this.#scale(nowMs, limits.max);
  }

  ready(nowMs: number): readonly Instance[] {
    return this.instances.filter((instance) => instance.readyMs <= nowMs);
  }

  /** Everything that was counted here, by the dead and the living. */
  counters(): Counters {
    const all = new Counters();
    all.add(this.retired);
    for (const instance of this.instances) all.add(instance.counters);
    return all;
  }

  /** What happened to the requests, also those that no metric shows. */
  tally(): FleetTally {
    const { requests, failed, slow, connections, disconnects } = this.counters();
    return {
      requests: requests + this.refused,
      errors: failed + this.refused,
      slow: slow + this.#slowByWaiting,
      connections,
      disconnects,
    };
  }

  /** Requests a second that one instance can finish, by its slots and by its CPU. */
  #capacityRps(conditions: Conditions): number {
    const bySlots = (this.#resources.concurrency * 1000) / conditions.latency.meanMs;
    return Math.min(bySlots, (this.#resources.cpus * 1000) / this.#cpuMsPerRequest);
  }

  #serve(nowMs: number, perInstance: number, conditions: Conditions): void {
    const ready = this.ready(nowMs);
    if (ready.length === 0 || this.#queue.length === 0) return;
    const capacity = ready.length * perInstance + this.#spareCapacity;
    const { waited, fresh } = this.#take(nowMs, Math.floor(capacity));
    this.#spareCapacity = Math.min(1, capacity - waited - fresh);
    const busy = Math.min(ready.length, Math.max(1, this.wanted, Math.ceil((waited + fresh) / perInstance)));
    const serving = ready.slice(0, busy);
    this.#spread(fresh, serving, nowMs, conditions);
    if (waited > 0) this.#spreadWaited(waited, serving, nowMs, conditions);
  }

  /** Takes up to `most` requests from the queue, oldest first. */
  #take(nowMs: number, most: number): { waited: number; fresh: number } {
    let waited = 0;
    let fresh = 0;
    for (let head = this.#queue[0]; head !== undefined && waited + fresh < most; head = this.#queue[0]) {
      const taken = Math.min(head.requests, most - waited - fresh);
      if (head.atMs < nowMs) waited += taken;
      else fresh += taken;
      head.requests -= taken;
      if (head.requests === 0) this.#queue.shift();
    }
    return { waited, fresh };
  }

  /** In turn, so that everyone gets the same to within one. */
  #spread(requests: number, serving: readonly Instance[], nowMs: number, conditions: Conditions): void {
    const each = Math.floor(requests / serving.length);
    const rest = requests % serving.length;
    serving.forEach((instance, i) => {
      const extra = (i + this.#turn) % serving.length < rest ? 1 : 0;
      if (each + extra > 0) instance.serve(each + extra, nowMs, conditions, this.#random);
    });
    this.#turn++;
  }

  /** Whoever waited a second or more for an instance was slow for its user, however fast the container was. */
  #spreadWaited(waited: number, serving: readonly Instance[], nowMs: number, conditions: Conditions): void {
    const slow = () => serving.reduce((sum, instance) => sum + instance.counters.slow, 0);
    const before = slow();
    this.#spread(waited, serving, nowMs, conditions);
    this.#slowByWaiting += waited - (slow() - before);
  }

  #refuse(nowMs: number): void {
    for (let head = this.#queue[0]; head !== undefined && nowMs - head.atMs >= queueMs; head = this.#queue[0]) {
      this.refused += head.requests;
      this.#queue.shift();
    }
  }

  /** Little's law over the last minute against the target, or more where a queue has to be worked off. */
  #demand(nowMs: number, arrivals: number, perInstance: number, conditions: Conditions): number {
    const queued = this.#queue.reduce((sum, batch) => sum + batch.requests, 0);
    if (queued === 0 && nowMs - this.#lastArrivalMs > averageMs) return 0;
    const inFlight = (this.#averageRps * conditions.latency.meanMs) / 1000;
    const bySlots = Math.ceil(inFlight / (this.#resources.concurrency * targetUtilization));
    const cpus = (this.#averageRps * this.#cpuMsPerRequest) / 1000;
    const byCpu = Math.ceil(cpus / (this.#resources.cpus * targetUtilization));
    const urgent = queued > 0 ? Math.ceil((arrivals + (queued * stepMs) / queueMs) / perInstance) : 1;
    return Math.max(bySlots, byCpu, urgent);
  }

  #scale(nowMs: number, max: number): void {
    for (let i = 0; i < Math.min(this.wanted, this.instances.length); i++) this.instances[i]!.neededMs = nowMs;
    while (this.instances.length < this.wanted) {
      this.instances.push(new Instance(this.#random.hex(24), nowMs + this.#startMs));
    }
    const kept = this.instances.filter((instance, i) => i < max && nowMs - instance.neededMs < idleMs);
    if (kept.length < this.instances.length) this.#retire(kept);
  }

  #retire(kept: Instance[]): void {
    for (const instance of this.instances) if (!kept.includes(instance)) this.retired.add(instance.counters);
    this.instances = kept;
  }
}
