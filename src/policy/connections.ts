/**
 * How many instances what they all connect to can bear: a database takes so many connections, some are kept for others, and
 * each instance opens its own.
 */

/** One thing that all instances connect to. */
export interface ConnectionLimit {
  readonly name: string;
  /** The most connections that it takes. */
  readonly max: number;
  /** Connections that are kept for others. */
  readonly reserve: number;
  /** Connections that each instance opens at most. */
  readonly perInstance: number;
}

/** As many instances as there are connections for; below 1 not even one. */
export const instancesFor = ({ max, reserve, perInstance }: ConnectionLimit): number =>
  Math.floor((max - reserve) / perInstance);

/** Left free, since for a moment there may be more instances than the maximum, as when one revision takes over from another. */
const margin = 0.05;

/** The most instances that all of them bear, with something left free, at least 1; null: nothing limits them. */
export function connectionCeiling(limits: readonly ConnectionLimit[]): number | null {
  if (limits.length === 0) return null;
  const cap = Math.min(...limits.map(instancesFor));
  return Math.max(1, cap - Math.max(1, Math.ceil(margin * cap)));
}
