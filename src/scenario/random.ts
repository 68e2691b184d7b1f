/**
 * Seeded randomness (sfc32): the same seed and names give the same numbers on every machine. Each revision draws from its
 * own stream, so that what happens to one does not change the numbers of another.
 */
export class Random {
  readonly #state = new Int32Array(4);

  constructor(seed: number, ...names: string[]) {
    const mixed = [String(seed), ...names].reduce(hash, 0);
    this.#state.set([mixed, hash(mixed, 'b'), hash(mixed, 'c'), 1]);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const s = this.#state;
    const b = s[1]!;
    const c = s[2]!;
    const counter = s[3]!;
    const drawn = (s[0]! + b + counter) | 0;
    s[3] = counter + 1;
    s[0] = b ^ (b >>> 9);
    s[1] = c + (c << 3);
    s[2] = ((c << 21) | (c >>> 11)) + drawn;
    return (drawn >>> 0) / 4294967296;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Of mean 0 and standard deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** How many arrivals a Poisson process of this mean has. */
  poisson(mean: number): number {
    return mean < fewest ? this.#fewArrivals(mean) : this.#manyArrivals(mean);
  }

  /** How many of `trials` succeed. */
  binomial(trials: number, chance: number): number {
    if (chance <= 0 || trials <= 0) return 0;
    if (chance >= 1) return trials;
    if (chance > 0.5) return trials - this.binomial(trials, 1 - chance);
    return trials * chance < fewest ? this.#fewSuccesses(trials, chance) : this.#manySuccesses(trials, chance);
  }

  /** How many trials until the first success, that one included. */
  geometric(chance: number): number {
    return chance >= 1 ? 1 : 1 + Math.floor(Math.log(1 - this.next()) / Math.log1p(-chance));
  }

  /** One draw an arrival. */
  #fewArrivals(mean: number): number {
    const end = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > end; product *= this.next()) count++;
    return count;
  }

  /** Skips from one success to the next, so that rare ones are cheap. */
  #fewSuccesses(trials: number, chance: number): number {
    const perFailure = Math.log1p(-chance);
    let successes = -1;
    for (let at = 0; at <= trials; successes++) at += 1 + Math.floor(Math.log(1 - this.next()) / perFailure);
    return successes;
  }

  /**
   * Transformed rejection, exact whatever the mean: W. Hormann, "The transformed rejection method for generating Poisson
   * random variables" (1993), algorithm PTRS.
   */
  #manyArrivals(mean: number): number {
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const accepted = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.next() - 0.5;
      const v = this.next();
      const edge = 0.5 - Math.abs(u);
      const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
      if (edge >= 0.07 && v <= accepted) return count;
      if (count < 0 || (edge < 0.013 && v > edge)) continue;
      const height = Math.log((v * inverseAlpha) / (a / (edge * edge) + b));
      if (height <= count * Math.log(mean) - mean - lnFactorial(count)) return count;
    }
  }

  /** The same for successes: W. Hormann, "The generation of binomial random variates" (1993), algorithm BTRS. */
  #manySuccesses(trials: number, chance: number): number {
    const deviation = Math.sqrt(trials * chance * (1 - chance));
    const b = 1.15 + 2.53 * deviation;
    const a = -0.0873 + 0.0248 * b + 0.01 * chance;
    const accepted = 0.92 - 4.2 / b;
    const alpha = (2.83 + 5.1 / b) * deviation;
    const mode = Math.floor((trials + 1) * chance);
    const atMode = lnFactorial(mode) + lnFactorial(trials - mode);
    for (;;) {
      const u = this.next() - 0.5;
      const v = this.next();
      const edge = 0.5 - Math.abs(u);
      const count = Math.floor(((2 * a) / edge + b) * u + trials * chance + 0.5);
      if (count < 0 || count > trials) continue;
      if (edge >= 0.07 && v <= accepted) return count;
      const height = Math.log((v * alpha) / (a / (edge * edge) + b));
      const density = atMode - lnFactorial(count) - lnFactorial(trials - count);
      if (height <= density + (count - mode) * Math.log(chance / (1 - chance))) return count;
    }
  }

  letters(length: number): string {
    return Array.from({ length }, () => String.fromCharCode(97 + this.below(26))).join('');
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.below(16).toString(16)).join('');
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join('-');
  }
}

/** FNV-1a with a final mix, so that names which differ in one letter give unrelated streams. */
function hash(start: number, text: string): number {
  let value = start ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

/** From this mean on the rejection methods are both exact and cheaper. */
const fewest = 10;

const smallFactorials = Array.from({ length: 16 }, (_, n) => {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
});

/** ln n!, by Stirling's series beyond the table (absolute error below 1e-9 there). */
function lnFactorial(n: number): number {
  if (n < smallFactorials.length) return smallFactorials[n]!;
  const x = n + 1;
  const r = 1 / x;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + r * (1 / 12 - r * r * (1 / 360 - (r * r) / 1260));
}
