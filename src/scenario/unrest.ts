/** Noise that comes and goes: bursts of latency, and spells of errors. */
import type { LatencyBursts, Noise } from './noise.ts';
import { Random } from './random.ts';
import { Spells } from './spells.ts';

/** What an arm feels of it. */
export interface Unease {
  readonly errorPercent: number;
  readonly latencyFactor: number;
}

export const noUnease: Unease = { errorPercent: 0, latencyFactor: 1 };

type UnrestNoise = Pick<Noise, 'latencyBursts' | 'spells'>;

/** Of any number of arms, which are told apart by their names. */
export class Unrest {
  readonly #noise: UnrestNoise;
  readonly #seed: number;
  readonly #fromMs: number;
  readonly #spells = new Map<string, Spells>();
  readonly #phasesMs = new Map<string, number>();

  /** From `fromMs` on; the same seed gives the same unrest. */
  constructor(noise: UnrestNoise, fromMs: number, seed: number) {
    this.#noise = noise;
    this.#fromMs = fromMs;
    this.#seed = seed;
  }

  /** Whether an arm has any that the other has not. */
  get isOwn(): boolean {
    return this.#noise.latencyBursts?.on === 'Each' || this.#noise.spells?.on === 'Each';
  }

  /** What an arm feels; without what it has alone, what all of them feel. */
  on(arm: string, atMs: number, withOwn = true): Unease {
    const { latencyBursts, spells } = this.#noise;
    const inBurst =
      latencyBursts !== null &&
      (withOwn || latencyBursts.on === 'Both') &&
      this.#intoMs(arm, latencyBursts, atMs) < latencyBursts.forMs;
    const inSpells = spells !== null && (withOwn || spells.on === 'Both');
    if (!inBurst && !inSpells) return noUnease;
    return {
      errorPercent: inSpells ? this.#spellsOf(arm).errorPercentAt(atMs) : 0,
      latencyFactor: inBurst ? latencyBursts.latencyFactor : 1,
    };
  }

  /** When anything next begins or ends for one of these arms, or begins to fall. */
  edgeAfter(arms: readonly string[], atMs: number): number {
    const { latencyBursts, spells } = this.#noise;
    let edgeMs = Number.POSITIVE_INFINITY;
    if (latencyBursts === null && spells === null) return edgeMs;
    for (const arm of arms) {
      if (latencyBursts !== null) {
        const { everyMs, forMs } = latencyBursts;
        const intoMs = this.#intoMs(arm, latencyBursts, atMs);
        edgeMs = Math.min(edgeMs, atMs + (intoMs < forMs ? forMs : everyMs) - intoMs);
      }
      if (spells !== null) edgeMs = Math.min(edgeMs, this.#spellsOf(arm).edgeAfter(atMs));
    }
    return edgeMs;
  }

  #intoMs(arm: string, { everyMs, on }: LatencyBursts, atMs: number): number {
    const who = on === 'Both' ? all : arm;
    let phaseMs = this.#phasesMs.get(who);
    if (phaseMs === undefined) {
      phaseMs = Math.round(new Random(this.#seed, 'latencyBursts', who).next() * everyMs);
      this.#phasesMs.set(who, phaseMs);
    }
    return (((atMs - phaseMs) % everyMs) + everyMs) % everyMs;
  }

  #spellsOf(arm: string): Spells {
    const noise = this.#noise.spells!;
    const who = noise.on === 'Both' ? all : arm;
    let spells = this.#spells.get(who);
    if (spells === undefined) {
      spells = new Spells(noise, this.#fromMs - noise.lengthMs.max, new Random(this.#seed, 'spells', who));
      this.#spells.set(who, spells);
    }
    return spells;
  }
}

const all = 'all';
