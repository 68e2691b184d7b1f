/**
 * Google's DELTA metrics, as far as anything public says how it answers: what was added in a window, by `increase`, and by
 * `rate` for a second of it. A point is a change with the time that it spans, of which a window takes its part. Anything else
 * that PromQL can ask of them is refused here: nobody knows what Google would say.
 */
import { type Call, metricName, type Range, type Selector, unwrap } from '../../../promql/ast.ts';
import { invalid } from '../../../promql/error.ts';
import { Projection } from '../../series/labels.ts';
import type { Series } from '../../series/series.ts';
import type { At, Sample, Vector } from '../value.ts';
import { filterOf } from './filter.ts';

/** Whether a metric is stored as changes; null: none is, as on a Prometheus. */
export type Changes = ((metric: string) => boolean) | null;

const minuteMs = 60_000;

/** rate(…[5m]) or increase(…[5m]) of such a metric; null: the call is anything else. */
export function compileChanges(call: Call, isChanges: Changes): At<Vector> | null {
  if (call.name !== 'increase' && call.name !== 'rate') return null;
  const range = call.args.length === 1 ? unwrap(call.args[0]!) : null;
  if (range?.kind !== 'Range' || !selectsChanges(range.selector, isChanges)) return null;
  if (range.rangeMs % minuteMs !== 0) throw invalid('a window of changes has to be of whole minutes', range.at);
  const added = addedIn(range);
  if (call.name === 'increase') return added;
  const perSecond = 1000 / range.rangeMs;
  return (store, atMs) => added(store, atMs).map((sample) => ({ ...sample, value: sample.value * perSecond }));
}

export function refuseChanges(selector: Selector, isChanges: Changes): void {
  if (!selectsChanges(selector, isChanges)) return;
  throw invalid('the metric is stored as changes: it is only asked for by increase or rate', selector.at);
}

/** Google knows a metric by nothing but its exact name. */
function selectsChanges({ matchers, at }: Selector, isChanges: Changes): boolean {
  if (isChanges === null) return false;
  const names = matchers.filter(({ label }) => label === metricName);
  const [name] = names;
  if (!name || names.length > 1 || name.op !== '=') throw invalid('the metric has to be named exactly', at);
  return isChanges(name.value);
}

function addedIn({ selector, rangeMs, offsetMs }: Range): At<Vector> {
  const filter = filterOf(selector);
  return (store, atMs) => {
    const endMs = atMs - (offsetMs ?? 0);
    const samples = store.select(filter).flatMap(({ name, series }) => {
      const visibleMs = store.horizonMs(name);
      return series.map((one): Sample => {
        const value = totalAt(one, endMs, visibleMs) - totalAt(one, endMs - rangeMs, visibleMs);
        return { name: null, labels: one.labels, value };
      });
    });
    return withPoints(samples);
  };
}

/** What a counter of the changes, which is what the lab keeps, would show at this time. */
function totalAt(series: Series, ms: number, visibleMs: number): number {
  const { times, values, from } = series;
  const last = series.lastAtOrBefore(Math.min(ms, visibleMs));
  const next = last + 1;
  // What came before the first sample that is left is not known: it is no change.
  const total = last >= from ? values[last]! : series.isCut ? values[from]! : 0;
  if (next >= series.to || times[next]! > visibleMs || ms <= times[next]! - minuteMs) return total;
  return total + (values[next]! - total) * (1 - (times[next]! - ms) / minuteMs);
}

const withoutBucket = Projection.without(['le']);

/** Where nothing happens there is no point: of a distribution, in none of its buckets. */
function withPoints(samples: readonly Sample[]): Vector {
  const grown = new Set<string>();
  for (const { labels, value } of samples) if (value > 0) grown.add(withoutBucket.of(labels).key);
  return samples.filter(({ labels }) => grown.has(withoutBucket.of(labels).key));
}
