/** Which statuses are worth a write. */
import { without } from '../../status/edit.ts';
import type { Status } from '../../status/status.ts';
import { sameJson } from '../http/objects.ts';

/** Numbers that only creep are written this often; the live ones are on /metrics. */
const VALUES_EVERY_MS = 60_000;
/** That a look found nothing new is written this often: enough to see that somebody looks. */
const LOOKS_EVERY_MS = 10 * 60_000;

export interface Written {
  readonly status: Status;
  readonly atMs: number;
}

/**
 * Whether a status is worth a write. What means something is written at once, and so is everything that a restarted
 * operator goes on from: evidence, intents, holds. What only tells that time has passed waits.
 */
export function worthWriting(previous: Written, next: Status, nowMs: number): boolean {
  if (sameJson(without(previous.status, 'memory'), without(next, 'memory'))) return false;
  if (!sameJson(meaning(previous.status), meaning(next))) return true;
  const crept = !sameJson(previous.status.objectives, next.objectives);
  return nowMs - previous.atMs >= (crept ? VALUES_EVERY_MS : LOOKS_EVERY_MS);
}

/** The status without what changes at every look. */
function meaning(status: Status): unknown {
  // Who wrote it last is no news either.
  const { decision, objectives, memory: _memory, ...rest } = status;
  const { at: _at, nextCheck: _nextCheck, ...decided } = decision ?? {};
  const verdicts = objectives?.map(({ name, verdict, reason, gate }) => ({ name, verdict, reason, gate }));
  return { ...rest, decided, verdicts };
}
