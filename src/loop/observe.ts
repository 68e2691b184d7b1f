/** Gathers what a decision needs, and nothing more: facts, judged by nobody yet. */
import { tickOf } from '../decide/freshness.ts';
import { withNewestReady } from '../decide/newest.ts';
import { historyMs, isDue, type Questions, startOf } from '../decide/questions.ts';
import { isNews, isQuiet, questionsOf, type Repertoire } from '../decide/repertoire.ts';
import type { ObjectiveFacts, Observation } from '../facts/observation.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service } from '../facts/service.ts';
import type { Objective, Policy } from '../policy/policy.ts';
import { type Asked, askedOf, askedOfShared, type Metrics } from '../ports/metrics.ts';
import type { Status } from '../status/status.ts';
import { fullness, type Gauges } from './fullness.ts';

export interface Eyes extends Gauges {
  readonly repertoire: Repertoire;
}

export async function observe(eyes: Eyes, policy: Policy, known: Status, nowMs: number): Promise<Observation> {
  const sight = await look(eyes, policy, known, nowMs);
  if (sight === null) return { service: null, revisions: {}, objectives: {} };
  const { service, revisions } = sight;
  // Only now it is known whether something new is ready.
  const asked = questionsOf(eyes.repertoire, { policy, service, known, nowMs });
  const [objectives, full] = await Promise.all([
    measure(eyes.metrics, policy, asked, revisions, nowMs),
    fullness(eyes, policy, asked, nowMs),
  ]);
  return { ...sight, objectives, ...full };
}

type Sight = { readonly service: Service; readonly revisions: Observation['revisions'] };

/** While nothing goes on, the listing that all policies share will do, unless it shows something new. */
async function look(eyes: Eyes, policy: Policy, known: Status, nowMs: number): Promise<Sight | null> {
  const { services, repertoire } = eyes;
  const isNew = ({ service, revisions }: Sight) =>
    isNews(repertoire, withNewestReady(service, revisions, known), known);
  let revisions: Sight['revisions'] = {};
  if (isQuiet(repertoire, known)) {
    const glanced = await services.glance(policy.service);
    if (glanced !== null && !isNew({ service: glanced, revisions })) {
      const sight = await withRevisions(eyes, policy, known, nowMs, { service: glanced, revisions });
      if (!isNew(sight)) return sight;
      revisions = sight.revisions;
    }
  }
  const service = await services.read(policy.service);
  return service && withRevisions(eyes, policy, known, nowMs, { service, revisions });
}

/** The service together with what its revisions say of themselves, each asked once. */
async function withRevisions(
  { services, repertoire }: Eyes,
  policy: Policy,
  known: Status,
  nowMs: number,
  sight: Sight,
): Promise<Sight> {
  const service = withNewestReady(sight.service, sight.revisions, known);
  const asked = questionsOf(repertoire, { policy, service, known, nowMs });
  const names = asked.revisions.filter((name) => !(name in sight.revisions));
  const found = await Promise.all(names.map((name) => services.revision(policy.service, name)));
  const answers = names.map((name, i) => [name, found[i] ?? null] as const);
  const revisions = { ...sight.revisions, ...Object.fromEntries(answers) };
  return { service: withNewestReady(service, revisions, known), revisions };
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
  const judged = policy.objectives.map(({ name }, i) => [name, found[i]!] as const);
  return Object.fromEntries([...judged, ...(inspect ? await inspectShared(metrics, policy, nowMs) : [])]);
}

/** Nothing is judged by what is shared, so that it is only tried whether it can be counted. */
const inspectShared = (metrics: Metrics, policy: Policy, nowMs: number) =>
  Promise.all(
    policy.shared.map(
      async (one): Promise<[string, ObjectiveFacts]> => [
        one.name,
        { inspection: await metrics.inspect(askedOfShared(policy, one), nowMs) },
      ],
    ),
  );

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
