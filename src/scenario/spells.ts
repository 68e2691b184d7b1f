/**
 * Spells of errors: they begin at any time (a Poisson process), and their lengths and peaks are log-normal with heavy tails.
 * Within one the errors rise in a straight line to the peak at its middle, and fall as they rose: its mean is half of the peak.
 * Where two meet their errors add up.
 */
import { throughP50AndP90 } from './lognormal.ts';
import type { SpellNoise } from './noise.ts';
import type { Random } from './random.ts';

interface Spell {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly peakErrorPercent: number;
}

const dayMs = 24 * 3_600_000;

export class Spells {
  readonly #noise: SpellNoise;
  readonly #random: Random;
  /** By their start; drawn as far as was asked for. */
  readonly #drawn: Spell[] = [];
  #nextMs: number;

  /** Those that begin from `fromMs` on. */
  constructor(noise: SpellNoise, fromMs: number, random: Random) {
    this.#noise = noise;
    this.#random = random;
    this.#nextMs = fromMs;
    this.#wait();
  }

  errorPercentAt(atMs: number): number {
    let sum = 0;
    for (let i = this.#lastBy(atMs); i >= 0 && this.#mayLast(i, atMs); i--) {
      const { startMs, lengthMs, peakErrorPercent } = this.#drawn[i]!;
      const part = (atMs - startMs) / lengthMs;
      if (part < 1) sum += peakErrorPercent * (1 - Math.abs(2 * part - 1));
    }
    return sum;
  }

  /** When the errors next begin to rise or to fall, or end. */
  edgeAfter(atMs: number): number {
    const last = this.#lastBy(atMs);
    let edgeMs = this.#drawn[last + 1]?.startMs ?? this.#nextMs;
    for (let i = last; i >= 0 && this.#mayLast(i, atMs); i--) {
      const { startMs, lengthMs } = this.#drawn[i]!;
      const peakMs = startMs + Math.round(lengthMs / 2);
      edgeMs = Math.min(edgeMs, ...[peakMs, startMs + lengthMs].filter((ms) => ms > atMs));
    }
    return edgeMs;
  }

  /** The place of the last that has begun by then; -1: none has. */
  #lastBy(atMs: number): number {
    while (this.#nextMs <= atMs) this.#draw();
    let low = 0;
    let high = this.#drawn.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#drawn[middle]!.startMs <= atMs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #mayLast(i: number, atMs: number): boolean {
    return atMs - this.#drawn[i]!.startMs < this.#noise.lengthMs.max;
  }

  #draw(): void {
    const { lengthMs, peakErrorPercent } = this.#noise;
    const length = Math.min(lengthMs.max, throughP50AndP90(lengthMs, this.#random.normal()));
    this.#drawn.push({
      startMs: this.#nextMs,
      lengthMs: Math.max(2, Math.round(length)),
      peakErrorPercent: Math.min(100, throughP50AndP90(peakErrorPercent, this.#random.normal())),
    });
    this.#wait();
  }

  #wait(): void {
    this.#nextMs += Math.max(1, Math.round((-Math.log(1 - this.#random.next()) * dayMs) / this.#noise.perDay));
  }
}
