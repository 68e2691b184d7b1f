/** The instances of the service, a second at a time. A request more or less is a fraction here, but no instance is. */
import type { Sharing } from '../../scenario/sharing.ts';
import { Chance, Normals } from './chance.ts';
import type { Minute } from './minute.ts';
import type { Workload } from './service.ts';

const most = 1200;
/** Some get more of the traffic than others: the standard deviation of the logarithm. */
const imbalance = 0.15;
const startSpread = 0.25;
const memoryNoise = 0.03;
/** What an instance does besides requests, of its CPUs. */
const ownCpu = 0.02;

/** What a second came to. */
export interface Second {
  /** Requests that found no place. */
  overflow: number;
  left: number;
  /** CPUs that were busy, and requests in flight, of all. */
  cpus: number;
  inFlight: number;
}

export class Instances {
  /** That take requests or could, the active ones first. */
  ready = 0;
  active = 0;
  readonly #inFlight = new Float64Array(most);
  /** How much of the traffic comes to it, compared with others, and the normal number that this is made of. */
  readonly #weight = new Float64Array(most);
  readonly #deviation = new Float64Array(most);
  /** Seconds at which those that are starting will be ready, rising. */
  #starting: number[] = [];
  readonly #startSeconds: number;
  readonly #chance: Chance;
  readonly #own: Chance;
  readonly #normals: Normals;
  readonly #dead: number[] = [];

  constructor(startSeconds: number, seed: number, chance: Chance) {
    this.#startSeconds = startSeconds;
    this.#chance = chance;
    this.#own = new Chance(seed * 104_729 + 5);
    this.#normals = new Normals(chance);
  }

  get all(): number {
    return this.ready + this.#starting.length;
  }

  add(): void {
    if (this.ready >= most) return;
    this.#inFlight[this.ready] = 0;
    this.#deviation[this.ready] = this.#own.normal();
    this.#weight[this.ready] = Math.exp(imbalance * this.#deviation[this.ready]!);
    this.ready++;
  }

  start(count: number, second: number): void {
    if (count <= 0) return;
    for (let i = 0; i < count; i++) this.#begin(second);
    this.#starting.sort((a, b) => a - b);
  }

  #begin(second: number): void {
    const startSeconds = this.#startSeconds * Math.exp(startSpread * this.#chance.normal());
    this.#starting.push(second + Math.ceil(startSeconds));
  }

  /** Those that are ready by now take requests; says how many. */
  arrive(second: number): number {
    let count = 0;
    for (; this.#starting.length > 0 && this.#starting[0]! <= second; count++) {
      this.#starting.shift();
      this.add();
    }
    return count;
  }

  /** A part of them starts anew, as with a new revision; one stays. */
  renew(part: number, second: number): void {
    const count = Math.max(0, Math.min(Math.ceil(this.ready * part), this.ready - 1));
    this.ready -= count;
    this.start(count, second);
  }

  limitInFlight(concurrency: number): void {
    for (let i = 0; i < this.ready; i++) this.#inFlight[i] = Math.min(this.#inFlight[i]!, concurrency);
  }

  /** Requests that came in this second, as the square root of their mean spreads them. */
  arrivals(mean: number): number {
    return Math.max(0, mean + Math.sqrt(mean) * this.#normals.next());
  }

  /** All active ones take their parts of these requests, and work for a second. */
  serve(requests: number, concurrency: number, sharing: Sharing, workload: Workload, minute: Minute, to: Second): void {
    const { active } = this;
    const weight = this.#weight;
    const inFlight = this.#inFlight;
    let weights = 0;
    for (let i = 0; i < active; i++) weights += weight[i]!;
    const each = requests / weights;
    const full = sharing.loadOf(concurrency);
    const { memoryBase, memoryPerRequest, cpus } = workload;
    const cpuOfLeaving = workload.cpuSeconds / cpus;
    const noise = this.#normals;
    to.overflow = to.left = to.cpus = to.inFlight = 0;
    this.#dead.length = 0;
    for (let i = 0; i < active; i++) {
      const load = inFlight[i]! + each * weight[i]!;
      if (load > full) to.overflow += load - full;
      const now = load > full ? concurrency : sharing.inFlightAfter(load);
      inFlight[i] = now;
      const memory = memoryBase + memoryPerRequest * now * (1 + memoryNoise * noise.next());
      if (memory >= 1) {
        this.#dead.push(i);
        continue;
      }
      const left = sharing.leavingWith(now);
      const cpu = Math.min(1, left * cpuOfLeaving + ownCpu);
      to.left += left;
      to.cpus += cpu * cpus;
      to.inFlight += now;
      minute.served(i, now, left, cpu, memory, sharing);
    }
  }

  /** Those whose memory did not suffice die with their requests, and start anew; the rest of the idle ones have none. */
  bury(second: number): { readonly killed: number; readonly lost: number } {
    const killed = this.#dead.length;
    let lost = 0;
    for (const i of this.#dead.toReversed()) {
      lost += this.#inFlight[i]!;
      this.ready--;
      this.#inFlight[i] = this.#inFlight[this.ready]!;
      this.#weight[i] = this.#weight[this.ready]!;
      this.#deviation[i] = this.#deviation[this.ready]!;
    }
    this.start(killed, second);
    this.active = Math.min(this.active, this.ready);
    this.#inFlight.fill(0, this.active, this.ready);
    return { killed, lost };
  }

  /** A minute in which the weights wander, and after so long they have forgotten where they were. */
  drift(seconds: number): void {
    const kept = Math.exp(-60 / seconds);
    const fresh = Math.sqrt(1 - kept * kept);
    for (let i = 0; i < this.ready; i++) {
      this.#deviation[i] = kept * this.#deviation[i]! + fresh * this.#normals.next();
      this.#weight[i] = Math.exp(imbalance * this.#deviation[i]!);
    }
  }
}
