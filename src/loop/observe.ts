/** Gathers what a decision needs, and nothing more: facts, judged by nobody yet. */

import { tickOf } from '../decide/freshness.ts';
import { historyMs, isDue, type Questions, questions, startOf } from '../decide/questions.ts';
import { quiet, surprising } from '../decide/traffic/newcomer.ts';
import type { Freshness, History, Reading } from '../facts/counts.ts';
import type { Inspection } from '../facts/inspection.ts';
import type { Observation } from '../facts/observation.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service } from '../facts/service.ts';
import type { Objective, Policy } from '../policy/policy.ts';
import type { Asked, Metrics } from '../ports/metrics.ts';
import type { Services } from '../ports/services.ts';
import type { Status } from '../status/status.ts';

export async function observe(
  ports: { services: Services; metrics: Metrics },
  policy: Policy,
  state: Status,
  nowMs: number,
): Promise<Observation> {
  const service = await look(ports.services, policy, state);
  if (service === null) return { service, revisions: {}, freshness: {}, readings: [], history: [], inspections: null };
  const asked = questions(policy, service, state, nowMs);
  const revisions = await revisionsOf(ports.services, policy, asked.revisions);
  return { service, revisions, ...(await measure(ports.metrics, policy, asked, revisions, nowMs)) };
}

/** While nothing goes on, the listing that all policies share will do, unless it shows something new. */
async function look(services: Services, policy: Policy, state: Status): Promise<Service | null> {
  if (!quiet(state)) return services.read(policy.service);
  const service = await services.glance(policy.service);
  return service === null || surprising(service, state) ? services.read(policy.service) : service;
}

async function revisionsOf(services: Services, policy: Policy, names: readonly string[]) {
  const found = await Promise.all(names.map((name) => services.revision(policy.service, name)));
  return Object.fromEntries(names.map((name, i) => [name, found[i] ?? null]));
}

async function measure(
  metrics: Metrics,
  policy: Policy,
  asked: Questions,
  revisions: Readonly<Record<string, Revision | null>>,
  nowMs: number,
): Promise<Pick<Observation, 'freshness' | 'readings' | 'history' | 'inspections'>> {
  const inspections = asked.inspect ? await inspect(metrics, policy, nowMs) : null;
  if (asked.counts.length === 0 && asked.historyOf === null) {
    return { freshness: {}, readings: [], history: [], inspections };
  }
  const measured = await Promise.all(
    policy.objectives.map((objective) => measureOne(metrics, policy, objective, asked, revisions, nowMs)),
  );
  return {
    freshness: Object.fromEntries(
      measured.flatMap(({ freshness }, i) => (freshness ? [[policy.objectives[i]!.name, freshness]] : [])),
    ),
    readings: measured.flatMap(({ reading }) => (reading ? [reading] : [])),
    history: measured.flatMap(({ history }) => (history ? [history] : [])),
    inspections,
  };
}

interface MeasuredOne {
  readonly freshness?: Freshness;
  readonly reading?: Reading;
  readonly history?: History;
}

/** One objective by itself: its metrics come at their own pace, and may fail alone. */
async function measureOne(
  metrics: Metrics,
  policy: Policy,
  objective: Objective,
  { counts, historyOf }: Questions,
  revisions: Readonly<Record<string, Revision | null>>,
  nowMs: number,
): Promise<MeasuredOne> {
  const asked = askedOf(policy, objective);
  const freshness = await metrics.freshness(asked, nowMs);
  if ('kind' in freshness) return { reading: { ...freshness, objective: objective.name } };
  const tickMs = tickOf(freshness.intervalMs);
  const toMs = freshness.newestMs;
  const due = counts.find((question) => question.objective === objective);
  const reading =
    due && toMs !== null && isDue(due, toMs, tickMs)
      ? await metrics.counts({
          ...asked,
          fromMs: startOf(due, toMs, tickMs),
          toMs,
          tickMs,
          createdAtMs: createdAtMs(revisions),
        })
      : undefined;
  if (historyOf === null) return { freshness, ...(reading && { reading }) };
  // Without a sample to end at: samples of Google's own metrics lie at whole minutes.
  const endMs = toMs ?? Math.floor(nowMs / 60_000) * 60_000;
  const question = { ...asked, revision: historyOf, toMs: endMs, lengthMs: historyMs, tickMs };
  const history = await metrics.history(question);
  return 'kind' in history
    ? { reading: { ...history, objective: objective.name } }
    : { freshness, ...(reading && { reading }), history };
}

async function inspect(metrics: Metrics, policy: Policy, nowMs: number): Promise<Record<string, Inspection>> {
  const found = await Promise.all(
    policy.objectives.map(async (objective) => {
      const inspection = await metrics.inspect(askedOf(policy, objective), nowMs);
      return 'kind' in inspection ? [] : [[objective.name, inspection] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

const askedOf = ({ metrics: source, service, revisionLabel }: Policy, objective: Objective): Asked => ({
  source,
  service,
  revisionLabel,
  objective,
});

const createdAtMs = (revisions: Readonly<Record<string, Revision | null>>): Record<string, number> =>
  Object.fromEntries(Object.values(revisions).flatMap((one) => (one ? [[one.name, one.createdAtMs]] : [])));
