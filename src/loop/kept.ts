/** What people are told of the rules that are kept in the cluster for a policy: nothing is judged by them. */
import { clipped } from '../decide/words.ts';
import type { PolicyEvent } from '../facts/event.ts';
import { reasonFacts } from '../facts/reason.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Kept, Standing } from '../ports/kept.ts';
import type { Failure } from './failure.ts';

/**
 * undefined: what the status says of it stands, as it does for a policy that cannot be obeyed: of that everything stays as it
 * is. Of an edit nothing is said until it is known.
 */
export function standingOf(kept: Kept, stored: StoredPolicy, stall: Failure | null): Standing | null | undefined {
  if (stall !== null) return undefined;
  const standing = kept.standing(stored);
  if (standing !== undefined) return standing;
  const said = stored.status.conditions?.find(({ type }) => type === 'RulesApplied');
  return said?.observedGeneration === stored.generation ? undefined : null;
}

/** Once, when it begins. */
export function keptEvents({ status }: StoredPolicy, standing: Standing | null | undefined): PolicyEvent[] {
  if (!standing || standing.isKept) return [];
  const { reason, message } = standing;
  const type = reasonFacts(reason)?.told;
  const isTold = status.conditions?.some((one) => one.type === 'RulesApplied' && one.reason === reason);
  return type && !isTold ? [{ type, reason, action: 'None', message: clipped(message) }] : [];
}
