/**
 * One instance in closed form: how long a request takes among so many others, and so how many leave in a second. A request
 * waits (for a database, say), which costs no CPU, and works, for which all in flight share the CPUs. Where waiting takes at
 * least twenty times as long as working, requests one by one come to the same; the shorter it takes, the fewer are in flight
 * here than there would be, since it is not here that requests bunch.
 */
export interface Work {
  readonly waitSeconds: number;
  readonly cpuSeconds: number;
  readonly cpus: number;
  /** What they have in common besides the CPUs (locks, pools): by how much each other request in flight slows one down, */
  readonly slowdown: number;
  /** and each pair of others. */
  readonly pairSlowdown: number;
}

/** Alone it takes wait and work; where the CPUs are all busy, its turn of them. In between it bends from one to the other. */
export function latencySeconds(inFlight: number, work: Work): number {
  const others = Math.max(0, inFlight - 1);
  const alone = work.waitSeconds + work.cpuSeconds;
  const slowed = alone * (1 + work.slowdown * others + work.pairSlowdown * inFlight * others);
  const turn = (inFlight * work.cpuSeconds) / work.cpus;
  return bent(slowed, turn);
}

/** The larger of the two where they are far apart, and smoothly from one to the other between. */
export function bent(alone: number, turn: number): number {
  const [one, other] = [alone * alone, turn * turn];
  return Math.sqrt(Math.sqrt(one * one + other * other));
}

/** Requests a second that leave, with so many in flight. */
export const leavingPerSecond = (inFlight: number, work: Work): number =>
  inFlight > 0 ? inFlight / latencySeconds(inFlight, work) : 0;

const stepsPerRequest = 4;
const mostInFlight = 1000;
const steps = stepsPerRequest * (mostInFlight + 1);
const buckets = 16_384;

/** The same as tables, in quarters of a request, for worlds that ask a million times. */
export class Sharing {
  readonly work: Work;
  /** By quarters of a request in flight. */
  readonly leaving = new Float64Array(steps);
  readonly latency = new Float64Array(steps);
  /** In flight and what leaves in a second: what there is to do at a second's begin, rising. */
  readonly #load = new Float64Array(steps);
  /** Where to begin looking for a load. */
  readonly #from = new Int32Array(buckets + 1);
  readonly #perLoad: number;

  constructor(work: Work) {
    this.work = work;
    for (let i = 0; i < steps; i++) {
      const inFlight = i / stepsPerRequest;
      this.latency[i] = i === 0 ? work.waitSeconds + work.cpuSeconds : latencySeconds(inFlight, work);
      this.leaving[i] = leavingPerSecond(inFlight, work);
      this.#load[i] = inFlight + this.leaving[i]!;
      if (i > 0) this.#load[i] = Math.max(this.#load[i]!, this.#load[i - 1]! + 1e-6);
    }
    this.#perLoad = buckets / this.#load[steps - 1]!;
    let at = 0;
    for (let bucket = 0; bucket <= buckets; bucket++) {
      while (at < steps - 2 && this.#load[at + 1]! <= bucket / this.#perLoad) at++;
      this.#from[bucket] = at;
    }
  }

  /** How many are still in flight at the end of a second that began with this load; `mostInFlight` at most. */
  inFlightAfter(load: number): number {
    const loads = this.#load;
    if (load >= loads[steps - 1]!) return (steps - 1) / stepsPerRequest;
    let at = this.#from[(load * this.#perLoad) | 0]!;
    while (loads[at + 1]! <= load) at++;
    return (at + (load - loads[at]!) / (loads[at + 1]! - loads[at]!)) / stepsPerRequest;
  }

  /** The load of a second that ends with so many in flight. */
  loadOf(inFlight: number): number {
    return between(this.#load, inFlight);
  }

  leavingWith(inFlight: number): number {
    return between(this.leaving, inFlight);
  }

  /** The nearest place in the tables. */
  place(inFlight: number): number {
    return (inFlight * stepsPerRequest + 0.5) | 0;
  }
}

function between(table: Float64Array, inFlight: number): number {
  const place = inFlight * stepsPerRequest;
  const at = Math.min(steps - 2, place | 0);
  return table[at]! + (table[at + 1]! - table[at]!) * (place - at);
}
