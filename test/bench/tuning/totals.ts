/** What the table is made of: a controller's services together. */
import type { ControllerName } from '../../../src/rehearsal/tuning/controllers/index.ts';
import { isHarmed, mean, revisionsOf, unharmed } from '../../../src/rehearsal/tuning/line.ts';
import type { Deed, Outcome } from '../../../src/rehearsal/tuning/outcome.ts';
import type { Played } from '../../../src/rehearsal/tuning/pool.ts';
import { ceilingOf, daySeconds, type TuningService } from '../../../src/rehearsal/tuning/service.ts';

const outcomesOf = ({ runs }: Played, name: ControllerName): Outcome[] => runs.map((run) => run[name]!);

export type Measure = 'saturatedPercent' | 'sloMissPercent' | 'failedPercent';

/** The mean over the services. */
export const meanOf = (played: readonly Played[], name: ControllerName, measure: Measure): number =>
  mean(played, (one) => mean(outcomesOf(one, name), (outcome) => outcome[measure]));

export const withoutCeiling = (played: readonly Played[]): Played[] =>
  played.filter(({ service }) => service.connections.length === 0);

const percentOf = (played: readonly Played[], counts: (one: Played) => boolean): number =>
  played.length === 0 ? 0 : (100 * played.filter(counts).length) / played.length;

export const harmedPercent = (played: readonly Played[], name: ControllerName): number =>
  percentOf(played, (one) => isHarmed(outcomesOf(one, unharmed), outcomesOf(one, name)));

/** Nothing is the matter with it, left as it is. */
function isHealthy(played: Played): boolean {
  const outcomes = outcomesOf(played, unharmed);
  const below = (measure: Measure, most: number): boolean => mean(outcomes, (outcome) => outcome[measure]) <= most;
  return below('saturatedPercent', 0.25) && below('sloMissPercent', 0.25) && below('failedPercent', 0.05);
}

export const healthyOf = (played: readonly Played[]): Played[] => played.filter(isHealthy);

export const touchedPercent = (played: readonly Played[], name: ControllerName): number =>
  percentOf(played, (one) => outcomesOf(one, name).some((outcome) => revisionsOf(outcome) > 0));

/** Where all instances are dead there are none: less than an hour in days counts as one. */
const hoursOf = (played: Played, name: ControllerName): number =>
  Math.max(
    1,
    mean(outcomesOf(played, name), ({ instanceHours }) => instanceHours),
  );

const costOf = (played: Played, name: ControllerName): number => hoursOf(played, name) / hoursOf(played, 'untuned');

export const servedUntuned = (played: readonly Played[]): Played[] =>
  played.filter((one) => mean(outcomesOf(one, 'untuned'), ({ failedPercent }) => failedPercent) < 0.1);

/** Geometric, of the instance hours against untuned. */
export const meanCost = (played: readonly Played[], name: ControllerName): number =>
  Math.exp(mean(played, (one) => Math.log(costOf(one, name))));

/** Services that cost more than twice as much, and more than their changes were said to need. */
export const unsaidCosts = (played: readonly Played[], name: ControllerName): number =>
  played.filter((one) => costOf(one, name) > Math.max(2, mean(outcomesOf(one, name), growthSaid))).length;

/** Each tuning revision says how many times the instances it may need; the maximum says how many there may be. */
function growthSaid({ deeds }: Outcome): number {
  return deeds.reduce((product, { growth = 1 }) => product * growth, 1);
}

export const revisionsPerDay = (played: readonly Played[], name: ControllerName, days: number): number =>
  mean(played, (one) => mean(outcomesOf(one, name), revisionsOf)) / days;

const deedsOf = (
  played: readonly Played[],
  name: ControllerName,
): { service: TuningService; deeds: readonly Deed[] }[] =>
  played.flatMap((one) => outcomesOf(one, name).map(({ deeds }) => ({ service: one.service, deeds })));

/** The most within any 24 h. */
export const mostRevisionsADay = (played: readonly Played[], name: ControllerName): number =>
  Math.max(
    0,
    ...deedsOf(played, name).flatMap(({ deeds }) => {
      const revisions = deeds.filter(({ set }) => set !== undefined);
      return revisions.map(
        ({ second }) =>
          revisions.filter((other) => other.second >= second && other.second < second + daySeconds).length,
      );
    }),
  );

export const aboveCeiling = (played: readonly Played[], name: ControllerName): number =>
  deedsOf(played, name).reduce((sum, { service, deeds }) => {
    const ceiling = Math.min(service.quota, ceilingOf(service));
    return sum + deeds.filter(({ maxInstances }) => maxInstances !== undefined && maxInstances > ceiling).length;
  }, 0);

type Lever = 'maxInstances' | 'concurrency' | 'cpuPercent' | 'concurrencyPercent';

/** How often a lever was moved the other way than the time before. */
export const flips = (played: readonly Played[], name: ControllerName): number =>
  deedsOf(played, name).reduce((sum, { service, deeds }) => {
    const at: Record<Lever, number> = { ...service.config };
    const way: Partial<Record<Lever, number>> = {};
    let turned = 0;
    for (const { maxInstances, set } of deeds) {
      const moved: Partial<Record<Lever, number | undefined>> = {
        maxInstances,
        concurrency: set?.concurrency,
        cpuPercent: set?.cpuTargetPercent,
        concurrencyPercent: set?.concurrencyTargetPercent,
      };
      for (const [lever, value] of Object.entries(moved) as [Lever, number | undefined][]) {
        if (value === undefined || value === at[lever]) continue;
        const now = Math.sign(value - at[lever]);
        if (way[lever] !== undefined && way[lever] !== now) turned++;
        way[lever] = now;
        at[lever] = value;
      }
    }
    return sum + turned;
  }, 0);
