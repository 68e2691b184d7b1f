/** Whether a counter that shows nothing of a revision is missing there, or was not born yet: asked of the source where it is not known. */
import { satisfiedByAbsence, unbornProbe } from '../counting/absence.ts';
import type { RatioShape } from '../counting/measured.ts';
import { checked } from '../counting/tally.ts';
import type { Vector } from '../counting/vector.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { Counter } from '../promql/counters/model.ts';
import { isRunMetric } from '../promql/counters/names.ts';
import type { KnownSeries } from './known-series.ts';

export interface Missing {
  readonly counter: Counter;
  /** One sentence for people. */
  readonly message: string;
}

export interface Looked {
  readonly source: MetricsSource;
  readonly shape: RatioShape;
  readonly revisionLabel: string;
  readonly atMs: number;
}

/**
 * The first counter of a revision that cannot be relied on, or null: one of `absent` that cannot be one that was not born
 * yet, or one that shows something without the label by which it is told apart. For a revision that shows anything.
 */
export async function missingOf(
  known: KnownSeries,
  { source, shape, revisionLabel, atMs }: Looked,
  revision: string,
  absent: readonly Counter[],
): Promise<Missing | null> {
  for (const counter of new Set([...absent, ...satisfiedByAbsence(shape)])) {
    const probe = unbornProbe(counter, shape);
    // Cloud Run's own metrics have the labels that Google documents; others are refused when the query is read.
    if (probe !== null && isRunMetric(counter.name)) continue;
    const spelled = probe && (await known.spelled(source, probe, revisionLabel, atMs));
    if (spelled && (await known.exists(source, spelled, revision, revisionLabel, atMs))) continue;
    const message = absent.includes(counter)
      ? `Nothing of ${revision} matches ${selectorText(counter)}, while the rest of the query has series of it: that is missing, not zero.`
      : `What ${revision} has of ${counter.name} lacks a label that ${selectorText(counter)} asks for: that is missing, not zero.`;
    return { counter, message };
  }
  return null;
}

/** The first part of a revision that does not go on through the window, in words; null: all that it shows does. */
export function brokenOff(
  vector: Vector,
  parts: readonly Counter[],
  checks: readonly Counter[],
  revisionLabel: string,
  revision: string,
): Missing | null {
  const { Start, End } = checked(vector, revisionLabel, revision);
  // A revision that shows none of them is not there at all.
  const lacking = (at: ReadonlySet<number>) =>
    checks.some((_, place) => at.has(place)) ? checks.findIndex((_, place) => !at.has(place)) : -1;
  const [atStart, atEnd] = [lacking(Start), lacking(End)];
  const place = atEnd >= 0 ? atEnd : atStart;
  if (place < 0) return null;
  const counter = parts[place] ?? checks[place]!;
  const text = selectorText(counter);
  const message =
    atEnd >= 0
      ? `Nothing of ${revision} matches ${text} with what that asks for, while the rest of the query has series of it: that is missing, not zero.`
      : `${text} of ${revision} has only now appeared beside the rest of the query: what it counted before is not known.`;
  return { counter, message };
}

/** A label that one of the revisions has and another lacks, of the checks from `first` on: what it leaves out is not the same. */
export function unlike(
  vector: Vector,
  checks: readonly Counter[],
  first: number,
  revisionLabel: string,
  revisions: readonly string[],
): Missing | null {
  const shown = revisions
    .map((name) => ({ name, End: checked(vector, revisionLabel, name).End }))
    .filter(({ End }) => [...End].some((place) => place < first));
  for (let place = first; place < checks.length; place++) {
    const without = shown.find(({ End }) => !End.has(place));
    const counter = checks[place]!;
    if (!without || !shown.some(({ End }) => End.has(place))) continue;
    const message = `${selectorText(counter)} is there in one revision and not in ${without.name}: what the query leaves out by that label is not the same.`;
    return { counter, message };
  }
  return null;
}
