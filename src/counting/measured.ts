/** What is counted for an objective, wherever its counters come from. Pure. */

import type { ServiceRef } from '../facts/service.ts';
import type { Indicator, MetricsSource, Objective } from '../policy/policy.ts';
import { boundaryOf } from '../promql/counters/buckets.ts';
import { oneOf, selectorText } from '../promql/counters/format.ts';
import { runRevisionLabel } from '../promql/counters/leaf.ts';
import type { Counter, CounterSum, LabelMatch } from '../promql/counters/model.ts';
import { isGoogles, isRunMetric } from '../promql/counters/names.ts';

export interface Measured {
  /** The label that names the revision. */
  readonly revisionLabel: string;
  /** Cloud Run's own metrics, sampled once a minute, of a revision as a whole. */
  readonly platform: boolean;
  /** They are stored as changes with the time they span, as Google does; anywhere else they are counters. */
  readonly deltas: boolean;
  readonly shape: RatioShape | HistogramShape;
}

export interface RatioShape {
  readonly kind: 'Ratio';
  readonly bad: CounterSum;
  readonly total: CounterSum;
}

export interface HistogramShape {
  readonly kind: 'Histogram';
  /** The buckets, whatever their `le`. */
  readonly counter: Counter;
  readonly thresholdMs: number;
  /** What one unit of the boundaries is in milliseconds; null: nothing but the boundaries can tell. */
  readonly unitMs: number | null;
  /** Whether the boundaries decide it. */
  readonly unitInDoubt: boolean;
}

/** Cloud Run's own metrics as Google Managed Prometheus names them; a distribution has the suffixes of a histogram. */
const requestCount = 'run_googleapis_com:request_count';
const requestLatencies = 'run_googleapis_com:request_latencies_bucket';

export function measuredBy(
  { type }: Pick<MetricsSource, 'type'>,
  { indicator }: Pick<Objective, 'indicator'>,
  service: ServiceRef,
  appLabel: string,
): Measured {
  const { shape, counters } = shapeOf(indicator, service);
  const platform = counters.every(({ name }) => isRunMetric(name));
  const revisionLabel = platform ? runRevisionLabel : appLabel;
  return { revisionLabel, platform, deltas: platform && type === 'GoogleManagedPrometheus', shape };
}

/** What is shared may be Google's own metrics of something else, as of a database: changes, too. */
export function measuredShared(measured: Measured, { type }: Pick<MetricsSource, 'type'>): Measured {
  const { shape } = measured;
  const counters = shape.kind === 'Ratio' ? partsOf(shape) : [shape.counter];
  return { ...measured, deltas: type === 'GoogleManagedPrometheus' && counters.every(({ name }) => isGoogles(name)) };
}

function shapeOf(
  indicator: Indicator,
  service: ServiceRef,
): { shape: Measured['shape']; counters: readonly Counter[] } {
  switch (indicator.kind) {
    case 'Requests': {
      // 5xx are bad; all else is good, 4xx too: it is the caller's mistake.
      const total = requestsOf(service);
      const failed: LabelMatch = { label: 'response_code_class', op: '=', value: '5xx' };
      const bad: Counter = { ...total, matchers: [...total.matchers, failed] };
      const shape: RatioShape = {
        kind: 'Ratio',
        bad: [{ sign: 1, counter: bad }],
        total: [{ sign: 1, counter: total }],
      };
      return { shape, counters: [total] };
    }
    case 'Latency': {
      const { thresholdMs, histogram } = indicator;
      const { counter, unitMs, unitInDoubt, native } = histogram ?? {
        counter: { name: requestLatencies, matchers: serviceScope(service) },
        unitMs: 1,
      };
      if (native) return { shape: nativeShape(counter, thresholdMs / (unitMs ?? 1000)), counters: [counter] };
      const shape: HistogramShape = {
        kind: 'Histogram',
        counter,
        thresholdMs,
        unitMs,
        unitInDoubt: unitInDoubt ?? false,
      };
      return { shape, counters: [counter] };
    }
    case 'Ratio': {
      const { bad, total } = indicator;
      const shape: RatioShape = { kind: 'Ratio', bad, total };
      return { shape, counters: [...bad, ...total].map(({ counter }) => counter) };
    }
  }
}

/** What a native histogram counts in all, and at or below the threshold; without boundaries no unit can be told from them. */
function nativeShape(histogram: Counter, threshold: number): RatioShape {
  const all: Counter = { ...histogram, upTo: null };
  const good: Counter = { ...histogram, upTo: Number(threshold.toPrecision(12)) };
  return {
    kind: 'Ratio',
    bad: [
      { sign: 1, counter: all },
      { sign: -1, counter: good },
    ],
    total: [{ sign: 1, counter: all }],
  };
}

/** What Cloud Run itself has counted of one service. */
export const requestsOf = (service: ServiceRef): Counter => ({ name: requestCount, matchers: serviceScope(service) });

export const regionLabel = 'location';
export const serviceLabel = 'service_name';

/** The matchers that select one service's series. */
export const serviceScope = (service: ServiceRef): LabelMatch[] => runScope([service]);

/** The matchers that select the series of services of one project: at least one. */
export const runScope = (services: readonly ServiceRef[]): LabelMatch[] => [
  { label: 'monitored_resource', op: '=', value: 'cloud_run_revision' },
  { label: 'project_id', op: '=', value: services[0]!.project },
  oneOf(regionLabel, distinct(services.map(({ region }) => region))),
  oneOf(serviceLabel, distinct(services.map(({ name }) => name))),
];

export const distinct = (values: readonly string[]): string[] => [...new Set(values)].toSorted();

/** The distinct counters of a ratio, in the order in which they are asked for. */
export function partsOf({ bad, total }: RatioShape): readonly Counter[] {
  const all = [...bad, ...total].map(({ counter }) => counter);
  return [...new Map(all.map((counter) => [keyOf(counter), counter])).values()];
}

/** Two counters that ask for the same have the same. */
export const keyOf = (counter: Counter): string => {
  const text = selectorText(counter);
  return counter.upTo === undefined ? text : `${text} up to ${counter.upTo}`;
};

/** The counters of a ratio that choose a bucket by a number. */
export const ofBuckets = (shape: RatioShape): readonly Counter[] =>
  partsOf(shape).filter((counter) => boundaryOf(counter) !== null);

/** The counters that every event shows in; whether an instance is known is told by these. */
export function totals({ shape }: Measured): readonly Counter[] {
  if (shape.kind === 'Ratio') return shape.total.map(({ counter }) => counter);
  const { name, matchers } = shape.counter;
  return [{ name, matchers: [...matchers, { label: 'le', op: '=', value: '+Inf' }] }];
}
