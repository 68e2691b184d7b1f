/** What an OpenSLO indicator measures: a ratio of counters, or a quantile that is held against a threshold. */
import { durationText } from '../../policy/duration.ts';
import { unwrap } from '../../promql/ast.ts';
import { readQuantile } from '../../promql/counters/quantile.ts';
import { QueryRefused } from '../../promql/counters/refusal.ts';
import { parsePasted } from '../../promql/counters/text.ts';
import { type Draft, ratioOf } from '../draft.ts';
import { isGiven, lost, type Reading, type Spot, within } from '../place.ts';
import { counterIn, queryIn, ratioIn } from '../queries.ts';
import { flagOf, numberOf, unknownIn } from '../read.ts';
import { type Metric, metricIn } from './metric.ts';
import type { Objects } from './objects.ts';

export type Measured = Pick<Draft, 'indicator' | 'queries' | 'metrics'> & {
  /** Of a quantile: by it goes which share of requests has to be fast. */
  readonly percentile?: number;
};

export function* ratioMetricIn(spot: Spot, objects: Objects): Reading<Measured | undefined> {
  yield* unknownIn(spot, ['counter', 'incremental', 'good', 'bad', 'total', 'raw', 'rawType']);
  const given = ['good', 'bad', 'raw'].filter((field) => isGiven(within(spot, field)));
  if (given.length !== 1) {
    yield lost(spot, 'must hold exactly one of good, bad and raw', 'write good: or bad:, with total:');
    return undefined;
  }
  if (given[0] === 'raw') return yield* rawIn(spot, objects);
  const counted = given[0] as 'good' | 'bad';
  const part = yield* metricIn(within(spot, counted), objects);
  const all = yield* metricIn(within(spot, 'total'), objects);
  if (part === undefined || all === undefined) return undefined;
  const declared = yield* flagOf(within(spot, isGiven(within(spot, 'counter')) ? 'counter' : 'incremental'));
  const [some, total] = [yield* counterIn(part.query, declared), yield* counterIn(all.query, declared)];
  if (some === undefined || total === undefined || !(yield* isOneSource(part, all))) return undefined;
  const indicator = ratioOf(counted, some, total);
  return { indicator, queries: { [counted]: part.query, total: all.query }, metrics: part.metrics };
}

function* isOneSource(part: Metric, all: Metric): Reading<boolean> {
  if (JSON.stringify(part.metrics?.value) === JSON.stringify(all.metrics?.value)) return true;
  yield lost(all.query, 'is asked elsewhere than the other query', 'take both counters from one Prometheus');
  return false;
}

function* rawIn(spot: Spot, objects: Objects): Reading<Measured | undefined> {
  const rawType = within(spot, 'rawType');
  const of = { success: 'good', failure: 'bad' }[String(rawType.value)] as 'good' | 'bad' | undefined;
  if (of === undefined) {
    yield lost(
      isGiven(rawType) ? rawType : spot,
      'rawType must be success or failure',
      'add rawType: success, if the ratio is of good events',
    );
    return undefined;
  }
  const metric = yield* metricIn(within(spot, 'raw'), objects);
  const indicator = metric && (yield* ratioIn(metric.query, of));
  if (metric === undefined || indicator === undefined) return undefined;
  const { query, metrics } = metric;
  return { indicator, queries: { query, good: query, bad: query, total: query }, metrics };
}

/** `objective` has the threshold. A value that is no quantile is looked at now and then, and counts no events. */
export function* thresholdMetricIn(spot: Spot, objective: Spot, objects: Objects): Reading<Measured | undefined> {
  const metric = yield* metricIn(spot, objects);
  const op = within(objective, 'op');
  const limit = yield* numberOf(within(objective, 'value'));
  const query = metric && (yield* queryIn(metric.query));
  if (metric === undefined || query === undefined || limit === undefined) return undefined;
  if (op.value !== 'lt' && op.value !== 'lte') {
    yield lost(
      isGiven(op) ? op : objective,
      'only a latency that has to stay below its threshold can be carried over',
      instead,
    );
    return undefined;
  }
  const quantile = quantileIn(query);
  if (quantile === undefined) {
    yield lost(metric.query, 'is no quantile of a histogram whose unit its name tells, and counts no events', instead);
    return undefined;
  }
  const thresholdMs = Number((limit * quantile.unitMs).toPrecision(12));
  if (!(thresholdMs >= 1 && Number.isInteger(thresholdMs))) {
    yield lost(
      within(objective, 'value'),
      `is ${thresholdMs} ms, and a threshold is in whole milliseconds`,
      'write one of at least 1 ms',
    );
    return undefined;
  }
  return {
    indicator: { latency: { threshold: durationText(thresholdMs), query } },
    queries: { query: metric.query, threshold: within(objective, 'value') },
    metrics: metric.metrics,
    percentile: quantile.percentile,
  };
}

const instead =
  'write it as a ratioMetric of counters: good (or bad) and total; or the histogram_quantile of buckets named in seconds or milliseconds, with op: lt';

/** Scaled, its unit would no longer be the histogram's. */
function quantileIn(query: string): { percentile: number; unitMs: number } | undefined {
  try {
    const { percentile, unit } = readQuantile(query, { revisionLabel: 'revision_name' });
    const isPlain = unwrap(parsePasted(query)).kind !== 'Binary';
    return isPlain && unit?.by === 'Said' ? { percentile, unitMs: unit.unitMs } : undefined;
  } catch (error) {
    if (error instanceof QueryRefused) return undefined;
    throw error;
  }
}
