/** How the metrics come: how late, how far apart, and whether they come at all. */

import type { Reading } from '../facts/counts.ts';
import type { Observation } from '../facts/observation.ts';
import type { Policy } from '../policy/policy.ts';

export const staleAfterMs = 5 * 60_000;
const unknownTickMs = 60_000;

export interface Pace {
  readonly delayMs: number;
  readonly tickMs: number;
}

/** Of the slowest objective that can convict and has data: what it sees last, the others have seen before. */
export function paceOf(policy: Policy, { freshness }: Pick<Observation, 'freshness'>, nowMs: number): Pace {
  const gating = policy.objectives.filter(({ gate }) => gate);
  const known = (gating.length > 0 ? gating : policy.objectives).flatMap(({ name }) => {
    const { newestMs = null, intervalMs = 0 } = freshness[name] ?? {};
    // Looked at any moment, the newest sample is half an interval older than it was when it came.
    return newestMs === null ? [] : [{ ageMs: nowMs - newestMs - intervalMs / 2, intervalMs }];
  });
  if (known.length === 0) return { delayMs: staleAfterMs, tickMs: unknownTickMs };
  const slowestMs = Math.max(...known.map(({ ageMs }) => ageMs));
  return {
    delayMs: Math.min(staleAfterMs, Math.max(0, slowestMs)),
    tickMs: Math.max(...known.map(({ intervalMs }) => tickOf(intervalMs))),
  };
}

/** Shorter ticks would say less than their noise. */
export const tickOf = (intervalMs: number): number => Math.max(15_000, intervalMs);

/** The tick of one objective. */
export const tickOfObjective = ({ freshness }: Pick<Observation, 'freshness'>, name: string): number =>
  tickOf(freshness[name]?.intervalMs ?? unknownTickMs);

/** The newest sample of any objective; null where there is none. */
export function newestMs({ freshness }: Pick<Observation, 'freshness'>): number | null {
  let newest: number | null = null;
  for (const one of Object.values(freshness)) {
    if (one.newestMs !== null && (newest === null || one.newestMs > newest)) newest = one.newestMs;
  }
  return newest;
}

export const isFresh = (observation: Pick<Observation, 'freshness'>, nowMs: number): boolean => {
  const newest = newestMs(observation);
  return newest !== null && nowMs - newest <= staleAfterMs;
};

/** Why no objective at all could be read, or null. */
export function unreadable(policy: Policy, { readings }: Pick<Observation, 'readings'>): string | null {
  const failures = policy.objectives.map(({ name }) => failureOf(readings, name));
  const [first] = failures;
  return first && failures.every((failure) => failure !== undefined) ? first.message : null;
}

const failureOf = (readings: readonly Reading[], name: string) =>
  readings.find((reading) => reading.kind === 'Unknown' && reading.objective === name) as
    | Extract<Reading, { kind: 'Unknown' }>
    | undefined;

/** An objective whose samples have stopped while others' go on cannot be read either. */
export function readingsOf(policy: Policy, observation: Observation, nowMs: number): readonly Reading[] {
  const { freshness, readings } = observation;
  if (!isFresh(observation, nowMs)) return readings;
  const stale = policy.objectives.flatMap(({ name }): Reading[] => {
    const newest = freshness[name]?.newestMs ?? null;
    const stopped = freshness[name] !== undefined && (newest === null || nowMs - newest > staleAfterMs);
    if (!stopped || readings.some(({ objective }) => objective === name)) return [];
    const message = `${name}: there are no recent samples, while other metrics go on.`;
    return [{ kind: 'Unknown', objective: name, reason: 'Stale', message }];
  });
  return stale.length === 0 ? readings : [...readings, ...stale];
}
