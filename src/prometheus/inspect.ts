/**
 * A dry run of an objective's query: what the source makes of it, before a rollout depends on it. Every counter of it is
 * asked for, and every label that its matchers need; what can never match is told in words.
 */

import { boundariesOf, neighbours, scaleOf } from '../counting/boundaries.ts';
import { wholeMinute } from '../counting/changes.ts';
import { type HistogramShape, type Measured, requestsOf, totals } from '../counting/measured.ts';
import { boundariesQuery, revisionsQuery, servedQuery } from '../counting/queries.ts';
import { type Inspection, type Problem, problem } from '../facts/inspection.ts';
import type { Asked } from '../ports/metrics.ts';
import { selectorText } from '../promql/counters/format.ts';
import { ratioProblem } from './inspect-ratio.ts';
import type { KnownSeries } from './known-series.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';

const found = (problem: Problem | null): Inspection => ({ problem, buckets: null });

/** Throws PromqlFailure where the source could not be asked; a query that it refuses is a finding. */
export async function inspection(
  client: PromqlClient,
  known: KnownSeries,
  asked: Asked,
  measured: Measured,
  presentMs: number,
): Promise<Inspection> {
  const { shape } = measured;
  const nowMs = measured.deltas ? wholeMinute(presentMs) : presentMs;
  const names = totals(measured).map((counter) => selectorText(counter));
  try {
    const revisions = await client.instant(asked.source, revisionsQuery(measured), nowMs);
    if (revisions.length === 0) return found(await silence(client, asked, names.join(' or '), nowMs));
    if (!asked.isShared && revisions.every(({ labels }) => !labels[measured.revisionLabel])) {
      const advice = `The series of ${names.join(' or ')} have no label ${measured.revisionLabel}: let the app or its collector add it, or name the label they have in metrics.revisionLabel.`;
      return found(problem('NoRevisionLabel', advice));
    }
    if (shape.kind === 'Ratio') return found(await ratioProblem(client, known, asked, measured, shape, nowMs));
    return await inspectBuckets(client, asked, shape, measured, nowMs);
  } catch (error) {
    if (error instanceof PromqlFailure && error.isRefusal) {
      return found(problem('InvalidQuery', `The query for ${names.join(' or ')} is refused. ${error.message}`));
    }
    throw error;
  }
}

/** Nothing matches: because nothing was asked of the service, or because the query asks for what is not there? */
async function silence(client: PromqlClient, { service }: Asked, names: string, nowMs: number): Promise<Problem> {
  const nothing = `Nothing matches ${names} in the last 15 minutes`;
  // Google counts a service's requests in the service's own project, wherever the app's metrics go.
  const own = { type: 'GoogleManagedPrometheus', project: service.project } as const;
  let served: number;
  try {
    const [sum] = await client.instant(own, servedQuery(requestsOf(service)), wholeMinute(nowMs));
    served = sum?.value ?? 0;
  } catch (error) {
    if (!(error instanceof PromqlFailure)) throw error;
    const why = `whether there was traffic cannot be told, since Cloud Run's own request count cannot be read: ${error.message}`;
    return problem('NoSeries', `${nothing}, and ${why}`);
  }
  if (!(served > 0)) return problem('NoTraffic', `${nothing}, and Cloud Run counted no request either.`);
  const requests = `Cloud Run counted ${Math.max(1, Math.round(served))} requests in half an hour`;
  return problem('NoSeries', `${nothing}, although ${requests}: correct the query, or let the app export it.`);
}

async function inspectBuckets(
  client: PromqlClient,
  { source }: Asked,
  shape: HistogramShape,
  measured: Measured,
  nowMs: number,
): Promise<Inspection> {
  const { counter } = shape;
  const answer = await client.instant(source, boundariesQuery(counter, measured), nowMs);
  const boundaries = boundariesOf(answer, measured.revisionLabel);
  if (boundaries.length === 0) {
    return found(problem('NoBoundary', `${counter.name} has no boundaries that its revisions share.`));
  }
  const scale = scaleOf(shape, boundaries);
  if (!scale.ok) return found(problem(scale.reason, scale.message));
  const { threshold, unit } = scale;
  const near = neighbours(boundaries, threshold)!;
  return {
    problem: null,
    buckets: {
      name: counter.name,
      threshold,
      unit,
      judgedAt: near.upper.value,
      below: near.lower?.value ?? null,
      boundaries: boundaries.map(({ value }) => value),
      // Nobody can give Cloud Run's own histogram other boundaries.
      adjustable: !measured.platform,
    },
  };
}
