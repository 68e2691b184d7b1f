/** and, or, unless: which samples of two vectors remain. Samples pass through unchanged, names too. */

import type { SetOp } from '../../../promql/ast.ts';
import type { Projection } from '../../series/labels.ts';
import type { Vector } from '../value.ts';

type Combine = (left: Vector, right: Vector) => Vector;

export const setOperations: Readonly<Record<SetOp, (projection: Projection) => Combine>> = {
  and: (projection) => (left, right) => {
    if (left.length === 0 || right.length === 0) return [];
    const keys = keysOf(right, projection);
    return left.filter((sample) => keys.has(projection.keyOf(sample)));
  },
  or: (projection) => (left, right) => {
    if (left.length === 0 || right.length === 0) return left.length === 0 ? right : left;
    const keys = keysOf(left, projection);
    return [...left, ...right.filter((sample) => !keys.has(projection.keyOf(sample)))];
  },
  unless: (projection) => (left, right) => {
    if (left.length === 0 || right.length === 0) return left;
    const keys = keysOf(right, projection);
    return left.filter((sample) => !keys.has(projection.keyOf(sample)));
  },
};

function keysOf(vector: Vector, projection: Projection): Set<string> {
  const keys = new Set<string>();
  for (const sample of vector) keys.add(projection.keyOf(sample));
  return keys;
}
