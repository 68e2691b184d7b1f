/** How the metrics come: how late, how far apart, and whether they come at all. */
import { type Answer, type Unknown, unknown } from '../facts/answer.ts';
import type { Counts, Freshness } from '../facts/counts.ts';
import type { ObjectiveFacts, Observation } from '../facts/observation.ts';
import type { Policy } from '../policy/policy.ts';
import type { Case } from './case.ts';
import { unmeasurableBy } from './inspection.ts';

type Seen = Pick<Observation, 'objectives'>;

export const staleAfterMs = 5 * 60_000;
const unknownTickMs = 60_000;

export interface Pace {
  readonly delayMs: number;
  readonly tickMs: number;
}

/** Of the slowest objective that can convict and has data: what it sees last, the others have seen before. */
export function paceOf({ policy, seen, nowMs }: Pick<Case, 'policy' | 'seen' | 'nowMs'>): Pace {
  const gating = policy.objectives.filter(({ gate }) => gate);
  const known = (gating.length > 0 ? gating : policy.objectives).flatMap(({ name }) => {
    const { newestMs = null, intervalMs = 0 } = freshnessOf(seen, name) ?? {};
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
export const tickOfObjective = (seen: Seen, name: string): number =>
  tickOf(freshnessOf(seen, name)?.intervalMs ?? unknownTickMs);

/** How an objective's samples come; null where nothing of it can be relied on. */
function freshnessOf({ objectives }: Seen, name: string): Freshness | null {
  const facts = objectives[name];
  return facts?.freshness?.kind === 'Known' && facts.history?.kind !== 'Unknown' ? facts.freshness.value : null;
}

/** The newest sample of any objective; null where there is none. */
function newestMs(seen: Seen): number | null {
  let newest: number | null = null;
  for (const name of Object.keys(seen.objectives)) {
    const one = freshnessOf(seen, name)?.newestMs ?? null;
    if (one !== null && (newest === null || one > newest)) newest = one;
  }
  return newest;
}

export function isFresh({ seen, nowMs }: Pick<Case, 'seen' | 'nowMs'>): boolean {
  const newest = newestMs(seen);
  return newest !== null && nowMs - newest <= staleAfterMs;
}

/** Why an objective cannot be read, or null. */
export function failureOf({ objectives }: Seen, name: string): Unknown | null {
  const { freshness, history, counts }: ObjectiveFacts = objectives[name] ?? {};
  for (const answer of [freshness, history, counts]) if (answer?.kind === 'Unknown') return answer;
  return null;
}

/** Why no objective at all could be read, or null. */
export function unreadable(policy: Policy, seen: Seen): string | null {
  const failures = policy.objectives.map(({ name }) => failureOf(seen, name));
  const [first] = failures;
  return first && failures.every((failure) => failure !== null) ? first.message : null;
}

/**
 * An objective's counts, or why there are none; null: nothing was due. An objective whose samples have stopped while others'
 * go on cannot be read either, nor one whose query cannot mean what it should.
 */
export function countsOf(
  { seen, known, nowMs }: Pick<Case, 'seen' | 'known' | 'nowMs'>,
  name: string,
): Answer<Counts> | null {
  const failure = failureOf(seen, name);
  if (failure) return failure;
  const problem = unmeasurableBy(known, name);
  if (problem) return unknown('InsufficientSamples', problem.message);
  const { counts } = seen.objectives[name] ?? {};
  const fresh = freshnessOf(seen, name);
  if (counts || !fresh || !isFresh({ seen, nowMs })) return counts ?? null;
  const stopped = fresh.newestMs === null || nowMs - fresh.newestMs > staleAfterMs;
  return stopped ? unknown('Stale', `${name}: there are no recent samples, while other metrics go on.`) : null;
}

/** Why nothing can be told from the metrics, or null. */
export const unmeasured = (at: Case): string | null =>
  unreadable(at.policy, at.seen) ?? (isFresh(at) ? null : 'no recent samples');
