/**
 * A dry run of every objective's query, before a rollout depends on it: a query that cannot work is said at once, with its
 * reason, instead of a rollout that waits for what never comes.
 */

import type { Answer } from '../facts/answer.ts';
import type { Inspection } from '../facts/inspection.ts';
import type { Observation } from '../facts/observation.ts';
import { iso, ms } from '../facts/time.ts';
import type { Policy } from '../policy/policy.ts';
import type { Status } from '../status/status.ts';
import { clipped } from './words.ts';

type Inspected = NonNullable<Status['inspection']>;

const againMs = 5 * 60_000;
/** A rollout depends on no dry run that is older. */
export const freshForMs = 5 * 60_000;
const fineForMs = 6 * 3_600_000;

/** Whether it is time for a dry run: for a new policy or spec, a new stable revision, after a while, sooner after trouble. */
export function inspectionDue(policy: Policy, { inspection, stable }: Status, nowMs: number): boolean {
  if (!inspection || inspection.generation !== policy.generation) return true;
  if (inspection.revision !== (stable?.revision ?? '')) return true;
  const isFine = inspection.objectives.every(({ problem }) => problem === undefined);
  return nowMs - ms(inspection.at) >= (isFine ? fineForMs : againMs);
}

/** Whether the last dry run is too old to begin a rollout by. */
export const inspectedLongAgo = ({ inspection }: Status, nowMs: number): boolean =>
  !inspection || nowMs - ms(inspection.at) >= freshForMs;

/** The state with what a dry run found; an objective that could not be asked keeps what was known of it. */
export function inspected(policy: Policy, seen: Observation, state: Status, nowMs: number): Status {
  const tried = [...policy.objectives, ...policy.shared];
  const answers = tried.map(({ name }) => seen.objectives[name]?.inspection);
  if (answers.every((answer) => answer === undefined)) return state;
  const isKnown = state.inspection?.generation === policy.generation;
  const objectives = tried.map(({ name }, i): Inspected['objectives'][number] => {
    const answer = answers[i];
    const remembered: Inspected['objectives'][number] = state.inspection?.objectives.find(
      (one) => one.name === name,
    ) ?? {
      name,
    };
    // A rollout that may begin depends on no dry run of long ago.
    const isOld = inspectedLongAgo(state, nowMs) && seen.objectives[name]?.history !== undefined && !remembered.problem;
    if (answer?.kind !== 'Known') return isKnown && !isOld ? remembered : { name, ...untried(name, answer) };
    const [found, before] = [answer.value, remembered];
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

/** A query that nobody could try is not one that works. */
function untried(name: string, answer: Answer<Inspection> | undefined): { readonly problem: Problem } {
  const why = answer?.kind === 'Unknown' ? answer.message : 'it was not asked';
  return { problem: { reason: 'Untried', message: clipped(`${name}: its query could not be tried yet: ${why}`) } };
}

/** Why a gating objective cannot be measured, or null. */
export const unmeasurable = (policy: Policy, known: Status): Problem | null =>
  policy.objectives.flatMap(({ name, gate }) => (gate ? (unmeasurableBy(known, name) ?? []) : []))[0] ?? null;

/** The same of one objective. That nothing was asked of the service is no reason: that ends by itself. */
export function unmeasurableBy({ inspection }: Status, name: string): Problem | null {
  const problem = inspection?.objectives.find((one) => one.name === name)?.problem;
  return problem && problem.reason !== 'NoTraffic' ? problem : null;
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
