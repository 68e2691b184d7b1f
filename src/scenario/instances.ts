/** The instances of one revision: how many there are for its traffic, and what luck it has with their latency. */
import { ofMeanOne } from './lognormal.ts';
import type { InstanceNoise } from './noise.ts';
import type { Random } from './random.ts';

/** Latency factors, and how much of the requests each meets; the parts add up to 1. */
export type Luck = readonly { readonly factor: number; readonly part: number }[];

export const noLuck: Luck = [{ factor: 1, part: 1 }];

export class Instances {
  readonly #noise: InstanceNoise;
  readonly #random: Random;
  /** Of each instance, the oldest first. */
  #factors: readonly number[] = [];
  #luck: Luck = [];

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
