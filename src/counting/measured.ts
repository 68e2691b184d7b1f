/** What is counted for an objective, wherever its counters come from. Pure. */

import type { ServiceRef } from '../facts/service.ts';
import type { Indicator, MetricsSource, Objective } from '../policy/policy.ts';
import { isPlatform } from '../promql/counters/leaf.ts';
import type { Counter, CounterSum, LabelMatch } from '../promql/counters/model.ts';

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
  /** In the histogram's own unit. */
  readonly threshold: number;
  /** "s" or "ms", for messages. */
  readonly unit: string;
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
  const platform = counters.every(({ name }) => isPlatform(name));
  // Google's metrics name the revision in their own way, whatever the app's do.
  const revisionLabel = platform ? 'revision_name' : appLabel;
  return { revisionLabel, platform, deltas: platform && type === 'GoogleManagedPrometheus', shape };
}

function shapeOf(
  indicator: Indicator,
  service: ServiceRef,
): { shape: Measured['shape']; counters: readonly Counter[] } {
  switch (indicator.kind) {
    case 'Requests': {
      // 5xx are bad; all else is good, 4xx too: it is the caller's mistake.
      const total: Counter = { name: requestCount, matchers: serviceScope(service) };
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
      const { counter, unitMs } = indicator.histogram ?? {
        counter: { name: requestLatencies, matchers: serviceScope(service) },
        unitMs: 1,
      };
      const threshold = Number((indicator.thresholdMs / unitMs).toPrecision(12));
      const shape: HistogramShape = { kind: 'Histogram', counter, threshold, unit: units[unitMs] ?? '' };
      return { shape, counters: [counter] };
    }
    case 'Ratio': {
      const { bad, total } = indicator;
      const shape: RatioShape = { kind: 'Ratio', bad, total };
      return { shape, counters: [...bad, ...total].map(({ counter }) => counter) };
    }
  }
}

const units: Readonly<Record<number, string>> = { 1000: 's', 1: 'ms', 0.001: 'µs', 1e-6: 'ns' };

/** The matchers that select one service's series. */
const serviceScope = (service: ServiceRef): LabelMatch[] =>
  Object.entries({
    monitored_resource: 'cloud_run_revision',
    project_id: service.project,
    location: service.region,
    service_name: service.name,
  }).map(([label, value]) => ({ label, op: '=', value }));

/** The counters that every event shows in; whether an instance is known is told by these. */
export function totals({ shape }: Measured): readonly Counter[] {
  if (shape.kind === 'Ratio') return shape.total.map(({ counter }) => counter);
  const { name, matchers } = shape.counter;
  return [{ name, matchers: [...matchers, { label: 'le', op: '=', value: '+Inf' }] }];
}
