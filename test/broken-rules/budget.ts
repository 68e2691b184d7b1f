/** What error budgets keep from being done, and what they never do. */
import type { Breakage } from './breakage.ts';

const scenarios = ['test/scenarios/budget.test.ts'];
const rules = ['test/decide/budget.test.ts'];
const restarts = ['test/prometheus/restarts.test.ts'];
const start = 'src/decide/traffic/rollout/start.ts';
const frozen = 'src/decide/frozen.ts';

export const budgetRules: readonly Breakage[] = [
  {
    rule: 'budget: a freeze freezes nothing',
    file: start,
    from: 'if (frozen && through === null) return',
    to: 'if (frozen && through === null && name === control) return',
    tests: scenarios,
  },
  {
    rule: 'budget: a newer revision supersedes another in a freeze',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: 'if (freezeOf(known) && exemption(known, service, newer) === null) return null;',
    to: '',
    tests: scenarios,
  },
  {
    rule: 'budget: a fix is frozen',
    file: frozen,
    from: 'if (fix !== null) return fix;',
    to: '',
    tests: rules,
  },
  {
    rule: 'budget: what tunes inherits the exemption of its template',
    file: frozen,
    from: 'if (isTuning(known, candidate.name)) return null;',
    to: '',
    tests: rules,
  },
  {
    rule: 'budget: a freeze comes and goes at one mark',
    file: 'src/decide/budget/rules.ts',
    from: 'row.remainingPercent <= rule.liftAbovePercent',
    to: 'row.remainingPercent <= rule.whenRemainingBelowPercent',
    tests: rules,
  },
  {
    rule: 'budget: one failure of ten requests freezes',
    file: 'src/decide/budget/rules.ts',
    from: 'tells && row.remainingPercent < rule.whenRemainingBelowPercent',
    to: 'row.remainingPercent < rule.whenRemainingBelowPercent',
    tests: rules,
  },
  {
    rule: 'budget: it is asked only where something is to be done about it',
    file: 'src/decide/budget/asked.ts',
    from: 'if (isUnguided(policy) || !known.stable) return null;',
    to: 'if (policy.errorBudgetPolicy.length === 0 || isUnguided(policy) || !known.stable) return null;',
    tests: rules,
  },
  {
    rule: 'budget: tuning does not hear of a freeze',
    file: 'src/decide/decide.ts',
    from: 'frozen: settled.frozen || frozen',
    to: 'frozen: settled.frozen',
    tests: scenarios,
  },
  {
    rule: 'budget: the part of an hour with which a window begins does not count',
    file: 'src/prometheus/budget-pieces.ts',
    from: 'fromMs: ledger?.isEdgeKnown(fromMs) ? hoursFromMs : fromMs',
    to: 'fromMs: hoursFromMs',
    tests: ['test/prometheus/budget.test.ts'],
  },
  {
    rule: 'budget: what a counter had counted before it began anew is lost',
    file: 'src/counting/budget.ts',
    from: 'grown(counting, part, throughRestarts)',
    to: 'grown(counting, part)',
    tests: restarts,
  },
  {
    rule: 'budget: a recorded sum that dips counts its whole life again',
    file: 'src/counting/restarts.ts',
    from: 'const least = `min_over_time',
    to: 'const least = `0.4 * min_over_time',
    tests: restarts,
  },
];
