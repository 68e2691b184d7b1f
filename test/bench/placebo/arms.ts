/**
 * What was recorded, split into two arms. Never request by request: that split of given errors is hypergeometric whatever
 * clusters they came in, and any rule passes. Noise that one arm has alone comes in units, each of which falls into one arm.
 */
import type { Tally } from '../../../src/facts/counts.ts';
import type { Random } from '../../../src/scenario/random.ts';
import type { RecordedTick, Stretch } from './series.ts';

export interface Arms {
  readonly candidate: Tally;
  readonly stable: Tally;
  /** How many whole units each has in this tick, where there are any. */
  readonly units?: { readonly candidate: number; readonly stable: number };
}

export type Splitter = (tick: RecordedTick, at: number) => Arms;

/**
 * A tick's errors, broken into clusters of geometric size, each whole in the candidate by its share. What is not bad tells
 * nothing: it falls by chance.
 */
export const byClusters =
  (random: Random, share: number, mean: number): Splitter =>
  (tick) => {
    let ofCandidate = 0;
    let ofAll = 0;
    let good = 0;
    for (const { bad, total } of tick) {
      ofAll += bad;
      good += total - bad;
      for (let left = bad; left > 0; ) {
        const size = Math.min(left, random.geometric(1 / mean));
        if (random.next() < share) ofCandidate += size;
        left -= size;
      }
    }
    const fine = random.binomial(good, share);
    return {
      candidate: { bad: ofCandidate, total: ofCandidate + fine },
      stable: { bad: ofAll - ofCandidate, total: ofAll - ofCandidate + good - fine },
    };
  };

/** From its first tick in a stretch to its last. */
export interface Life {
  readonly unit: string;
  readonly from: number;
  readonly to: number;
}

export function livesOf(stretch: Stretch): Life[] {
  const lives = new Map<string, { unit: string; from: number; to: number }>();
  stretch.forEach((tick, at) => {
    for (const { unit } of tick) {
      const life = lives.get(unit);
      if (life) life.to = at;
      else lives.set(unit, { unit, from: at, to: at });
    }
  });
  return [...lives.values()];
}

/**
 * Whole clients, or instances: as many of those alive as are the candidate's share, at least one, and at least one for the
 * stable. It keeps them for as long as they live; the next one is the newest, as a fresh instance would be.
 */
export function byUnits(random: Random, share: number, lives: readonly Life[]): Splitter {
  let held = new Set<string>();
  const order = new Map(lives.map(({ unit }) => [unit, random.next()]));
  let isFirst = true;
  return (tick, at) => {
    const alive = lives.filter(({ from, to }) => from <= at && at <= to);
    held = new Set(alive.map(({ unit }) => unit).filter((unit) => held.has(unit)));
    const wanted = Math.min(Math.max(1, Math.round(share * alive.length)), alive.length - 1);
    const free = alive.filter(({ unit }) => !held.has(unit));
    const age = ({ from }: Life) => (isFirst ? 0 : from);
    free.sort((a, b) => age(b) - age(a) || order.get(a.unit)! - order.get(b.unit)!);
    for (const { unit } of free.slice(0, Math.max(0, wanted - held.size))) held.add(unit);
    isFirst = isFirst && held.size === 0;
    return armsBy(tick, held);
  };
}

function armsBy(tick: RecordedTick, held: ReadonlySet<string>): Arms {
  const candidate = { bad: 0, total: 0 };
  const stable = { bad: 0, total: 0 };
  const units = { candidate: 0, stable: 0 };
  for (const { unit, bad, total } of tick) {
    const name = held.has(unit) ? 'candidate' : 'stable';
    const arm = { candidate, stable }[name];
    units[name]++;
    arm.bad += bad;
    arm.total += total;
  }
  return { candidate, stable, units };
}
