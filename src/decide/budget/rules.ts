/** What is in force because of the error budgets: when it begins, goes on and ends. Pure. */
import type { PolicyEvent } from '../../facts/event.ts';
import type { Reason } from '../../facts/reason.ts';
import { iso, ms } from '../../facts/time.ts';
import type { BudgetRule, Policy } from '../../policy/policy.ts';
import { windowText } from '../../policy/window.ts';
import type { Acting, BudgetRow } from '../../status/budget.ts';
import { clipped, significant } from '../words.ts';
import { countedMs, daysText } from './reach.ts';
import type { Standing } from './rows.ts';

/** What is in force, and what people are told of that. */
export interface InForce {
  readonly acting: readonly Acting[];
  readonly events: readonly PolicyEvent[];
  /** The last address that was given. */
  readonly lastPostmortem?: string | undefined;
}

/** `present`: what the policy's objectives measure. What is not in `standings` stays as it was. */
export function inForce(
  policy: Policy,
  standings: readonly Standing[],
  before: Pick<InForce, 'acting' | 'lastPostmortem'>,
  { present, nowMs }: { readonly present: readonly string[]; readonly nowMs: number },
): InForce {
  const given = policy.postmortem !== null && policy.postmortem !== before.lastPostmortem ? policy.postmortem : null;
  const results = policy.errorBudgetPolicy.map((rule) => {
    const known = before.acting.find(({ action }) => action === rule.action);
    const by = holdersOf(rule, standings, known).filter((one) => present.includes(one));
    return becomes(policy, rule, known, { by, standings, given, present, nowMs });
  });
  const asked = policy.errorBudgetPolicy.map(({ action }) => action);
  const unasked = before.acting.filter(({ action }) => !asked.includes(action as BudgetRule['action']));
  const received = results.find(({ acting }) => acting?.postmortem === given)?.acting?.postmortem;
  const isOwedNow = results.some(({ acting }) => acting?.action === 'RequirePostmortem');
  const wasOwed = before.acting.some(({ action }) => action === 'RequirePostmortem');
  // An address that was there before the debt is of another one.
  const older = isOwedNow && !wasOwed ? (policy.postmortem ?? undefined) : undefined;
  return {
    acting: results.flatMap(({ acting }) => acting ?? []),
    events: [...results.flatMap(({ events }) => events), ...unasked.flatMap((one) => noLonger(one).events)],
    lastPostmortem: older ?? received ?? before.lastPostmortem,
  };
}

/** Who is below and tells, and who was and is not above yet. */
function holdersOf(rule: BudgetRule, standings: readonly Standing[], known: Acting | undefined): string[] {
  const of = (measures: string) => standings.filter((one) => one.measures === measures);
  const kept = (known?.by ?? []).filter(
    (one) =>
      of(one).length === 0 ||
      of(one).some((found) => isEmptied(found, known!) || found.row.remainingPercent <= rule.liftAbovePercent),
  );
  const fallen = standings.filter(({ row, tells }) => tells && row.remainingPercent < rule.whenRemainingBelowPercent);
  return [...new Set([...kept, ...fallen.map(({ measures }) => measures)])];
}

/**
 * What it began by lies in the window still, and is not there any more: the metrics were lost, not the debt. Where they are not
 * kept for as long as the window, it ends with its window at the latest.
 */
const isEmptied = ({ fromMs, sinceMs }: Standing, { since }: Acting): boolean =>
  ms(since) > fromMs && (sinceMs === null || sinceMs > ms(since));

interface Found {
  readonly by: string[];
  readonly standings: readonly Standing[];
  readonly given: string | null;
  readonly present: readonly string[];
  readonly nowMs: number;
}

interface Become {
  readonly acting: Acting | null;
  readonly events: readonly PolicyEvent[];
}

function becomes(policy: Policy, rule: BudgetRule, known: Acting | undefined, found: Found): Become {
  const { by, standings, given, present, nowMs } = found;
  const { action } = rule;
  const isOwed = action === 'RequirePostmortem' && known !== undefined && known.postmortem === undefined;
  if (isOwed && given !== null) return received(known, by, given);
  // A postmortem is owed also when the budget has come back by itself.
  if (by.length === 0 && !isOwed) {
    if (!known) return { acting: null, events: [] };
    const isMeasured = known.by.some((one) => present.includes(one));
    return ended(known, isMeasured ? recovered(known) : remeasured(known));
  }
  const worst = worstOf(standings, by);
  // Where the postmortem is given, that stays said: it holds up nothing any more.
  const message = worst && known?.postmortem === undefined ? messageOf(policy, rule, worst) : (known?.message ?? '');
  if (known) return { acting: { ...known, by, message }, events: [] };
  const since = iso(nowMs);
  return { acting: { action, since, by, message }, events: [eventOf('Warning', begins[action], message, since)] };
}

const begins = {
  Slow: 'BudgetLow',
  Freeze: 'BudgetSpent',
  RequirePostmortem: 'PostmortemOwed',
} as const satisfies Record<BudgetRule['action'], Reason>;

function received(known: Acting, by: string[], given: string): Become {
  const message = clipped(`The postmortem is written (${given}): rollouts begin again.`);
  return {
    acting: { ...known, by, message, postmortem: given },
    events: [eventOf('Normal', 'PostmortemGiven', message, known.since)],
  };
}

function ended({ since, postmortem }: Acting, message: string): Become {
  if (postmortem !== undefined) return { acting: null, events: [] };
  return { acting: null, events: [eventOf('Normal', 'BudgetRecovered', message, since)] };
}

const recovered = ({ action }: Acting): string => `The error budget has come back: ${action} has ended.`;

const remeasured = ({ action }: Acting): string =>
  `What the objective measures was changed, and is counted anew: ${action} has ended.`;

/** What is in force by a rule that the policy does not have any more. */
const noLonger = (acting: Acting): Become =>
  ended(acting, `spec.errorBudgetPolicy does not ask for it any more: ${acting.action} has ended.`);

const eventOf = (type: PolicyEvent['type'], reason: Reason, message: string, since: string): PolicyEvent => ({
  type,
  reason,
  action: 'None',
  message,
  once: `${reason} since ${since}`,
});

const worstOf = (standings: readonly Standing[], by: readonly string[]): BudgetRow | undefined =>
  standings
    .filter(({ measures }) => by.includes(measures))
    .toSorted((a, b) => a.row.remainingPercent - b.row.remainingPercent)[0]?.row;

const consequences = {
  Slow: 'Rollouts soak twice as long and grow by half the steps',
  Freeze: 'No rollout begins',
  RequirePostmortem: 'No rollout begins',
} as const satisfies Record<BudgetRule['action'], string>;

/** "availability has 12.3 % of its error budget of 30d left. No rollout begins until more than 35 % is left: …" */
function messageOf(policy: Policy, rule: BudgetRule, row: BudgetRow): string {
  const { objective, remainingPercent } = row;
  const reachMs = countedMs(row, policy.window);
  const counting = reachMs === null ? '' : `, counting the last ${daysText(reachMs)}`;
  const budget = `its error budget (${windowText(policy.window)}${counting})`;
  const left = significant(Math.abs(remainingPercent), 3);
  const stands =
    remainingPercent > 0
      ? `${objective} has ${left} % of ${budget} left`
      : `${objective} has spent all of ${budget}${left > 0 ? ` and ${left} % more` : ''}`;
  const until =
    rule.action === 'RequirePostmortem'
      ? 'until the annotation steadyrun.dev/postmortem gives the address of a postmortem'
      : `until more than ${rule.liftAbovePercent} % is left`;
  const through =
    rule.action === 'Slow' ? '' : ': but for a fix, and for what steadyrun.dev/freeze-exempt lets through';
  return clipped(`${stands}. ${consequences[rule.action]} ${until}${through}.`);
}
