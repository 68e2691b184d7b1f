/** Aggregations: one sample a group, or for topk and bottomk the first of each by value. */

import type { Aggregation } from '../../../promql/ast.ts';
import { failed, type Span, unsupported } from '../../../promql/error.ts';
import { Projection } from '../../series/labels.ts';
import { getOrInsert } from '../../series/maps.ts';
import type { Arguments } from '../arguments.ts';
import type { At, Sample, Vector } from '../value.ts';
import { ascending, descending } from './order.ts';
import { quantile } from './quantile.ts';

/** At least one sample, in the order they came. */
type Group = readonly Sample[];

/** What makes one value of a group; `parameter` is NaN for those that take none. */
const folds: Readonly<Record<string, (values: readonly number[], parameter: number) => number>> = {
  sum: (values) => sum(values),
  avg: (values) => sum(values) / values.length,
  min: (values) => values.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best)),
  max: (values) => values.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best)),
  count: (values) => values.length,
  group: () => 1,
  quantile: (values, q) => quantile(q, values),
};
/** Orders a group, what is wanted most first. */
const rankings: Readonly<Record<string, (a: number, b: number) => number>> = { topk: descending, bottomk: ascending };
const withParameter: ReadonlySet<string> = new Set(['topk', 'bottomk', 'quantile']);

export function compileAggregation({ op, grouping, at }: Aggregation, args: Arguments): At<Vector> {
  const projection = grouping.kind === 'by' ? Projection.to(grouping.labels) : Projection.without(grouping.labels);
  const fold = folds[op];
  const ranking = rankings[op];
  if (fold === undefined && ranking === undefined) throw unsupported(`aggregation ${op}`, at);

  const parameters = withParameter.has(op) ? 1 : 0;
  args.expect(parameters + 1, parameters + 1);
  const parameter: At<number> = parameters === 1 ? args.scalar(0) : () => Number.NaN;
  const vector = args.vector(parameters);
  const finish = fold === undefined ? first(ranking!, at) : folded(fold, projection);
  return (store, atMs) => finish(grouped(vector(store, atMs), projection), parameter(store, atMs));
}

function grouped(vector: Vector, projection: Projection): Group[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of vector) getOrInsert(groups, projection.keyOf(sample), () => []).push(sample);
  return [...groups.values()];
}

function folded(fold: (values: readonly number[], parameter: number) => number, projection: Projection) {
  return (groups: readonly Group[], parameter: number): Vector =>
    groups.map((group) => ({
      name: projection.keepsName ? group[0]!.name : null,
      labels: projection.of(group[0]!.labels),
      value: fold(
        group.map(({ value }) => value),
        parameter,
      ),
    }));
}

function first(ranking: (a: number, b: number) => number, at: Span) {
  return (groups: readonly Group[], parameter: number): Vector => {
    if (!(Math.abs(parameter) < 2 ** 63)) throw failed(`scalar value ${parameter} overflows int64`, at);
    const most = Math.max(0, parameter);
    return groups.flatMap((group) => [...group].sort((a, b) => ranking(a.value, b.value)).slice(0, most));
  };
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
