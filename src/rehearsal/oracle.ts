/**
 * How fast a candidate could be convicted at all: Wald's sequential test of its true bad fraction against what is allowed,
 * both known, on the same ticks at the same times and with the same shares as the rule beside it, which knows neither. A
 * second one sees each request as it is answered. Neither is wrong about a candidate that keeps its SLO in more than 1 of
 * 100 runs.
 */
import type { Tally } from '../facts/counts.ts';
import type { Policy } from '../policy/policy.ts';
import type { Random } from '../scenario/random.ts';

/** What is true of the candidates in a tick. */
export interface TrueTick {
  readonly toMs: number;
  readonly byObjective: readonly {
    readonly met: Tally;
    /** The bad ones among as many in the mean. */
    readonly expectedBad: number;
  }[];
  /** Until its end, since the deploy. */
  readonly excessBadRequests: number;
}

export interface OracleResult {
  /** When the ticks convicted; null: they never did, or the rule was faster. */
  readonly convictedMs: number | null;
  /** Excess bad requests until then, or in all. */
  readonly excessBadRequests: number;
  /** The same, request by request. */
  readonly byRequest: number;
}

const certain = Math.log(1 / 0.01);

export class Oracle {
  readonly #allowed: readonly number[];
  readonly #random: Random;
  readonly #ticks: readonly TrueTick[];
  #seen = 0;
  /** The logarithm of the likelihood ratio by objective, by ticks and by requests: the latter is ahead. */
  readonly #ln: number[];
  readonly #lnByRequest: number[];
  #begun = 0;
  #excessBefore = 0;
  #convictedMs: number | null = null;
  #excess: number | null = null;
  #byRequest: number | null = null;

  /** `ticks` are those of the world, which adds to them. */
  constructor({ objectives }: Policy, ticks: readonly TrueTick[], random: Random) {
    this.#allowed = objectives.map(({ allowedBadFraction }) => allowedBadFraction);
    this.#ln = objectives.map(() => 0);
    this.#lnByRequest = objectives.map(() => 0);
    this.#ticks = ticks;
    this.#random = random;
  }

  /** At this moment the ticks that end up to `newestMs` can be seen, and so much has been lost. */
  look(atMs: number, newestMs: number, excess: number): void {
    for (; this.#excess === null && this.#seen < this.#ticks.length; this.#seen++) {
      const tick = this.#ticks[this.#seen]!;
      if (tick.toMs > newestMs) return;
      tick.byObjective.forEach(({ met, expectedBad }, i) => {
        const { bad, good } = evidence(met, expectedBad, this.#allowed[i]!);
        this.#ln[i]! += met.bad * bad + (met.total - met.bad) * good;
      });
      if (Math.max(...this.#ln) < certain) continue;
      this.#convictedMs = atMs;
      this.#excess = excess;
    }
  }

  /** `excess` is that of the whole run. */
  result(excess: number): OracleResult {
    for (; this.#byRequest === null && this.#begun < this.#ticks.length; this.#begun++) {
      this.#serve(this.#ticks[this.#begun]!);
    }
    const byRequest = this.#byRequest ?? excess;
    return { convictedMs: this.#convictedMs, excessBadRequests: this.#excess ?? excess, byRequest };
  }

  /** Its bad requests came at any place among the others. */
  #serve({ byObjective, excessBadRequests }: TrueTick): void {
    let part = Number.POSITIVE_INFINITY;
    byObjective.forEach(({ met, expectedBad }, i) => {
      const { bad, good } = evidence(met, expectedBad, this.#allowed[i]!);
      const places = Array.from({ length: bad > 0 ? met.bad : 0 }, () => this.#random.next()).sort((a, b) => a - b);
      const before = this.#lnByRequest[i]!;
      const at = places.findIndex((place, j) => {
        const goodBefore = place * (met.total - met.bad);
        return before + (j + 1) * bad + goodBefore * good >= certain;
      });
      if (at >= 0) part = Math.min(part, places[at]!);
      this.#lnByRequest[i]! += met.bad * bad + (met.total - met.bad) * good;
    });
    if (part <= 1) this.#byRequest = this.#excessBefore + part * (excessBadRequests - this.#excessBefore);
    this.#excessBefore = excessBadRequests;
  }
}

/** What a bad and a good request add; nothing where the truth is within what is allowed. */
function evidence({ total }: Tally, expectedBad: number, allowed: number): { bad: number; good: number } {
  const truly = Math.min(1 - 1e-9, expectedBad / total);
  if (!(truly > allowed)) return { bad: 0, good: 0 };
  return { bad: Math.log(truly / allowed), good: Math.log((1 - truly) / (1 - allowed)) };
}
