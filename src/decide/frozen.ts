/** Whether the error budget lets a rollout begin, by what is remembered of it: the concern of the budget says it, others heed it. */
import type { Reason } from '../facts/reason.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service } from '../facts/service.ts';
import type { Status } from '../status/status.ts';
import { isTuning } from './tuned.ts';

export interface Freeze {
  readonly reason: Extract<Reason, 'Frozen' | 'PostmortemRequired'>;
  readonly message: string;
}

/** null: rollouts may begin. */
export function freezeOf({ errorBudget }: Pick<Status, 'errorBudget'>): Freeze | null {
  const acting = errorBudget?.acting ?? [];
  const freeze = acting.find(({ action }) => action === 'Freeze');
  if (freeze) return { reason: 'Frozen', message: freeze.message };
  const owed = acting.find(({ action, postmortem }) => action === 'RequirePostmortem' && postmortem === undefined);
  return owed ? { reason: 'PostmortemRequired', message: owed.message } : null;
}

/** Rollouts that begin are careful ones. */
export const isSlowed = ({ errorBudget }: Pick<Status, 'errorBudget'>): boolean =>
  Boolean(errorBudget?.acting.some(({ action }) => action === 'Slow'));

/** Why this revision may begin all the same; null: it may not. */
export function exemption(known: Status, service: Service, candidate: Revision): string | null {
  const fix = fixes(known);
  if (fix !== null) return fix;
  // A revision that tunes inherits what is written on the one that it was made from.
  if (isTuning(known, candidate.name)) return null;
  const reason = candidate.freezeExempt ?? service.freezeExempt ?? null;
  return reason === null ? null : `It is exempt from the freeze: ${reason}.`;
}

/**
 * Whatever is newer than what serves may be its fix, where there is something to fix:
 * - what serves is burning: its budget goes at the rate of a page in both windows, or the guard has found it on fire;
 * - what had been promoted was sent back, and nothing has been promoted since: what comes next is meant to be that again.
 */
function fixes(known: Status): string | null {
  const { stable, guard, errorBudget } = known;
  const isOnFire = guard?.fires?.some(({ hot }) => hot) || guard?.controlSince !== undefined;
  const [burning] = errorBudget?.burning ?? [];
  if (burning !== undefined) return `It may be the fix: ${burning} burns with ${stable?.revision}.`;
  if (isOnFire) return `It may be the fix: ${guard?.revision} burns.`;
  const back = sentBack(known);
  return back === null ? null : `It may be the fix of ${back}, which was promoted and went back.`;
}

/** A promoted revision that goes back makes the one before it the last good one in the same moment. */
function sentBack({ stable, lastGood, rejected }: Status): string | null {
  const [last] = rejected ?? [];
  if (!last || !lastGood || stable?.revision !== lastGood.revision) return null;
  const wasPromoted = last.at === lastGood.since || last.reason === 'ReturnedToLastGood';
  return wasPromoted && last.at >= lastGood.since ? last.revision : null;
}
