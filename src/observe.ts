/** Gathers what a decision needs, and nothing more: facts, judged by nobody yet. */
import type { History, Observation, Reading, Revision, Service } from './decide/observation.ts';
import { historyMs, type Questions, questions, quiet, surprising } from './decide/questions.ts';
import type { Policy } from './policy/policy.ts';
import type { Status } from './policy/status.ts';
import type { Metrics, Services } from './ports.ts';

/** A revision younger than this cannot have had an older life: its series' first samples count in full. */
const youngMs = 3_600_000;

export async function observe(
  ports: { services: Services; metrics: Metrics },
  policy: Policy,
  state: Status,
  nowMs: number,
): Promise<Observation> {
  const service = await look(ports.services, policy, state);
  if (service === null) return { service, revisions: {}, freshness: null, readings: [], history: [] };
  const asked = questions(policy, service, state);
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
  { counts, historyOf }: Questions,
  revisions: Readonly<Record<string, Revision | null>>,
  nowMs: number,
): Promise<Pick<Observation, 'freshness' | 'readings' | 'history'>> {
  if (counts.length === 0 && historyOf === null) return { freshness: null, readings: [], history: [] };
  const source = policy.metrics;
  const freshness = await metrics.freshness(source, policy.service, nowMs);
  if ('kind' in freshness) return { freshness: null, readings: unknown(policy, freshness), history: [] };

  const toMs = freshness.newestMs;
  const readings = await Promise.all(
    counts
      .filter(({ fromMs }) => toMs !== null && toMs > fromMs)
      .map(({ objective, fromMs }) =>
        metrics.counts({
          source,
          service: policy.service,
          objective,
          fromMs,
          toMs: toMs!,
          young: youngAt(revisions, fromMs),
        }),
      ),
  );
  if (historyOf === null) return { freshness, readings, history: [] };

  const tickMs = freshness.intervalMs;
  const past = await Promise.all(
    policy.objectives.map((objective) =>
      metrics.history({
        source,
        service: policy.service,
        objective,
        revision: historyOf,
        toMs: toMs ?? nowMs,
        lengthMs: historyMs,
        tickMs,
      }),
    ),
  );
  const failure = past.find((entry) => 'kind' in entry);
  if (failure && 'kind' in failure) return { freshness: null, readings: unknown(policy, failure), history: [] };
  return { freshness, readings, history: past.filter((entry): entry is History => !('kind' in entry)) };
}

const youngAt = (revisions: Readonly<Record<string, Revision | null>>, fromMs: number): string[] =>
  Object.values(revisions).flatMap((revision) =>
    revision && revision.createdAtMs > fromMs - youngMs ? [revision.name] : [],
  );

const unknown = (
  policy: Policy,
  { reason, message }: { reason: 'ProviderError' | 'RateLimited' | 'Stale'; message: string },
) => policy.objectives.map(({ name }): Reading => ({ kind: 'Unknown', objective: name, reason, message }));
