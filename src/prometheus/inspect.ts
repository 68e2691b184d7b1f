/** A dry run of an objective's query: what the source makes of it, before a rollout depends on it. */

import { boundariesOf, neighbours } from '../counting/boundaries.ts';
import { type HistogramShape, type Measured, type RatioShape, totals } from '../counting/measured.ts';
import { boundariesQuery, type Counting, countingQuery, revisionsQuery } from '../counting/queries.ts';
import { partsOf } from '../counting/tally.ts';
import type { Inspection } from '../facts/inspection.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { selectorText } from '../promql/counters/format.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';

/** Throws PromqlFailure where the source could not be asked; a query that it refuses is a finding. */
export async function inspection(
  client: PromqlClient,
  source: MetricsSource,
  measured: Measured,
  nowMs: number,
): Promise<Inspection> {
  const { shape, revisionLabel } = measured;
  const names = totals(measured).map((counter) => selectorText(counter));
  try {
    if (shape.kind === 'Ratio') await client.instant(source, countingQuery(asTicksDo(measured, shape)), nowMs);
    const revisions = (await client.instant(source, revisionsQuery(measured), nowMs)).map(
      ({ labels }) => labels[revisionLabel] ?? '',
    );
    if (revisions.length === 0) {
      return problem('NoSeries', `Nothing matches ${names.join(' or ')} in the last 15 minutes.`);
    }
    if (revisions.every((revision) => revision === '')) {
      const advice = `The series of ${names.join(' or ')} have no label ${revisionLabel}: let the app or its collector add it, or name the label they have in metrics.revisionLabel.`;
      return problem('NoRevisionLabel', advice);
    }
    if (shape.kind === 'Ratio') return { problem: null, buckets: null };
    return await inspectBuckets(client, source, shape, measured, nowMs);
  } catch (error) {
    if (error instanceof PromqlFailure && error.isRefusal) {
      return problem('InvalidQuery', `The query for ${names.join(' or ')} is refused. ${error.message}`);
    }
    throw error;
  }
}

/** What a tick will ask, so that whatever the source refuses in it is known before. */
const asTicksDo = (measured: Measured, shape: RatioShape): Counting => ({
  measured,
  parts: partsOf(shape),
  byBucket: false,
  revision: null,
  windowMs: 60_000,
  lookback: '5m',
  young: [],
});

const problem = (reason: NonNullable<Inspection['problem']>['reason'], message: string): Inspection => ({
  problem: { reason, message },
  buckets: null,
});

async function inspectBuckets(
  client: PromqlClient,
  source: MetricsSource,
  { counter, threshold, unit }: HistogramShape,
  { revisionLabel, platform }: Measured,
  nowMs: number,
): Promise<Inspection> {
  const answer = await client.instant(source, boundariesQuery(counter, revisionLabel), nowMs);
  const boundaries = boundariesOf(answer, revisionLabel);
  const near = neighbours(boundaries, threshold);
  const values = boundaries.map(({ value }) => value);
  if (near === null) {
    const largest = values.at(-1);
    const looksLikeMs = unit === 's' && largest !== undefined && largest >= 1000 ? ' They look like milliseconds.' : '';
    const known = largest === undefined ? 'no boundaries that its revisions share' : `no boundary above ${largest}`;
    return problem(
      'NoBoundary',
      `${counter.name} has ${known}, and ${threshold} ${unit} cannot be told.${looksLikeMs}`,
    );
  }
  return {
    problem: null,
    buckets: {
      name: counter.name,
      threshold,
      unit,
      judgedAt: near.upper.value,
      below: near.lower?.value ?? null,
      boundaries: values,
      // Nobody can give Cloud Run's own histogram other boundaries.
      adjustable: !platform,
    },
  };
}
