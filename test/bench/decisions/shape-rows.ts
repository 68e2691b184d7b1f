/** Whether the worlds with bars of their own keep to them. */
import type { Measured } from '../decisions.ts';
import type { Row } from '../main.ts';
import { asked, type Bars, found, type Shape, slowerByLuck } from './shapes.ts';

type Of = (world: string) => Measured | undefined;

/** A few runs say little: in the quick form one of them may be another than it should. */
export function shapeRows(of: Of, quick: boolean): Row[] {
  const all = Object.entries<Shape>({ ...found, ...asked });
  const rows = all.flatMap(([world, { bars }]) => {
    const measured = of(world);
    return measured ? keptTo(world, bars, measured, quick) : [];
  });
  return [...rows, ...byLuck(of, quick)];
}

function keptTo(world: string, bars: Bars, { summary }: Measured, quick: boolean): Row[] {
  const { runs, rolledBack, promoted, excessBadRequests, secondsTo90Percent, largestStepPercent } = summary;
  const oneRun = quick ? 100 / runs : 0;
  const row = (what: string, value: number, unit: string, bar: number | undefined, ok: (bar: number) => boolean) =>
    bar === undefined ? [] : [{ what: `${what}: ${world}`, value: rounded(value), unit, bar, ok: ok(bar) }];
  const percent = (count: number) => (100 * count) / runs;
  const to90 = secondsTo90Percent?.p50 ?? Number.POSITIVE_INFINITY;
  const step = largestStepPercent?.p50 ?? 0;
  const harm = excessBadRequests.mean;
  const ofRuns = `% of ${runs}`;
  const [back, forward] = [percent(rolledBack), percent(promoted)];
  return [
    ...row('false rollback', back, ofRuns, bars.maxRollbackPercent, (bar) => back <= Math.max(bar, oneRun)),
    ...row('rolled back (at least)', back, ofRuns, bars.minRollbackPercent, (bar) => back >= bar - oneRun),
    ...row('promoted (at least)', forward, ofRuns, bars.minPromotedPercent, (bar) => forward >= bar - oneRun),
    ...row('harm', harm, 'bad requests', bars.maxHarm, (bar) => harm <= bar * (quick ? 1.4 : 1)),
    ...row('90 % of traffic', to90, 's, median', bars.maxSecondsTo90, (bar) => to90 <= bar),
    ...row('largest step', step, '% of traffic, median', bars.maxStepPercent, (bar) => step <= bar),
  ];
}

/** A real regression of all instances costs little more for the luck of one. */
function byLuck(of: Of, quick: boolean): Row[] {
  const [differing, alike] = [of(slowerByLuck), of('slower 1.6 times')];
  if (!differing || !alike) return [];
  const value = differing.summary.excessBadRequests.mean / alike.summary.excessBadRequests.mean;
  const bar = quick ? 2.1 : 1.5;
  return [
    {
      what: `harm over that of equal ones: ${slowerByLuck}`,
      value: rounded(value),
      unit: 'times',
      bar,
      ok: value <= bar,
    },
  ];
}

const rounded = (value: number): number => Number(value.toPrecision(4));
