/**
 * A dry run of every objective's query, before a rollout depends on it: a query that cannot work is said at once, with its
 * reason, instead of a rollout that waits for what never comes.
 */

import type { Inspection } from '../facts/inspection.ts';
import type { Observation } from '../facts/observation.ts';
import { iso, ms } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import type { Status } from '../status/status.ts';
import { clipped } from './words.ts';

type Inspected = NonNullable<Status['inspection']>;

const againMs = 5 * 60_000;
const fineForMs = 6 * 3_600_000;

/** Whether it is time for a dry run: for a new policy or spec, a new stable revision, after a while, sooner after trouble. */
export function inspectionDue(policy: Policy, { inspection, stable }: Status, nowMs: number): boolean {
  if (!inspection || inspection.generation !== policy.generation) return true;
  if (inspection.revision !== (stable?.revision ?? '')) return true;
  const isFine = inspection.objectives.every(({ problem }) => problem === undefined);
  return nowMs - ms(inspection.at) >= (isFine ? fineForMs : againMs);
}

/** The state with what a dry run found; an objective that could not be asked keeps what was known of it. */
export function inspected(policy: Policy, seen: Observation, state: Status, nowMs: number): Status {
  const answers = policy.objectives.map(({ name }) => seen.objectives[name]?.inspection);
  if (answers.every((answer) => answer === undefined)) return state;
  const objectives = policy.objectives.map(({ name }, i): Inspected['objectives'][number] => {
    const answer = answers[i];
    const found = answer?.kind === 'Known' ? answer.value : null;
    const before = state.inspection?.objectives.find((one) => one.name === name) ?? { name };
    if (!found) return before;
    const { problem: _problem, unaligned: _unaligned, ...kept } = before;
    const unaligned = unalignedText(name, found.buckets);
    return {
      ...kept,
      ...(found.problem && { problem: { ...found.problem, message: clipped(`${name}: ${found.problem.message}`) } }),
      ...(unaligned && { unaligned }),
    };
  });
  const { generation } = policy;
  const revision = state.stable?.revision ?? '';
  return { ...state, inspection: { ...state.inspection, generation, at: iso(nowMs), revision, objectives } };
}

/** Why a rollout could never be judged, or null. That there is no data yet is no reason: there may be none without traffic. */
export function unmeasurable(policy: Policy, { inspection }: Status): Problem | null {
  const broken = inspection?.objectives.find(
    ({ name, problem }) =>
      problem !== undefined &&
      problem.reason !== 'NoSeries' &&
      policy.objectives.some((objective) => objective.name === name && objective.gate),
  );
  return broken?.problem ?? null;
}

type Problem = NonNullable<Inspected['objectives'][number]['problem']>;

/** What to paste into the app, where its histogram cannot tell the threshold exactly. */
function unalignedText(name: string, buckets: Inspection['buckets']): string | null {
  if (!buckets || buckets.below === null || !buckets.adjustable) return null;
  const { threshold, unit, judgedAt, below, boundaries } = buckets;
  const wanted = [...boundaries, threshold].sort((a, b) => a - b);
  return clipped(
    `${name}: ${buckets.name} has no boundary at ${threshold} ${unit}. Requests slower than ${judgedAt} ${unit} count as too slow, ` +
      `and revisions are compared at ${below} and ${judgedAt} ${unit}. Buckets for the app: [${wanted.join(', ')}]`,
  );
}
