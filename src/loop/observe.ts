/** Gathers what a decision needs, and nothing more: facts, judged by nobody yet. */
import { tickOf } from '../decide/freshness.ts';
import { historyMs, isDue, type Questions, startOf } from '../decide/questions.ts';
import { isNews, isQuiet, questionsOf, type Repertoire } from '../decide/repertoire.ts';
import type { ObjectiveFacts, Observation } from '../facts/observation.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service } from '../facts/service.ts';
import type { Objective, Policy } from '../policy/policy.ts';
import { type Asked, askedOf, type Metrics } from '../ports/metrics.ts';
import type { Services } from '../ports/services.ts';
import type { Status } from '../status/status.ts';

export interface Eyes {
  readonly services: Services;
  readonly metrics: Metrics;
  readonly repertoire: Repertoire;
}

export async function observe(eyes: Eyes, policy: Policy, known: Status, nowMs: number): Promise<Observation> {
  const service = await look(eyes, policy, known);
  if (service === null) return { service, revisions: {}, objectives: {} };
  const asked = questionsOf(eyes.repertoire, { policy, service, known, nowMs });
  const revisions = await revisionsOf(eyes.services, policy, asked.revisions);
  return { service, revisions, objectives: await measure(eyes.metrics, policy, asked, revisions, nowMs) };
}

/** While nothing goes on, the listing that all policies share will do, unless it shows something new. */
async function look({ services, repertoire }: Eyes, policy: Policy, known: Status): Promise<Service | null> {
  if (!isQuiet(repertoire, known)) return services.read(policy.service);
  const service = await services.glance(policy.service);
  return service === null || isNews(repertoire, service, known) ? services.read(policy.service) : service;
}

async function revisionsOf(services: Services, policy: Policy, names: readonly string[]) {
  const found = await Promise.all(names.map((name) => services.revision(policy.service, name)));
  return Object.fromEntries(names.map((name, i) => [name, found[i] ?? null]));
}

/** Each objective by itself: its metrics come at their own pace, and may fail alone. */
async function measure(
  metrics: Metrics,
  policy: Policy,
  asked: Questions,
  revisions: Observation['revisions'],
  nowMs: number,
): Promise<Observation['objectives']> {
  const { counts, historyOf, inspect } = asked;
  const counting = counts.length > 0 || historyOf !== null;
  if (!counting && !inspect) return {};
  const found = await Promise.all(
    policy.objectives.map(async (objective): Promise<ObjectiveFacts> => {
      const [measured, inspection] = await Promise.all([
        counting ? countsOf(metrics, policy, objective, asked, revisions, nowMs) : {},
        inspect ? metrics.inspect(askedOf(policy, objective), nowMs) : undefined,
      ]);
      return { ...measured, ...(inspection && { inspection }) };
    }),
  );
  return Object.fromEntries(policy.objectives.map(({ name }, i) => [name, found[i]!]));
}

async function countsOf(
  metrics: Metrics,
  policy: Policy,
  objective: Objective,
  { counts, historyOf }: Questions,
  revisions: Observation['revisions'],
  nowMs: number,
): Promise<ObjectiveFacts> {
  const asked = askedOf(policy, objective);
  const freshness = await metrics.freshness(asked, nowMs);
  if (freshness.kind === 'Unknown') return { freshness };
  const { newestMs: toMs, intervalMs } = freshness.value;
  const tickMs = tickOf(intervalMs);
  const due = counts.find((question) => question.objective === objective);
  const counted =
    due && toMs !== null && isDue(due, toMs, tickMs)
      ? await metrics.counts({
          ...asked,
          fromMs: startOf(due, toMs, tickMs),
          toMs,
          tickMs,
          revisions: due.revisions,
          createdAtMs: createdAtMs(revisions),
        })
      : undefined;
  const history = historyOf === null ? undefined : await pastOf(metrics, asked, historyOf, toMs, tickMs, nowMs);
  return { freshness, ...(counted && { counts: counted }), ...(history && { history }) };
}

/** Without a sample to end at: samples of Google's own metrics lie at whole minutes. */
const pastOf = (
  metrics: Metrics,
  asked: Asked,
  revision: string,
  newestMs: number | null,
  tickMs: number,
  nowMs: number,
) =>
  metrics.history({
    ...asked,
    revision,
    toMs: newestMs ?? Math.floor(nowMs / 60_000) * 60_000,
    lengthMs: historyMs,
    tickMs,
  });

const createdAtMs = (revisions: Readonly<Record<string, Revision | null>>): Record<string, number> =>
  Object.fromEntries(Object.values(revisions).flatMap((one) => (one ? [[one.name, one.createdAtMs]] : [])));
