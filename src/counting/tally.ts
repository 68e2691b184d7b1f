/** From the answer to a counting query to good and bad events. Pure. */
import type { Tally } from '../facts/counts.ts';
import type { CounterSum } from '../promql/counters/model.ts';
import type { Neighbours } from './boundaries.ts';
import { keyOf, partsOf, type RatioShape } from './measured.ts';
import { checkPlace, isInstances, partLabel, type WindowEnd } from './queries.ts';
import type { Sample, Vector } from './vector.ts';

export type ByRevision = Readonly<Record<string, Tally>>;

/** A count that is none poisons the whole answer. */
export function brokenCount(vector: Vector): string | null {
  const broken = vector.find(({ value }) => !Number.isFinite(value));
  if (!broken) return null;
  return `The metrics hold a count that is no number (${broken.value} for ${JSON.stringify(broken.labels)}).`;
}

interface Place {
  readonly sign: number;
  /** As it stands in the label of the part. */
  readonly place: string;
}

/** A history has hundreds of vectors of one shape. */
const placesOfShape = new WeakMap<RatioShape, readonly [Place[], Place[]]>();

function placesOf(shape: RatioShape): readonly [Place[], Place[]] {
  const known = placesOfShape.get(shape);
  if (known) return known;
  const keys = partsOf(shape).map(keyOf);
  const places = (sum: CounterSum) =>
    sum.map(({ sign, counter }) => ({ sign, place: String(keys.indexOf(keyOf(counter))) }));
  const both = [places(shape.bad), places(shape.total)] as const;
  placesOfShape.set(shape, both);
  return both;
}

/** A counter that nothing matched has counted nothing; a revision that no counter of the total shows is missing. */
export function ratioTallies(shape: RatioShape, vector: Vector, revisionLabel: string): ByRevision {
  const [bad, total] = placesOf(shape);
  const result: Record<string, Tally> = {};
  for (const [revision, samples] of byRevision(vector, revisionLabel)) {
    const value = (place: string) => sumOf(samples.filter(({ labels }) => (labels[partLabel] ?? '0') === place));
    const sum = (terms: readonly Place[]) =>
      Math.max(
        0,
        terms.reduce((all, { sign, place }) => all + sign * value(place), 0),
      );
    result[revision] = { bad: sum(bad), total: sum(total) };
  }
  return result;
}

export interface LatencyTallies {
  readonly byRevision: ByRevision;
  /** The same at the boundary below the threshold, where the threshold is none itself. */
  readonly below: ByRevision | null;
}

/** null: a revision that has requests does not have the boundary. */
export function latencyTallies(
  { upper, lower }: Neighbours,
  vector: Vector,
  revisionLabel: string,
): LatencyTallies | null {
  const [at, below]: [Record<string, Tally>, Record<string, Tally>] = [{}, {}];
  for (const [revision, samples] of byRevision(vector, revisionLabel)) {
    const total = sumOf(samples.filter(({ labels }) => labels.le === '+Inf'));
    const upTo = (boundary: Neighbours['upper']): number | null => {
      const found = samples.filter(({ labels }) => boundary.texts.includes(labels.le ?? ''));
      return found.length === 0 ? (total === 0 ? 0 : null) : sumOf(found);
    };
    const [good, goodBelow] = [upTo(upper), lower ? upTo(lower) : 0];
    if (good === null || goodBelow === null) return null;
    at[revision] = { bad: Math.max(0, total - good), total };
    below[revision] = { bad: Math.max(0, total - goodBelow), total };
  }
  return { byRevision: at, below: lower ? below : null };
}

/** How many instances each revision has; undefined: the series do not tell them apart. */
export function instancesIn(vector: Vector, revisionLabel: string): Readonly<Record<string, number>> | undefined {
  const counted = vector.filter((sample) => isInstances(sample) && sample.labels[revisionLabel]);
  if (counted.length === 0) return undefined;
  return Object.fromEntries(counted.map(({ labels, value }) => [labels[revisionLabel]!, value]));
}

/** Samples without a revision belong to nobody and are left out. */
const byRevision = (vector: Vector, revisionLabel: string): ReadonlyMap<string, readonly Sample[]> =>
  Map.groupBy(
    vector.filter(({ labels }) => labels[revisionLabel]),
    ({ labels }) => labels[revisionLabel]!,
  );

/** A count that Google interpolated may come out a hair below zero. */
const sumOf = (samples: readonly Sample[]): number =>
  samples.reduce((total, { value }) => total + Math.max(0, value), 0);

/** Which of the checks a revision fulfils, at each end of the window. */
export function checked(
  vector: Vector,
  revisionLabel: string,
  revision: string,
): Readonly<Record<WindowEnd, ReadonlySet<number>>> {
  const parts = vector.flatMap(({ labels }) => (labels[revisionLabel] === revision ? (labels[partLabel] ?? []) : []));
  const of = (end: WindowEnd) => new Set(parts.flatMap((part) => checkPlace(part, end) ?? []));
  return { Start: of('Start'), End: of('End') };
}
