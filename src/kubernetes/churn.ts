import type { Status } from '../policy/status.ts';
import { sameJson } from './objects.ts';

/** Numbers that only creep are written this often; the live ones are on /metrics. */
const VALUES_EVERY_MS = 60_000;

export interface Written {
  readonly status: Status;
  readonly atMs: number;
}

/**
 * Whether a status is worth a write. What means something is written at once; a look that found nothing new, or numbers
 * that moved a little, at most once a minute. A running rollout is always written: its status is the memory from which a
 * restarted operator goes on.
 */
export function worthWriting(previous: Written, next: Status, nowMs: number): boolean {
  if (sameJson(previous.status, next)) return false;
  if (previous.status.rollout !== undefined || next.rollout !== undefined) return true;
  if (!sameJson(meaning(previous.status), meaning(next))) return true;
  return nowMs - previous.atMs >= VALUES_EVERY_MS;
}

/** The status without what changes at every look. */
function meaning(status: Status): unknown {
  const { decision, objectives, ...rest } = status;
  const { at: _at, nextCheck: _nextCheck, ...decided } = decision ?? {};
  const verdicts = objectives?.map(({ name, verdict, reason, gate }) => ({ name, verdict, reason, gate }));
  return { ...rest, decided, verdicts };
}
