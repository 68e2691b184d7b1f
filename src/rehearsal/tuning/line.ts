/** What people read of a service under a controller: the means of its seeds. */
import type { ControllerName } from './controllers/index.ts';
import type { Outcome } from './outcome.ts';
import type { Played } from './pool.ts';

export interface Line {
  readonly service: string;
  readonly controller: string;
  readonly saturatedPercent: number;
  readonly sloMissPercent: number;
  readonly failedPercent: number;
  readonly instanceHours: number;
  readonly revisions: number;
  /** Against what it would be if nothing but a ceiling were obeyed. */
  readonly harmed: boolean;
}

/** Percentage points more than this are harm. */
const harmful = { saturatedPercent: 1, sloMissPercent: 0.5, failedPercent: 0.05 };
const measures = ['saturatedPercent', 'sloMissPercent', 'failedPercent'] as const;

export const unharmed: ControllerName = 'untuned within the ceiling';

export const revisionsOf = ({ deeds }: Outcome): number => deeds.filter(({ set }) => set !== undefined).length;

export const mean = <T>(of: readonly T[], value: (one: T) => number): number =>
  of.reduce((sum, one) => sum + value(one), 0) / of.length;

/** Undefined: it was not played under this controller. */
export function lineOf({ service, runs }: Played, controller: ControllerName): Line {
  const outcomes = runs.map((run) => run[controller]!);
  const of = (measure: (outcome: Outcome) => number, digits: number): number =>
    Number(mean(outcomes, measure).toFixed(digits));
  return {
    service: service.name,
    controller,
    saturatedPercent: of((outcome) => outcome.saturatedPercent, 3),
    sloMissPercent: of((outcome) => outcome.sloMissPercent, 3),
    failedPercent: of((outcome) => outcome.failedPercent, 4),
    instanceHours: of((outcome) => outcome.instanceHours, 2),
    revisions: of(revisionsOf, 2),
    harmed: isHarmed(
      runs.map((run) => run[unharmed]!),
      outcomes,
    ),
  };
}

/** Means of the same seeds; with others, what is only noise would count. */
export const isHarmed = (before: readonly Outcome[], after: readonly Outcome[]): boolean =>
  measures.some(
    (measure) => mean(after, (one) => one[measure]) - mean(before, (one) => one[measure]) > harmful[measure],
  );
