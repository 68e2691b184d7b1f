/** The port Metrics over any PromQL engine. One query an objective and tick. */
import type { Freshness, History, Reading, Tally } from '../decide/observation.ts';
import type { MetricsSource, ServiceRef } from '../policy/policy.ts';
import type { CountsQuestion, HistoryQuestion, Metrics, MetricsFailure } from '../ports.ts';
import { type Matrix, type PromqlClient, PromqlFailure, type Sample } from './promql.ts';
import { countingQuery, freshnessQuery } from './queries.ts';
import { platformIntervalMs } from './selectors.ts';
import { tallies } from './tally.ts';

export class PromqlMetrics implements Metrics {
  readonly #client: PromqlClient;

  constructor(client: PromqlClient) {
    this.#client = client;
  }

  freshness(source: MetricsSource, service: ServiceRef, nowMs: number): Promise<Freshness | MetricsFailure> {
    return orFailure(freshness(this.#client, source, service, nowMs));
  }

  /** A revision that nothing matched is missing; whether that means anything is not judged here. */
  async counts(question: CountsQuestion): Promise<Reading> {
    const answer = await orFailure(counts(this.#client, question));
    return answer.kind === 'Unknown' ? { ...answer, objective: question.objective.name } : answer;
  }

  history(question: HistoryQuestion): Promise<History | MetricsFailure> {
    return orFailure(history(this.#client, question));
  }
}

async function freshness(
  client: PromqlClient,
  source: MetricsSource,
  service: ServiceRef,
  nowMs: number,
): Promise<Freshness> {
  const [newest] = await client.instant(source, freshnessQuery(service), nowMs);
  const newestMs = newest && Number.isFinite(newest.value) ? Math.round(newest.value * 1000) : null;
  return { newestMs, intervalMs: platformIntervalMs };
}

async function counts(client: PromqlClient, question: CountsQuestion): Promise<Reading> {
  const { source, service, objective, fromMs, toMs, young } = question;
  const { indicator } = objective;
  const query = countingQuery({ service, indicator, revision: null, windowMs: toMs - fromMs, young });
  const found = tallies(indicator, await client.instant(source, query, toMs));
  if (found.kind === 'Tallies') {
    return { kind: 'Counts', objective: objective.name, fromMs, toMs, byRevision: found.byRevision };
  }
  const reason = found.kind === 'NoBoundary' ? 'InsufficientSamples' : 'ProviderError';
  return { kind: 'Unknown', objective: objective.name, reason, message: found.message };
}

async function history(client: PromqlClient, question: HistoryQuestion): Promise<History> {
  const { source, service, objective, revision, toMs, lengthMs, tickMs } = question;
  const { indicator } = objective;
  const query = countingQuery({ service, indicator, revision, windowMs: tickMs, young: [] });
  const firstMs = toMs - lengthMs + tickMs;
  const vectors = vectorsByTime(await client.range(source, query, firstMs, toMs, tickMs));
  const ticks: Tally[] = [];
  for (let atMs = firstMs; atMs <= toMs; atMs += tickMs) {
    const found = tallies(indicator, vectors.get(atMs) ?? []);
    ticks.push((found.kind === 'Tallies' && found.byRevision[revision]) || { bad: 0, total: 0 });
  }
  return { objective: objective.name, ticks, tickMs };
}

/** One vector for each instant that has any sample. */
function vectorsByTime(matrix: Matrix): Map<number, Sample[]> {
  const byTime = new Map<number, Sample[]>();
  for (const { labels, points } of matrix) {
    for (const { atMs, value } of points) {
      const instantMs = Math.round(atMs);
      const vector = byTime.get(instantMs);
      if (vector) vector.push({ labels, value });
      else byTime.set(instantMs, [{ labels, value }]);
    }
  }
  return byTime;
}

async function orFailure<T>(answer: Promise<T>): Promise<T | MetricsFailure> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PromqlFailure) return { kind: 'Unknown', reason: error.reason, message: error.message };
    throw error;
  }
}
