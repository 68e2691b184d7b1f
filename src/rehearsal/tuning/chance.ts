/**
 * Chance of the closed-form world (mulberry32). Not `scenario/random.ts`: a service's number has to give the service that was
 * looked at while the law was found.
 */
export class Chance {
  #state: number;
  #spare: number | null = null;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** Uniform in the logarithm. */
  ofMagnitude(low: number, high: number): number {
    return Math.exp(Math.log(low) + this.next() * (Math.log(high) - Math.log(low)));
  }

  /** Box and Muller, two at a time. */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(this.next() + 1e-12));
    const angle = 2 * Math.PI * this.next();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

const count = 65_536;
let drawn: Float64Array | null = null;

/** Normal numbers, drawn once for what needs millions of them: each run goes round them from a place of its own. */
export class Normals {
  readonly #drawn: Float64Array;
  #place: number;

  constructor(chance: Chance) {
    drawn ??= drawAll();
    this.#drawn = drawn;
    this.#place = Math.floor(chance.next() * count);
  }

  next(): number {
    this.#place = (this.#place + 1) & (count - 1);
    return this.#drawn[this.#place]!;
  }
}

function drawAll(): Float64Array {
  const chance = new Chance(424_242);
  return Float64Array.from({ length: count }, () => chance.normal());
}
