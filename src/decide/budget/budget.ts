/**
 * The first concern: what is left of the error budgets, and what of that the policy wants to be done. It writes nothing; it
 * says that no rollout begins, or that rollouts go slowly, and the others heed it. Nothing that it says keeps anybody from
 * going back.
 */
import { iso, ms } from '../../facts/time.ts';
import { isUnguided } from '../../policy/policy.ts';
import type { ErrorBudget } from '../../status/budget.ts';
import type { Status } from '../../status/status.ts';
import type { Case, Unasked } from '../case.ts';
import { type Concern, type Judgement, type Memory, memoryOf } from '../concern.ts';
import { freezeOf } from '../frozen.ts';
import type { Questions } from '../questions.ts';
import { clipped } from '../words.ts';
import { due, seriesOf } from './asked.ts';
import { measuresOf, oldestOf, rowsOf, standingsOf } from './rows.ts';
import { inForce } from './rules.ts';

const sections = ['budget', 'errorBudget'] as const satisfies readonly (keyof Status)[];
type Section = (typeof sections)[number];

export const budget: Concern<Section> = {
  sections,
  purposes: [],
  isQuiet: () => true,
  isNews: () => false,
  questions,
  judge,
  confirm: ({ known }) => memoryOf(sections, known),
};

function questions(at: Unasked): Partial<Questions> {
  const question = due(at);
  if (question === null) return {};
  const { stable, errorBudget } = at.known;
  // How old the service is, its revision tells.
  return { budget: question, ...(stable && errorBudget?.oldest === undefined && { revisions: [stable.revision] }) };
}

function judge(at: Case): Judgement<Section> {
  const { policy, known } = at;
  // Nothing can be said by a policy that cannot be obeyed: what was said goes on.
  if (isUnguided(policy)) return settled(memoryOf(sections, known));
  const { memory, events } = asked(at);
  return { ...settled(memory), events };
}

const settled = (memory: Memory<Section>): Judgement<Section> => ({
  memory,
  proposal: null,
  frozen: freezeOf(memory) !== null,
});

function asked(at: Case): {
  readonly memory: Memory<Section>;
  readonly events: NonNullable<Judgement<Section>['events']>;
} {
  const { policy, seen, known, nowMs } = at;
  const series = seriesOf(policy);
  const before = known.errorBudget;
  const oldestMs = oldestOf(at);
  const standings = standingsOf(at, oldestMs);
  const { acting, events, lastPostmortem } = inForce(
    policy,
    standings,
    { acting: before?.acting ?? [], lastPostmortem: before?.lastPostmortem },
    { present: series.map(measuresOf), nowMs },
  );
  const answered = answerOf(at);
  if (!answered && !before) return { memory: {}, events };
  const errorBudget: ErrorBudget = {
    ...before,
    ...(answered ?? { triedFor: before!.triedFor, askedAt: before!.askedAt }),
    acting: [...acting],
    burning: seen.budget?.kind === 'Known' ? namesOf(standings) : stillBurning(before, nowMs),
    ...(seen.budget && { oldest: iso(oldestMs) }),
    ...(lastPostmortem !== undefined && { lastPostmortem }),
  };
  const rows = rowsOf(standings, known.budget ?? [], series);
  return { memory: { ...(rows.length > 0 && { budget: rows }), errorBudget }, events };
}

/** Of what burned when it was last counted nobody knows for long whether it does. */
const burnedMs = 2 * 3_600_000;

const stillBurning = (before: ErrorBudget | undefined, nowMs: number): string[] =>
  before?.until !== undefined && nowMs - ms(before.until) <= burnedMs ? before.burning : [];

const namesOf = (standings: ReturnType<typeof standingsOf>): string[] =>
  standings.flatMap(({ row, burning }) => (burning ? [row.objective] : []));

/** What became of the question, if one was put; null: none was. */
function answerOf({ policy, seen, nowMs }: Case): Omit<ErrorBudget, 'acting' | 'burning'> | null {
  const { budget: answer } = seen;
  if (answer === undefined) return null;
  const { generation } = policy;
  const tried = { triedFor: generation, askedAt: iso(nowMs) };
  if (answer.kind === 'Unknown') return { ...tried, unread: clipped(answer.message) };
  const { toMs, byObjective } = answer.value;
  const unread = Object.values(byObjective).find((one) => one.kind === 'Unknown');
  return { ...tried, generation, until: iso(toMs), unread: unread ? clipped(unread.message) : undefined };
}
