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
  const counted = uncounted(state);
  return [
    ...(freeze ? [{ type: 'ReleasesAllowed' as const, is: false, ...freeze }] : isRuled ? [allowed] : []),
    ...(counted ? [{ type: 'BudgetCounted' as const, is: false, ...counted }] : []),
  ];
}

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
