/** The instances of one revision: how many there are for its traffic, and what luck it has with their latency. */
import { ofMeanOne } from './lognormal.ts';
import type { InstanceNoise } from './noise.ts';
import type { Random } from './random.ts';

/** Latency factors, and how much of the requests each meets; the parts add up to 1. */
export type Luck = readonly { readonly factor: number; readonly part: number }[];

export const noLuck: Luck = [{ factor: 1, part: 1 }];

/** The requests of one instance, and how many of them were slower than each threshold. */
export interface Served {
  readonly requests: number;
  readonly slow: readonly number[];
}

export class Instances {
  readonly #noise: InstanceNoise;
  readonly #random: Random;
  /** Of each instance, the oldest first. */
  #factors: readonly number[] = [];
  #luck: Luck = [];
  #served: Map<Luck, { requests: number; readonly slow: number[] }> | null = null;

  constructor(noise: InstanceNoise, random: Random) {
    this.#noise = noise;
    this.#random = random;
  }

  get count(): number {
    return this.#factors.length;
  }

  /** As many as so many requests a second need: the newest go, and those that come have luck of their own. */
  scaleTo(rps: number): Luck {
    // A hair less, so that a fifth of 100 is 20.
    const wanted = Math.max(1, Math.ceil(rps / this.#noise.each - 1e-9));
    if (wanted !== this.count) {
      this.#factors = Array.from(
        { length: wanted },
        (_, i) => this.#factors[i] ?? ofMeanOne(this.#noise.sd, this.#random.normal()),
      );
      this.#luck = this.#factors.map((factor) => ({ factor, part: 1 / wanted }));
    }
    return this.#luck;
  }

  /** What they are serving counts for each of them from now on. */
  remember(): void {
    this.#served = new Map();
  }

  /** So many requests, and so many of them slower than each threshold, of the instances that there are. */
  record(requests: number, slow: readonly number[]): void {
    if (this.#served === null) return;
    const sum = this.#served.get(this.#luck);
    if (sum === undefined) this.#served.set(this.#luck, { requests, slow: [...slow] });
    else {
      sum.requests += requests;
      slow.forEach((more, i) => {
        sum.slow[i]! += more;
      });
    }
  }

  /**
   * What each of them served of that: whose a request was follows from how many each gets, and how likely each is to be slow,
   * by `slowOf`, the part of the requests of an instance with that factor that is slower than each threshold.
   */
  served(slowOf: (factor: number) => readonly number[], random: Random): Served[] {
    const byFactor = new Map<number, Served>();
    for (const [luck, sum] of this.#served ?? []) {
      const slowParts = luck.map(({ factor, part }) => slowOf(factor).map((slow) => part * slow));
      const requests = allotted(
        sum.requests,
        luck.map(({ part }) => part),
        random,
      );
      const slow = sum.slow.map((count, i) =>
        allotted(
          count,
          slowParts.map((parts) => parts[i]!),
          random,
        ),
      );
      luck.forEach(({ factor }, at) => {
        const before = byFactor.get(factor) ?? { requests: 0, slow: sum.slow.map(() => 0) };
        byFactor.set(factor, {
          requests: before.requests + requests[at]!,
          slow: before.slow.map((count, i) => count + slow[i]![at]!),
        });
      });
    }
    return [...byFactor.values()];
  }

  /** Without traffic it has none. */
  stop(): void {
    this.#factors = [];
  }
}

/** The mean over all instances that there might be, as steps of a quarter of a standard deviation. */
export function meanLuck(noise: InstanceNoise | null): Luck {
  if (noise === null) return noLuck;
  const steps = Array.from({ length: 33 }, (_, i) => (i - 16) / 4);
  const all = steps.reduce((sum, z) => sum + Math.exp((-z * z) / 2), 0);
  return steps.map((z) => ({ factor: ofMeanOne(noise.sd, z), part: Math.exp((-z * z) / 2) / all }));
}

/** So many, each of which is of one of these by its weight. */
function allotted(count: number, weights: readonly number[], random: Random): number[] {
  let left = count;
  let weight = weights.reduce((sum, one) => sum + one, 0);
  return weights.map((one) => {
    const its = weight > 0 ? random.binomial(left, Math.min(1, one / weight)) : 0;
    left -= its;
    weight -= one;
    return its;
  });
}
