/**
 * PromQL over the lab's store: a stated subset with the semantics of Prometheus 2.x (closed ranges, five minutes of
 * lookback, its extrapolation). What is outside of the subset throws; it never gives a wrong number.
 *
 *     instant(store, 'sum by (revision_name) (rate(http_requests_total[5m]))', nowMs)
 */

import { metricName } from '../../promql/ast.ts';
import { invalid, unsupported } from '../../promql/error.ts';
import { parse } from '../../promql/parse.ts';
import { LabelSet, type Labels } from '../series/labels.ts';
import { getOrInsert } from '../series/maps.ts';
import type { SeriesStore } from '../series/store.ts';
import { compile } from './compile.ts';
import { Evaluation } from './evaluation.ts';
import type { Changes } from './select/changes.ts';
import { Collector } from './select/collector.ts';
import { type At, type Compiled, typeNames, type Vector, type Window } from './value.ts';

export { PromqlError } from '../../promql/error.ts';

/** The metric's name, where it has one, is the label `__name__`. */
export interface VectorSample {
  readonly metric: Labels;
  readonly atMs: number;
  readonly value: number;
}

export interface MatrixSeries {
  readonly metric: Labels;
  /** Instant in milliseconds and value, oldest first. */
  readonly samples: readonly (readonly [number, number])[];
}

export interface MatrixResult {
  readonly resultType: 'matrix';
  readonly result: readonly MatrixSeries[];
}

export type EvalResult =
  | MatrixResult
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'scalar'; readonly result: { readonly atMs: number; readonly value: number } };

/** The query's value at one instant; `isChanges`: which metrics are answered as Google answers its own. Throws PromqlError. */
export function instant(store: SeriesStore, query: string, atMs: number, isChanges: Changes = null): EvalResult {
  const compiled = compiledOf(query, isChanges);
  const evaluation = new Evaluation(store);
  switch (compiled.type) {
    case 'scalar':
      return { resultType: 'scalar', result: { atMs, value: compiled.at(evaluation, atMs) } };
    case 'vector': {
      const samples = compiled.at(evaluation, atMs);
      return {
        resultType: 'vector',
        result: samples.map(({ name, labels, value }) => ({ metric: metricOf(name, labels), atMs, value })),
      };
    }
    case 'string':
      throw unsupported('string expression', { from: 0, to: query.length });
    case 'matrix':
      return { resultType: 'matrix', result: compiled.at(evaluation, atMs).map(seriesOf) };
  }
}

/** The query's values at `startMs` and every `stepMs` up to `endMs`, sorted by labels. Throws PromqlError. */
export function range(
  store: SeriesStore,
  query: string,
  startMs: number,
  endMs: number,
  stepMs: number,
  isChanges: Changes = null,
): MatrixResult {
  if (!(stepMs > 0)) throw new RangeError(`a step of ${stepMs} ms`);
  const at = vectorOf(compiledOf(query, isChanges), query);
  const evaluation = new Evaluation(store);
  const collector = new Collector();
  for (let atMs = startMs; atMs <= endMs; atMs += stepMs) collector.add(atMs, at(evaluation, atMs));
  const windows = collector.windows(startMs, endMs).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  return { resultType: 'matrix', result: windows.map(seriesOf) };
}

function vectorOf(compiled: Compiled, query: string): At<Vector> {
  if (compiled.type === 'vector') return compiled.at;
  if (compiled.type === 'scalar')
    return (store, atMs) => [{ name: null, labels: LabelSet.empty, value: compiled.at(store, atMs) }];
  throw invalid(`invalid expression type "${typeNames.matrix}" for range query, must be Scalar or instant Vector`, {
    from: 0,
    to: query.length,
  });
}

function seriesOf({ name, labels, times, values, from, to }: Window): MatrixSeries {
  const samples: [number, number][] = [];
  for (let at = from; at < to; at++) samples.push([times[at]!, values[at]!]);
  return { metric: metricOf(name, labels), samples };
}

function metricOf(name: string | null, { labels }: LabelSet): Labels {
  return name === null ? labels : { [metricName]: name, ...labels };
}

const sortKey = ({ name, labels }: Window): string => `${name ?? ''}${labels.key}`;

/** Compiled queries by how they are answered, the most recently used last. */
const compiledQueries = new Map<Changes, Map<string, Compiled>>();
const mostCompiled = 512;

function compiledOf(query: string, isChanges: Changes): Compiled {
  const known = getOrInsert(compiledQueries, isChanges, () => new Map<string, Compiled>());
  const compiled = known.get(query) ?? compile(parse(query), isChanges);
  known.delete(query);
  known.set(query, compiled);
  if (known.size > mostCompiled) known.delete(known.keys().next().value!);
  return compiled;
}
