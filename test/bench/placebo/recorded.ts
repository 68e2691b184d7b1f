/** A run's traffic out of a record: a start by chance, what came before it, and the split into two arms. */
import type { Tally } from '../../../src/facts/counts.ts';
import type { Past } from '../../../src/rehearsal/world.ts';
import type { Random } from '../../../src/scenario/random.ts';
import { type Arms, byClusters, byUnits, type Life, livesOf, type Splitter } from './arms.ts';
import { type RecordedSeries, type RecordedTick, type Stretch, sumOf } from './series.ts';

interface Place {
  readonly stretch: Stretch;
  readonly lives: readonly Life[];
}

export class RecordedTraffic {
  readonly #places: readonly Place[];
  readonly #share: number;
  /** Its units are instances, which metrics tell apart. */
  readonly #byInstance: boolean;
  readonly #clusterMean: number | null;

  constructor({ stretches, kind, keptWhole }: RecordedSeries, share: number, clusterMean: number | null) {
    this.#places = stretches.map((stretch) => ({ stretch, lives: livesOf(stretch) }));
    this.#share = share;
    this.#byInstance = kind === 'Latency' && keptWhole === 'Units';
    this.#clusterMean = clusterMean;
  }

  /** `past`: as many ticks before the start as there are, up to so many. */
  draw(start: Random, split: Random, past: number, ticks: number): { readonly history: Past; readonly ticks: Arms[] } {
    const { stretch, lives, at } = this.#start(start, ticks);
    const into = this.#splitter(split, lives);
    const before = stretch.slice(Math.max(0, at - past), at);
    return {
      history: { ticks: before.map(sumOf), ...(this.#byInstance && { byInstance: byUnit(before) }) },
      ticks: stretch.slice(at, at + ticks).map((tick, i) => into(tick, at + i)),
    };
  }

  /** Any tick that has one before it and a whole run behind it. */
  #start(random: Random, ticks: number): Place & { readonly at: number } {
    const starts = this.#places.map(({ stretch }) => startsIn([stretch], ticks));
    let at = random.below(starts.reduce((sum, count) => sum + count, 0));
    const place = starts.findIndex((count) => {
      if (at < count) return true;
      at -= count;
      return false;
    });
    return { ...this.#places[place]!, at: 1 + at };
  }

  #splitter(random: Random, lives: readonly Life[]): Splitter {
    const mean = this.#clusterMean;
    return mean === null ? byUnits(random, this.#share, lives) : byClusters(random, this.#share, mean);
  }
}

/** How many starts there are to choose from. */
export const startsIn = (stretches: readonly Stretch[], ticks: number): number =>
  stretches.reduce((sum, stretch) => sum + Math.max(0, stretch.length - ticks), 0);

function byUnit(ticks: readonly RecordedTick[]): Tally[] {
  const byName = new Map<string, Tally>();
  for (const { unit, bad, total } of ticks.flat()) {
    const before = byName.get(unit) ?? { bad: 0, total: 0 };
    byName.set(unit, { bad: before.bad + bad, total: before.total + total });
  }
  return [...byName.values()];
}
