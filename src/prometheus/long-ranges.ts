/** A range that may be too long for a server to answer at once: what is too much is asked in parts, and what was answered stays. */
import type { Vector } from '../counting/vector.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { vectorsByTime } from './by-time.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';

/** A server evaluates no more points of a series at once than 11,000, and is given time for fewer. */
const mostPoints = 2_000;
/** Of a month five steps lead from the whole to a single point, and none of them is a long way off what a server bears. */
const smaller = 1 / 4;
/** What nobody came back for; a month of one policy takes some 200 kB. */
const mostBegun = 200;

export interface Instants {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** Before, nothing is wanted any more; after, it may yet be answered otherwise. */
  readonly keep: { readonly fromMs: number; readonly toMs: number };
}

interface Begun {
  /** How many points it is asked for at once. */
  points: number;
  /** Also where there was no sample. */
  readonly answered: Map<number, Vector>;
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
    const begun: Begun = { points: known?.points ?? mostPoints, answered: new Map(known?.answered) };
    try {
      for (let part = missing(instants, begun); part.length > 0; part = missing(instants, begun)) {
        const vectors = await this.#ask(source, query, instants.stepMs, part);
        if (vectors === null) begun.points = Math.ceil(part.length * smaller);
        else for (const atMs of part) begun.answered.set(atMs, vectors.get(atMs) ?? []);
      }
      return new Map(pointsOf(instants).map((atMs) => [atMs, begun.answered.get(atMs)!]));
    } finally {
      this.#keep(key, begun, instants);
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

  #keep(key: string, { points, answered }: Begun, { keep }: Instants): void {
    // Another range of the same question may have been answered meanwhile.
    const all = [...(this.#begun.get(key)?.answered ?? []), ...answered];
    const kept = new Map(all.filter(([atMs]) => atMs >= keep.fromMs && atMs <= keep.toMs));
    this.#begun.delete(key);
    if (kept.size > 0 || points < mostPoints) this.#begun.set(key, { points, answered: kept });
    if (this.#begun.size > mostBegun) this.#begun.delete(this.#begun.keys().next().value!);
  }
}

const keyOf = (source: MetricsSource, query: string): string => JSON.stringify([source, query]);

const pointsOf = ({ fromMs, toMs, stepMs }: Instants): number[] =>
  Array.from({ length: Math.max(0, Math.floor((toMs - fromMs) / stepMs) + 1) }, (_, i) => fromMs + i * stepMs);

/** The first that are not answered, in a row, as many as are asked for at once. */
function missing(instants: Instants, { points, answered }: Begun): number[] {
  const all = pointsOf(instants);
  const first = all.findIndex((atMs) => !answered.has(atMs));
  if (first < 0) return [];
  const next = all.slice(first, first + points);
  const end = next.findIndex((atMs) => answered.has(atMs));
  return end < 0 ? next : next.slice(0, end);
}
