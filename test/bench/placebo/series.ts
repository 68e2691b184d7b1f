/** What was recorded of one service: requests and bad ones, a tick at a time, by what serves or asks. */
import type { Tally } from '../../../src/facts/counts.ts';
import type { EventKind } from '../../../src/policy/policy.ts';

/** Requests of one client, or by one instance, in one tick; where the record knows neither, all of them. */
export interface UnitTally extends Tally {
  readonly unit: string;
}

/** Empty: nobody asked. */
export type RecordedTick = readonly UnitTally[];

/** Ticks without a hole. */
export type Stretch = readonly RecordedTick[];

interface Described {
  /** The data set, as the bars call it. */
  readonly source: string;
  /** Unique among all. */
  readonly name: string;
  readonly kind: Extract<EventKind, 'Errors' | 'Latency'>;
  readonly tickMs: number;
}

export interface RecordedSeries extends Described {
  /** What falls into one arm as a whole: errors that come together, or whoever makes them. */
  readonly keptWhole: 'Clusters' | 'Units';
  readonly stretches: readonly Stretch[];
}

/** No record, but what to draw one from. */
export interface DrawnSeries extends Described {
  readonly keptWhole: 'Instances';
  /** Latencies of single machines over the usual one's. */
  readonly factors: readonly number[];
  /** A request that takes longer is bad. */
  readonly slowMs: number;
}

export type Series = RecordedSeries | DrawnSeries;

export interface Recorded extends UnitTally {
  readonly tick: number;
}

/** From so much silence on, nothing was recorded: before and behind it are two stretches. */
const holeMs = 3_600_000;

/** Rows in any order; ticks are counted from anywhere. */
export function stretchesOf(rows: readonly Recorded[], tickMs: number): Stretch[] {
  const byTick = new Map<number, UnitTally[]>();
  for (const { tick, unit, bad, total } of rows) {
    const units = byTick.get(tick) ?? [];
    byTick.set(tick, units);
    units.push({ unit, bad, total });
  }
  const mostSilent = Math.max(4, holeMs / tickMs);
  const stretches: RecordedTick[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const tick of [...byTick.keys()].sort((a, b) => a - b)) {
    if (tick - last > mostSilent) stretches.push([]);
    else for (let silent = last + 1; silent < tick; silent++) stretches.at(-1)!.push([]);
    stretches.at(-1)!.push(byTick.get(tick)!);
    last = tick;
  }
  return stretches;
}

export const sumOf = (tick: RecordedTick): Tally => {
  let bad = 0;
  let total = 0;
  for (const one of tick) {
    bad += one.bad;
    total += one.total;
  }
  return { bad, total };
};

/** Of the whole record. */
export function recordedBad({ stretches }: Pick<RecordedSeries, 'stretches'>): number {
  const { bad, total } = sumOf(stretches.flatMap((stretch) => stretch.map((tick) => ({ unit: '', ...sumOf(tick) }))));
  return total === 0 ? 0 : bad / total;
}

export interface Target {
  readonly percent: number;
  /** The tightest that the whole record meets, or the next one, which it misses. */
  readonly standing: 'Met' | 'Missed';
}

const targets = [95, 99, 99.5, 99.9];

/** One or two: none is tighter than the last, and a record may miss them all. */
export function targetsFor(serviceBad: number): Target[] {
  const goodPercent = 100 * (1 - serviceBad);
  const met = targets.filter((percent) => percent <= goodPercent).at(-1);
  const missed = targets.find((percent) => percent > goodPercent);
  return [
    ...(met === undefined ? [] : [{ percent: met, standing: 'Met' as const }]),
    ...(missed === undefined ? [] : [{ percent: missed, standing: 'Missed' as const }]),
  ];
}

const runMs = 2 * 3_600_000;
const fewestTicks = 12;

export const ticksOfRun = (tickMs: number): number => Math.max(fewestTicks, Math.ceil(runMs / tickMs));
