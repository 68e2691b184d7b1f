/** Binary operators, by the types of their two sides. */

import type { Binary, Matching } from '../../../promql/ast.ts';
import { invalid, type Span } from '../../../promql/error.ts';
import { Projection } from '../../series/labels.ts';
import type { At, Compiled, Vector } from '../value.ts';
import { oneToOne } from './matching.ts';
import { derive } from './names.ts';
import { type Operation, operationOf } from './numbers.ts';
import { setOperations } from './sets.ts';

export function compileBinary({ operator, at }: Binary, left: Compiled, right: Compiled): Compiled {
  const { op, bool, matching } = operator;
  if (left.type === 'matrix' || right.type === 'matrix' || left.type === 'string' || right.type === 'string') {
    throw invalid('binary expression must contain only scalar and instant vector types', at);
  }
  const betweenVectors = left.type === 'vector' && right.type === 'vector';
  if (!betweenVectors && matching !== null && matching.labels.length > 0) {
    throw invalid('vector matching only allowed between instant vectors', at);
  }
  if (op === 'and' || op === 'or' || op === 'unless') {
    if (!betweenVectors) throw invalid(`set operator "${op}" not allowed in binary scalar expression`, at);
    return { type: 'vector', at: both(left.at, right.at, setOperations[op](projectionOf(matching))) };
  }
  const operation = operationOf(op, bool);
  if (betweenVectors) {
    return { type: 'vector', at: both(left.at, right.at, oneToOne(operation, projectionOf(matching), matching, at)) };
  }
  if (left.type === 'vector') return { type: 'vector', at: withNumber(operation, left.at, right.at as At<number>, at) };
  if (right.type === 'vector') return { type: 'vector', at: withNumber(swapped(operation), right.at, left.at, at) };
  if (operation.kind === 'Filter') throw invalid('comparisons between scalars must use BOOL modifier', at);
  return { type: 'scalar', at: both(left.at, right.at, operation.compute) };
}

function projectionOf(matching: Matching | null): Projection {
  return matching?.kind === 'on' ? Projection.to(matching.labels) : Projection.without(matching?.labels ?? []);
}

function both<T>(left: At<T>, right: At<T>, combine: (left: T, right: T) => T): At<T> {
  return (store, atMs) => combine(left(store, atMs), right(store, atMs));
}

function withNumber(operation: Operation, vector: At<Vector>, number: At<number>, at: Span): At<Vector> {
  return (store, atMs) => {
    const samples = vector(store, atMs);
    const other = number(store, atMs);
    if (operation.kind === 'Filter') return samples.filter(({ value }) => operation.keeps(value, other));
    return derive(samples, (value) => operation.compute(value, other), at);
  };
}

function swapped(operation: Operation): Operation {
  return operation.kind === 'Filter'
    ? { kind: 'Filter', keeps: (left, right) => operation.keeps(right, left) }
    : { kind: 'Compute', compute: (left, right) => operation.compute(right, left) };
}
