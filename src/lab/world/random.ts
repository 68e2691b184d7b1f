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

  /** How many arrivals a Poisson process of this mean has: one draw an arrival. */
  poisson(mean: number): number {
    let count = 0;
    // e^-500 is still a normal number; a longer stretch is cut into such pieces.
    for (let left = mean; left > 0; left -= 500) {
      const end = Math.exp(-Math.min(left, 500));
      for (let product = this.next(); product > end; product *= this.next()) count++;
    }
    return count;
  }

  /** How many of `trials` succeed: skips from one success to the next, so that rare ones are cheap. */
  binomial(trials: number, chance: number): number {
    if (chance <= 0) return 0;
    if (chance >= 1) return trials;
    const perFailure = Math.log1p(-chance);
    let successes = -1;
    for (let at = 0; at <= trials; successes++) at += 1 + Math.floor(Math.log(1 - this.next()) / perFailure);
    return successes;
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
