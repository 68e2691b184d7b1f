/** A range that may be too long for a server to answer at once: what is too much is asked in parts, and what was answered stays. */
import type { Vector } from '../counting/vector.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { vectorsByTime } from './by-time.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';

/** A server evaluates no more points of a series at once than 11,000, and is given time for fewer. */
const mostPoints = 2_000;
/** Of a month five steps lead from the whole to a single point, and none of them is a long way off what a server bears. */
const smaller = 1 / 4;
/** After so many answers in a row it is tried with twice as many: what was too much may have been a bad moment. */
const largerAfter = 4;
/** Of all that is begun: some 130 bytes each. */
const mostKept = 300_000;
/** Whose policy has not asked for so long is not coming back. */
const keptForMs = 6 * 3_600_000;

export interface Instants {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** Before, nothing is wanted any more; after, it may yet be answered otherwise. */
  readonly keep: { readonly fromMs: number; readonly toMs: number };
}

interface Begun {
  /** Also where there was no sample. */
  readonly answered: ReadonlyMap<number, Vector>;
  /** How many points it is asked for at once. */
  readonly points: number;
  readonly askedMs: number;
}

export class LongRanges {
  readonly #client: PromqlClient;
  readonly #begun = new Map<string, Begun>();

  constructor(client: PromqlClient) {
    this.#client = client;
  }

  /** One vector for each instant. Throws PromqlFailure; what was answered until then is not asked for again. */
  async of(source: MetricsSource, query: string, instants: Instants): Promise<ReadonlyMap<number, Vector>> {
    const key = keyOf(source, query);
    const known = this.#begun.get(key);
    const answered = new Map(known?.answered);
    const pace = new Pace(known?.points ?? mostPoints);
    const wanted = pointsOf(instants);
    try {
      for (let at = 0; at < wanted.length; ) {
        const part = partFrom(wanted, at, pace.points, answered);
        const vectors = part.length > 0 ? await this.#ask(source, query, instants.stepMs, part) : new Map();
        if (vectors === null) pace.wasTooMuch(part.length);
        else {
          for (const atMs of part) answered.set(atMs, vectors.get(atMs) ?? []);
          if (part.length > 0) pace.wasAnswered();
          at += Math.max(1, part.length);
        }
      }
      return new Map(wanted.map((atMs) => [atMs, answered.get(atMs)!]));
    } finally {
      this.#keep(key, answered, pace.points, instants);
    }
  }

  /** For what was counted and is remembered elsewhere. */
  forget(source: MetricsSource, query: string): void {
    this.#begun.delete(keyOf(source, query));
  }

  /** null: it was too much, and less is to be asked. */
  async #ask(source: MetricsSource, query: string, stepMs: number, part: readonly number[]) {
    try {
      return vectorsByTime(await this.#client.range(source, query, part[0]!, part.at(-1)!, stepMs));
    } catch (error) {
      if (error instanceof PromqlFailure && error.isTooMuch && part.length > 1) return null;
      throw error;
    }
  }

  /** Where there is no room for more, what was begun first goes on, and so comes to its end and makes room. */
  #keep(key: string, answered: ReadonlyMap<number, Vector>, points: number, { keep }: Instants): void {
    for (const [other, { askedMs }] of this.#begun) if (askedMs < keep.toMs - keptForMs) this.#begun.delete(other);
    const before = this.#begun.get(key);
    // Another range of the same question may have been answered meanwhile.
    const all = [...(before?.answered ?? []), ...answered];
    const kept = new Map(all.filter(([atMs]) => atMs >= keep.fromMs && atMs <= keep.toMs));
    const others = [...this.#begun.values()].reduce((sum, one) => sum + one.answered.size, 0);
    if (kept.size === 0 || (!before && others + kept.size > mostKept)) return;
    this.#begun.set(key, { answered: kept, points, askedMs: keep.toMs });
  }
}

class Pace {
  points: number;
  #inARow = 0;

  constructor(points: number) {
    this.points = points;
  }

  wasTooMuch(points: number): void {
    this.points = Math.ceil(points * smaller);
    this.#inARow = 0;
  }

  wasAnswered(): void {
    this.#inARow++;
    if (this.#inARow % largerAfter === 0) this.points = Math.min(mostPoints, 2 * this.points);
  }
}

const keyOf = (source: MetricsSource, query: string): string => JSON.stringify([source, query]);

const pointsOf = ({ fromMs, toMs, stepMs }: Instants): number[] =>
  Array.from({ length: Math.max(0, Math.floor((toMs - fromMs) / stepMs) + 1) }, (_, i) => fromMs + i * stepMs);

/** From there on those in a row that are not answered, as many as are asked for at once; none: the first is answered. */
function partFrom(
  wanted: readonly number[],
  at: number,
  points: number,
  answered: ReadonlyMap<number, Vector>,
): readonly number[] {
  const next = wanted.slice(at, at + points);
  const end = next.findIndex((atMs) => answered.has(atMs));
  return end < 0 ? next : next.slice(0, end);
}
