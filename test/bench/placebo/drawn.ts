/**
 * Latency where each instance has luck of its own: no record tells requests by instance of a service with many, so this one is
 * made up, but for the luck, which is drawn from machines that were measured. A hundred requests a second, an instance for
 * each twenty of an arm's own and at least one, as slow as the lab's healthy service times a factor, until another takes its
 * place after some 90 min.
 */
import type { Tally } from '../../../src/facts/counts.ts';
import type { Past } from '../../../src/rehearsal/world.ts';
import { shareBelow } from '../../../src/scenario/lognormal.ts';
import type { Random } from '../../../src/scenario/random.ts';
import type { Arms } from './arms.ts';
import type { DrawnSeries } from './series.ts';

const latencyMs = { p50: 110, p95: 250, p99: 350 };
const requestsPerSecond = 100;
const requestsPerSecondOfInstance = 20;
const lifeMs = 90 * 60_000;

const slowOf = ({ factors, slowMs }: DrawnSeries): number[] =>
  factors.map((factor) => 1 - shareBelow(latencyMs, slowMs / factor));

/** Of all requests, in the long run. */
export function drawnBad(series: DrawnSeries): number {
  return slowOf(series).reduce((sum, slow) => sum + slow, 0) / series.factors.length;
}

export class DrawnTraffic {
  readonly #series: DrawnSeries;
  readonly #slow: readonly number[];
  readonly #share: number;

  constructor(series: DrawnSeries, share: number) {
    this.#series = series;
    this.#slow = slowOf(series);
    this.#share = share;
  }

  /** The stable's past, and both arms from the deploy on. */
  draw(random: Random, past: number, ticks: number): { readonly history: Past; readonly ticks: Arms[] } {
    const stable = this.#fleet(random, 1);
    const before = Array.from({ length: past }, () => stable.tick());
    const history = { ticks: before, byInstance: stable.lived.map(({ bad, total }) => ({ bad, total })) };
    stable.serve(1 - this.#share);
    const candidate = this.#fleet(random, this.#share);
    const arms = Array.from({ length: ticks }, () => ({
      units: { candidate: candidate.count, stable: stable.count },
      candidate: candidate.tick(),
      stable: stable.tick(),
    }));
    return { history, ticks: arms };
  }

  #fleet(random: Random, share: number): Fleet {
    return new Fleet(random, this.#slow, this.#series.tickMs, share);
  }
}

/** What it has served, and the part of its requests that is slow. */
interface Life {
  bad: number;
  total: number;
  readonly slow: number;
}

/** An arm's instances. */
class Fleet {
  readonly #random: Random;
  readonly #pool: readonly number[];
  readonly #tickMs: number;
  readonly #instances: Life[] = [];
  /** All that there ever were. */
  readonly lived: Life[] = [];
  #requests = 0;

  constructor(random: Random, pool: readonly number[], tickMs: number, share: number) {
    this.#random = random;
    this.#pool = pool;
    this.#tickMs = tickMs;
    this.serve(share);
  }

  serve(share: number): void {
    const rate = share * requestsPerSecond;
    this.#requests = (rate * this.#tickMs) / 1000;
    this.#instances.length = Math.min(this.#instances.length, instancesFor(rate));
    while (this.#instances.length < instancesFor(rate)) this.#instances.push(this.#start());
  }

  get count(): number {
    return this.#instances.length;
  }

  tick(): Tally {
    const sum = { bad: 0, total: 0 };
    this.#instances.forEach((life, i) => {
      const total = this.#random.poisson(this.#requests / this.#instances.length);
      const bad = this.#random.binomial(total, life.slow);
      sum.total += total;
      sum.bad += bad;
      life.total += total;
      life.bad += bad;
      if (this.#random.next() < this.#tickMs / lifeMs) this.#instances[i] = this.#start();
    });
    return sum;
  }

  #start(): Life {
    const life = { bad: 0, total: 0, slow: this.#pool[this.#random.below(this.#pool.length)]! };
    this.lived.push(life);
    return life;
  }
}

const instancesFor = (rate: number): number => Math.max(1, Math.ceil(rate / requestsPerSecondOfInstance));
