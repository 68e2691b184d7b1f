/**
 * Requests up to a boundary of a histogram, divided by all of them, are a latency: the same is counted, and judged as
 * latencies are. Only where the boundary is surely so many whole milliseconds.
 */
import { durationText } from '../policy/duration.ts';
import type { Objective } from '../policy/policy.ts';
import { selectorText } from '../promql/counters/format.ts';
import { type Counter, type CounterSum, type LabelMatch, sameMatch } from '../promql/counters/model.ts';
import { unitByName } from '../promql/counters/names.ts';
import type { Draft } from './draft.ts';

export function asLatency(draft: Draft, { indicator }: Objective): Draft | undefined {
  if (indicator.kind !== 'Ratio') return undefined;
  const bucket = bucketOf(indicator.bad, indicator.total);
  if (bucket === undefined) return undefined;
  const quantile = Number((draft.targetPercent.value / 100).toPrecision(12));
  const query = `histogram_quantile(${quantile}, sum by (le) (rate(${selectorText(bucket.counter)}[5m])))`;
  const spot = draft.queries.good ?? draft.queries.bad ?? draft.queries.query ?? draft.spot;
  const threshold = durationText(bucket.thresholdMs);
  return { ...draft, indicator: { latency: { threshold, query } }, queries: { query: spot, threshold: spot } };
}

/** All without what one bucket holds: the buckets, and up to where. */
function bucketOf(bad: CounterSum, total: CounterSum): { counter: Counter; thresholdMs: number } | undefined {
  const [all] = total;
  const fast = bad.find(({ sign }) => sign < 0)?.counter;
  const whole = bad.find(({ sign }) => sign > 0)?.counter;
  if (total.length !== 1 || bad.length !== 2 || !all || !fast || !whole) return undefined;
  const name = fast.name;
  const le = fast.matchers.find(({ label, op }) => label === 'le' && op === '=');
  const matchers = withoutLe(fast.matchers);
  const isOne = [whole, all.counter].every(
    (counter) => isAllOf(counter, name) && sameAll(withoutLe(counter.matchers), matchers),
  );
  const unit = unitByName(name);
  if (!name.endsWith('_bucket') || !le || !isOne || unit?.by !== 'Said') return undefined;
  const thresholdMs = Number((Number(le.value) * unit.unitMs).toPrecision(12));
  return Number.isInteger(thresholdMs) && thresholdMs > 0 ? { counter: { name, matchers }, thresholdMs } : undefined;
}

const isAllOf = ({ name, matchers }: Counter, buckets: string): boolean =>
  name === buckets.replace(/_bucket$/, '_count') ||
  (name === buckets && matchers.some(({ label, op, value }) => label === 'le' && op === '=' && value === '+Inf'));

const withoutLe = (matchers: readonly LabelMatch[]): LabelMatch[] => matchers.filter(({ label }) => label !== 'le');

const sameAll = (some: readonly LabelMatch[], others: readonly LabelMatch[]): boolean =>
  some.length === others.length && some.every((one) => others.some((other) => sameMatch(one, other)));
