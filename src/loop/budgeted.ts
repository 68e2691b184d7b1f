/** Conditions of the error budgets: whether rollouts begin, and whether what is left is known. */
import { freezeOf } from '../decide/frozen.ts';
import type { Policy } from '../policy/policy.ts';
import type { ConditionType } from '../status/condition.ts';
import type { Status } from '../status/status.ts';

interface Stated {
  readonly type: ConditionType;
  readonly is: boolean;
  readonly reason: string;
  readonly message: string;
}

export function budgetOrNot(policy: Policy | null, state: Status): Stated[] {
  if (!state.errorBudget) return [];
  const isRuled = (policy?.errorBudgetPolicy ?? []).some(({ action }) => action !== 'Slow');
  const freeze = freezeOf(state);
  const counted = policy && isWanted(policy) ? uncounted(state) : null;
  return [
    ...(freeze ? [{ type: 'ReleasesAllowed' as const, is: false, ...freeze }] : isRuled ? [allowed] : []),
    ...(counted ? [{ type: 'BudgetCounted' as const, is: false, ...counted }] : []),
  ];
}

/**
 * Somebody wrote what only an error budget has a use for. Of a budget that nobody asked for it is in the status what is left,
 * and from when on; that metrics are not kept for thirty days, or that nothing came in the night, is no trouble then.
 */
const isWanted = ({ errorBudgetPolicy, shared, objectives }: Policy): boolean =>
  errorBudgetPolicy.length > 0 || shared.length > 0 || objectives.some(({ timeSliceMs }) => timeSliceMs !== null);

const allowed: Stated = {
  type: 'ReleasesAllowed',
  is: true,
  reason: 'BudgetLeft',
  message: 'The error budgets let rollouts begin.',
};

/** Why what is left is not known, or not for all of the window. */
function uncounted({ errorBudget, budget = [] }: Status): Pick<Stated, 'reason' | 'message'> | null {
  if (errorBudget?.unread !== undefined) {
    return { reason: 'BudgetUnread', message: `The error budget cannot be counted: ${errorBudget.unread}` };
  }
  const short = budget.find((row) => row.short !== undefined);
  return short ? { reason: 'RetentionTooShort', message: `${short.objective}: ${short.short}` } : null;
}
