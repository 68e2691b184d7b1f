/** How the requests of a second are divided among instances that do not have the same to do, where that fills them. */
import type { Instance } from './instance.ts';
import type { Load } from './load.ts';

/** Each gets `even` by its weight, but no more than it has room for: what is above that goes to those that have room left. */
export function partsOf(
  even: number,
  instances: readonly Instance[],
  roomOf: (load: Load) => number,
): readonly number[] {
  const rooms = instances.map(({ load }) => roomOf(load));
  const wanted = instances.map(({ load }) => even * load.weight);
  const fitting = wanted.map((part, i) => Math.min(part, rooms[i]!));
  const left = sumOf(rooms) - sumOf(fitting);
  const above = Math.min(left, sumOf(wanted) - sumOf(fitting));
  return above <= 0 ? fitting : fitting.map((part, i) => part + (above * (rooms[i]! - part)) / left);
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
