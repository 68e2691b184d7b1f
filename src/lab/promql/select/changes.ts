/**
 * Google's DELTA metrics, as far as anything public says how it answers: what was added in a window, by `increase`, and by
 * `rate` for a second of it. A point is a change with the time that it spans, of which a window takes its part. Anything else
 * that PromQL can ask of them is refused here: nobody knows what Google would say.
 */
import { type Call, metricName, type Range, type Selector, unwrap } from '../../../promql/ast.ts';
import { invalid } from '../../../promql/error.ts';
import { Projection } from '../../series/labels.ts';
import { getOrInsert } from '../../series/maps.ts';
import type { Series } from '../../series/series.ts';
import type { Selection } from '../../series/store.ts';
import type { At, Sample, Vector } from '../value.ts';
import { filterOf } from './filter.ts';
import { lostAt } from './resets.ts';

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
  const totals: At<readonly Float64Array[]> = (store, ms) =>
    store.select(filter).map(({ name, series }) => totalsAt(series, ms, store.horizonMs(name)));
  /** A store gives the same selection while no series comes or goes. */
  const known = new WeakMap<Selection, readonly Distribution[]>();
  return (store, atMs) => {
    const endMs = atMs - (offsetMs ?? 0);
    // One minute's end is the next one's beginning.
    const before = store.once(totals, endMs - rangeMs);
    const after = store.once(totals, endMs);
    return store.select(filter).flatMap((selection, i) => {
      const distributions = known.get(selection) ?? distributionsOf(selection);
      known.set(selection, distributions);
      return distributions.flatMap((distribution) => grown(selection, distribution, before[i]!, after[i]!));
    });
  };
}

/** Where its series stand in the selection: the buckets of one distribution, or any other series by itself. */
type Distribution = readonly number[];

const withoutBucket = Projection.without(['le']);

function distributionsOf({ series }: Selection): readonly Distribution[] {
  const byRest = new Map<string, number[]>();
  series.forEach(({ labels }, i) => {
    getOrInsert(byRest, withoutBucket.of(labels).key, () => []).push(i);
  });
  return [...byRest.values()];
}

/** Where nothing happens there is no point: of a distribution, in none of its buckets. */
function grown({ series }: Selection, of: Distribution, before: Float64Array, after: Float64Array): Vector {
  if (!of.some((i) => after[i]! - before[i]! > 0)) return [];
  return of.map((i): Sample => ({ name: null, labels: series[i]!.labels, value: after[i]! - before[i]! }));
}

function totalsAt(series: readonly Series[], ms: number, visibleMs: number): Float64Array {
  const totals = new Float64Array(series.length);
  for (let i = 0; i < series.length; i++) totals[i] = totalAt(series[i]!, ms, visibleMs);
  return totals;
}

/** What a counter of the changes, which is what the lab keeps, would show at this time, had it never begun anew. */
function totalAt(series: Series, ms: number, visibleMs: number): number {
  const { times, from } = series;
  const last = series.lastAtOrBefore(Math.min(ms, visibleMs));
  const next = last + 1;
  // What came before the first sample that is left is not known: it is no change.
  const total = last >= from ? grownBy(series, last) : series.isCut ? grownBy(series, from) : 0;
  if (next >= series.to || times[next]! > visibleMs || ms <= times[next]! - minuteMs) return total;
  return total + (grownBy(series, next) - total) * (1 - (times[next]! - ms) / minuteMs);
}

const grownBy = (series: Series, index: number): number => series.values[index]! + lostAt(series, index);
