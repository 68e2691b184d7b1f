/**
 * The instances of one revision, the queue before them, and what the scaler makes of it. Requests are given out evenly, but
 * the work in them is not even: some instances have more to do than others.
 */
import { ofMeanOne } from '../../scenario/lognormal.ts';
import type { Random } from '../../scenario/random.ts';
import type { Behaviour } from './behaviour.ts';
import { type Conditions, Counters, Instance } from './instance.ts';
import type { LoadSeen } from './load.ts';
import { partsOf } from './parts.ts';
import { Queue } from './queue.ts';
import { Scaler } from './scaler.ts';
import { finishedPerSecond, type Sharing, unfinished } from './sharing.ts';
import type { Resources } from './template.ts';

const idleMs = 15 * 60_000;
const driftMs = 60_000;

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

/** An instance that needed more memory than it has. */
export interface Kill {
  readonly atMs: number;
  readonly instance: string;
  readonly usedMib: number;
}

/** Whether an instance that has more to do than others has it for life. */
export type Imbalance = 'Lasts' | 'Drifts';

/** What it is made of: the template's resources, and what its container does with them. */
export interface FleetNature {
  readonly resources: Resources;
  readonly behaviour: Pick<Behaviour, 'cpuMsPerRequest' | 'memoryMib' | 'startSeconds'>;
  readonly imbalance: Imbalance;
  /** How much its instances' latencies differ: the standard deviation of their factors. */
  readonly latencySd: number;
}

export class Fleet {
  /** Oldest first; those that still start are last. */
  instances: Instance[] = [];
  /** How many of them the scaler has a use for; the rest is idle. */
  wanted = 0;
  /** Counted by instances that are gone. */
  readonly retired = new Counters();
  refused = 0;
  /** Oldest first. */
  readonly kills: Kill[] = [];
  /** Requests that were in flight in instances which were killed: as many of those that come next fail for them. */
  #lost = 0;
  #slowByWaiting = 0;
  readonly #queue = new Queue();
  #spareCapacity = 0;
  /** In all instances, after the last second; and how many CPUs that took. */
  #inFlight = 0;
  #cpusUsed = 0;
  #turn = 0;
  readonly #nature: FleetNature;
  readonly #scaler: Scaler;
  readonly #random: Random;
  /** A stream of its own: how uneven the work is changes no other number. */
  readonly #unevenness: Random;

  constructor(nature: FleetNature, random: Random, unevenness: Random) {
    this.#nature = nature;
    this.#scaler = new Scaler(nature.resources);
    this.#random = random;
    this.#unevenness = unevenness;
  }

  /** One instance that is ready now: the one that Cloud Run's deployment check started. */
  startFirst(nowMs: number): void {
    this.#start(nowMs);
  }

  /** One second that ends at `nowMs`. */
  step(nowMs: number, arrivals: number, conditions: Conditions, limits: Limits): void {
    const { resources, behaviour } = this.#nature;
    const sharing = {
      aloneSeconds: conditions.latency.meanMs / 1000,
      cpuSeconds: behaviour.cpuMsPerRequest / 1000 / resources.cpus,
    };
    const perInstance = finishedPerSecond(sharing, resources.concurrency);
    const ready = this.ready(nowMs);
    this.#queue.add(nowMs, arrivals);
    this.#serve(ready, nowMs, perInstance, sharing, conditions);
    this.refused += this.#queue.refuse(nowMs);
    const demand = this.#scaler.wanted({
      atMs: nowMs,
      arrivals,
      inFlight: this.#inFlight,
      cpus: this.#cpusUsed,
      queued: this.#queue.length,
      urgency: this.#queue.urgency,
      finishable: ready.length * perInstance,
      perInstance,
    });
    this.wanted = Math.min(limits.max, Math.max(limits.min, demand));
    this.#scale(nowMs, limits.max);
    if (this.#nature.imbalance === 'Drifts' && nowMs % driftMs === 0) this.#drift();
  }

  ready(nowMs: number): readonly Instance[] {
    return this.instances.filter((instance) => instance.readyMs <= nowMs);
  }

  /** What each instance had to do since this was asked last: for the platform's metrics, once a minute. */
  seen(nowMs: number): readonly (LoadSeen & { readonly instance: Instance })[] {
    const { concurrency } = this.#nature.resources;
    return this.ready(nowMs).map((instance) => ({
      instance,
      ...instance.load.seen(concurrency, this.#unevenness),
    }));
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

  #serve(
    ready: readonly Instance[],
    nowMs: number,
    perInstance: number,
    sharing: Sharing,
    conditions: Conditions,
  ): void {
    const inFlight = this.#inFlight;
    this.#inFlight = ready.length === 0 ? 0 : inFlight * unfinished(sharing);
    this.#cpusUsed = 0;
    if (ready.length === 0 || this.#queue.length === 0) return;
    const { concurrency } = this.#nature.resources;
    const capacity = Math.max(0, ready.length * (perInstance + concurrency) - inFlight) + this.#spareCapacity;
    const { waited, fresh } = this.#queue.take(nowMs, Math.floor(capacity));
    const taken = waited + fresh;
    this.#spareCapacity = Math.min(1, capacity - taken);
    const serving = ready.slice(0, Math.min(ready.length, Math.max(1, this.wanted, Math.ceil(taken / perInstance))));
    this.#load(taken, taken < capacity / 2, serving, nowMs, sharing);
    const failed = this.#lost === 0 ? 0 : this.#fail(Math.min(this.#lost, taken), conditions);
    const failedAtOnce = Math.min(failed, fresh);
    this.#spread(fresh - failedAtOnce, serving, nowMs, conditions);
    if (waited > 0) this.#spreadWaited(waited - (failed - failedAtOnce), serving, nowMs, conditions);
    this.#kill(serving, nowMs);
  }

  #load(requests: number, isEasy: boolean, serving: readonly Instance[], nowMs: number, sharing: Sharing): void {
    const { concurrency, cpus } = this.#nature.resources;
    const even = requests / serving.reduce((sum, { load }) => sum + load.weight, 0);
    const parts = isEasy ? null : partsOf(even, serving, (load) => load.room(nowMs, sharing, concurrency));
    this.#inFlight = 0;
    for (let i = 0; i < serving.length; i++) {
      const { load } = serving[i]!;
      this.#cpusUsed += load.take(parts?.[i] ?? even * load.weight, nowMs, sharing, concurrency) * cpus;
      this.#inFlight += load.inFlight;
    }
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

  /** An instance above its memory is gone with all that it has in flight; the scaler starts another. */
  #kill(serving: readonly Instance[], nowMs: number): void {
    const { resources, behaviour } = this.#nature;
    const { base, perRequest } = behaviour.memoryMib;
    const usedMib = ({ load }: Instance) => base + perRequest * load.inFlight;
    const isKilled = (instance: Instance) => usedMib(instance) > resources.memoryMib;
    if (!serving.some(isKilled)) return;
    const killed = serving.filter(isKilled);
    for (const instance of killed) {
      this.kills.push({ atMs: nowMs, instance: instance.id, usedMib: usedMib(instance) });
      this.#lost += Math.round(instance.load.inFlight);
      this.#inFlight -= instance.load.inFlight;
    }
    this.#retire(this.instances.filter((instance) => !killed.includes(instance)));
  }

  /** No app counts these; returns how many. */
  #fail(requests: number, { latency }: Conditions): number {
    this.#lost -= requests;
    this.retired.fail(requests, latency, this.#random);
    return requests;
  }

  #scale(nowMs: number, max: number): void {
    for (let i = 0; i < Math.min(this.wanted, this.instances.length); i++) this.instances[i]!.neededMs = nowMs;
    while (this.instances.length < this.wanted) this.#start(nowMs + this.#nature.behaviour.startSeconds * 1000);
    const kept = this.instances.filter((instance, i) => i < max && nowMs - instance.neededMs < idleMs);
    if (kept.length < this.instances.length) this.#retire(kept);
  }

  #start(readyMs: number): void {
    this.instances.push(new Instance(this.#random.hex(24), readyMs, this.#unevenness, this.#luck()));
  }

  #luck(): number {
    const { latencySd } = this.#nature;
    return latencySd === 0 ? 1 : ofMeanOne(latencySd, this.#unevenness.normal());
  }

  #drift(): void {
    for (const { load } of this.instances) load.drift(this.#unevenness);
  }

  #retire(kept: Instance[]): void {
    for (const instance of this.instances) if (!kept.includes(instance)) this.retired.add(instance.counters);
    this.instances = kept;
  }
}
