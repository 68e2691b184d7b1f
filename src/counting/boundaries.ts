/**
 * A histogram only tells what lies between its boundaries. Whether a request was too slow is therefore asked at the
 * boundary at or above the threshold, and, to compare two revisions, also at the one below. Pure.
 */
import { boundaryValue } from '../promql/counters/buckets.ts';
import { unitName } from '../promql/counters/names.ts';
import { close } from '../promql/counters/numbers.ts';
import type { HistogramShape } from './measured.ts';
import type { Vector } from './vector.ts';

/** As the source has them: numbers, each with the texts that stand for it ("1" and "1.0"), rising; finite ones only. */
export type Boundaries = readonly { readonly value: number; readonly texts: readonly string[] }[];

export interface Neighbours {
  /** The boundary at the threshold, or the next above it. */
  readonly upper: Boundaries[number];
  /** The next below; null where the threshold is itself a boundary, or lies below all of them. */
  readonly lower: Boundaries[number] | null;
}

/**
 * The boundaries that every revision has: what is measured with another yardstick cannot be compared. `compared`: only these
 * revisions, where they show any; null: whatever has a revision.
 */
export function boundariesOf(
  all: Vector,
  revisionLabel: string,
  compared: readonly string[] | null = null,
): Boundaries {
  const nameOf = ({ labels }: Vector[number]): string => labels[revisionLabel] ?? '';
  const named = all.filter(
    (sample) => nameOf(sample) !== '' && (compared === null || compared.includes(nameOf(sample))),
  );
  const vector = named.length > 0 ? named : compared === null ? all : [];
  const revisions = new Set(vector.map(nameOf));
  const found = Map.groupBy(
    vector.filter(({ labels }) => labels.le && labels.le !== '+Inf' && Number.isFinite(Number(labels.le))),
    ({ labels }) => Number(labels.le),
  );
  return [...found]
    .filter(([, samples]) => new Set(samples.map(nameOf)).size === revisions.size)
    .map(([value, samples]) => ({ value, texts: [...new Set(samples.map(({ labels }) => labels.le!))].toSorted() }))
    .toSorted((a, b) => a.value - b.value);
}

/** Whether each of the compared revisions, by itself, would be judged at the same boundaries and in the same unit. */
export function measureAlike(
  all: Vector,
  revisionLabel: string,
  compared: readonly string[],
  shape: HistogramShape,
): boolean {
  const shown = compared.filter((name) => all.some(({ labels }) => labels[revisionLabel] === name));
  const own = shown.map((name) => {
    const boundaries = boundariesOf(all, revisionLabel, [name]);
    const scale = scaleOf(shape, boundaries);
    const near = scale.ok ? neighbours(boundaries, scale.threshold) : null;
    return near && scale.ok ? `${scale.unit} ${near.upper.value}` : 'none';
  });
  const units = shown.map((name) =>
    unitByBoundaries(
      boundariesOf(all, revisionLabel, [name])
        .map(({ value }) => value)
        .filter((value) => value > 0),
    ),
  );
  return new Set(own).size <= 1 && new Set(units.filter((unit) => unit !== null)).size <= 1;
}

/** How the source writes this number, in whatever revision; empty: it has no such boundary. */
export const textsFor = (vector: Vector, value: number): readonly string[] =>
  [...new Set(vector.flatMap(({ labels: { le = '' } }) => (close(boundaryValue(le), value) ? [le] : [])))].toSorted();

/** null: all boundaries lie below the threshold, so that nothing can be told from them. */
export function neighbours(boundaries: Boundaries, threshold: number): Neighbours | null {
  const at = boundaries.findIndex(({ value }) => value >= threshold || close(value, threshold));
  const upper = boundaries[at];
  if (!upper) return null;
  return { upper, lower: close(upper.value, threshold) ? null : (boundaries[at - 1] ?? null) };
}

/** The threshold in the unit of the boundaries, or why it cannot be told. */
export type Scale =
  | { readonly ok: true; readonly threshold: number; readonly unit: string }
  | { readonly ok: false; readonly reason: 'NoBoundary' | 'UnitUnclear'; readonly message: string };

type Asked = Pick<HistogramShape, 'counter' | 'thresholdMs' | 'unitMs' | 'unitInDoubt'>;

/** Of a histogram that has boundaries. */
export function scaleOf({ counter, thresholdMs, unitMs, unitInDoubt }: Asked, boundaries: Boundaries): Scale {
  const values = boundaries.map(({ value }) => value).filter((value) => value > 0);
  const looks = unitByBoundaries(values);
  const known = unitInDoubt ? (looks ?? unitMs) : unitMs;
  const list = listText(boundaries.map(({ value }) => value));
  if (known === null) {
    const message = `Neither its name nor its boundaries tell what ${counter.name} is in (${list}): write latency.unit: Seconds or Milliseconds.`;
    return { ok: false, reason: 'UnitUnclear', message };
  }
  const threshold = Number((thresholdMs / known).toPrecision(12));
  if (isWithin(values, threshold)) return { ok: true, threshold, unit: unitText(known) };
  const other = looks !== null && looks !== known && isWithin(values, thresholdMs / looks) ? looks : null;
  const hint =
    other === null
      ? ''
      : ` They look like ${unitName(other)?.toLowerCase()}: then write latency.unit: ${unitName(other)}.`;
  const where = threshold > (values.at(-1) ?? 0) ? 'at or above' : 'at or below';
  const message = `${counter.name} has no boundary ${where} ${threshold} ${unitText(known)}, so that nothing can be told of it: its boundaries are ${list}.${hint}`;
  return { ok: false, reason: 'NoBoundary', message };
}

/**
 * Nobody measures requests up to a quarter of an hour in seconds and from a tenth of one, nor in milliseconds from a part of
 * one to less than a second.
 */
function unitByBoundaries(values: readonly number[]): number | null {
  const [least, most] = [values[0], values.at(-1)];
  if (least === undefined || most === undefined) return null;
  if (most >= 1000 && least >= 0.5) return 1;
  return least <= 0.1 && most <= 120 ? 1000 : null;
}

const isWithin = (values: readonly number[], threshold: number): boolean => {
  const [least, most] = [values[0], values.at(-1)];
  if (least === undefined || most === undefined) return false;
  return (threshold >= least || close(threshold, least)) && (threshold <= most || close(threshold, most));
};

const mostListed = 30;
const listText = (values: readonly number[]): string =>
  values.length <= mostListed ? values.join(', ') : `${values.slice(0, mostListed).join(', ')} … ${values.at(-1)}`;

const unitText = (unitMs: number): string => ({ 1000: 's', 1: 'ms', 0.001: 'µs', 1e-6: 'ns' })[unitMs] ?? '';
