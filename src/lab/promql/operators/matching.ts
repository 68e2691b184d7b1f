/** One-to-one matching of two vectors: samples whose labels agree, on all labels or on those that are named. */

import type { Matching } from '../../../promql/ast.ts';
import { failed, type Span } from '../../../promql/error.ts';
import { metricText, type Projection } from '../../series/labels.ts';
import type { Sample, Vector } from '../value.ts';
import { rejectDuplicates } from './names.ts';
import type { Operation } from './numbers.ts';

/** Throws PromqlError of kind Execution where a sample has more than one partner. */
export function oneToOne(
  operation: Operation,
  projection: Projection,
  matching: Matching | null,
  at: Span,
): (left: Vector, right: Vector) => Vector {
  const keepsName = operation.kind === 'Filter' && (matching?.kind !== 'on' || projection.keepsName);

  function combined(left: Sample, right: Sample): Sample | undefined {
    const name = keepsName ? left.name : null;
    const labels = projection.of(left.labels);
    if (operation.kind === 'Compute') return { name, labels, value: operation.compute(left.value, right.value) };
    return operation.keeps(left.value, right.value) ? { name, labels, value: left.value } : undefined;
  }

  return (lefts, rights) => {
    if (lefts.length === 0 || rights.length === 0) return [];
    const partners = uniqueByKey(rights, projection, at);
    const taken = new Set<string>();
    const result: Sample[] = [];
    for (const left of lefts) {
      const key = projection.keyOf(left);
      const right = partners.get(key);
      const sample = right === undefined ? undefined : combined(left, right);
      if (sample === undefined) continue;
      if (taken.has(key)) {
        throw failed('multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)', at);
      }
      taken.add(key);
      result.push(sample);
    }
    if (projection.keepsName && !keepsName) rejectDuplicates(result, at);
    return result;
  };
}

function uniqueByKey(rights: Vector, projection: Projection, at: Span): Map<string, Sample> {
  const partners = new Map<string, Sample>();
  for (const right of rights) {
    const key = projection.keyOf(right);
    const twin = partners.get(key);
    if (twin !== undefined) {
      throw failed(
        `found duplicate series for the match group ${metricText(null, projection.of(right.labels))} on the right ` +
          `hand-side of the operation: [${metricText(right.name, right.labels)}, ${metricText(twin.name, twin.labels)}];` +
          'many-to-many matching not allowed: matching labels must be unique on one side',
        at,
      );
    }
    partners.set(key, right);
  }
  return partners;
}
