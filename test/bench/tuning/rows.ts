/** The bars. What may never happen has the same bar in a quick sample, what is a mean cannot have. */
import type { ControllerName } from '../../../src/rehearsal/tuning/controllers/index.ts';
import { unharmed } from '../../../src/rehearsal/tuning/line.ts';
import type { Played } from '../../../src/rehearsal/tuning/pool.ts';
import type { Row } from '../main.ts';
import {
  aboveCeiling,
  flips,
  harmedPercent,
  type Measure,
  meanCost,
  meanOf,
  mostRevisionsADay,
  revisionsPerDay,
  servedUntuned,
  touchedPercent,
  unsaidCosts,
  withoutCeiling,
} from './totals.ts';

const ours: ControllerName = 'Auto';

/** Least ratios and most of everything else. */
export const fullBars = {
  saturatedWithoutCeiling: { untuned: 15, 'HPA-like': 6 },
  saturated: { untuned: 6, 'HPA-like': 2 },
  missed: { untuned: 1, 'HPA-like': 1 },
  failed: { untuned: 4, 'HPA-like': 1 },
  harmedPercent: 3,
  touchedPercent: 20 as number | null,
  cost: 1.18,
  revisionsPerDay: 0.6,
  lessHarmedPercent: 10,
  less: 1,
};

/** Of ten services of a day, which is the day of learning: one of them may make all the difference to a mean. */
export const quickBars: typeof fullBars = {
  saturatedWithoutCeiling: { untuned: 4, 'HPA-like': 2 },
  saturated: { untuned: 1.5, 'HPA-like': 1 },
  missed: { untuned: 0.9, 'HPA-like': 0.9 },
  failed: { untuned: 1, 'HPA-like': 0.5 },
  harmedPercent: 20,
  /** They are not looked for. */
  touchedPercent: null,
  cost: 1.4,
  revisionsPerDay: 2,
  lessHarmedPercent: 30,
  less: 0.6,
};

/** Nothing left of something is as many times less as can be said. */
const mostTimes = 1000;
const digits = (value: number): number => Number(value.toPrecision(4));

/** `healthy` are services of which nothing is the matter, be they among those that were played or not. */
export function rows(
  played: readonly Played[],
  healthy: readonly Played[],
  days: number,
  bars: typeof fullBars,
): Row[] {
  const free = withoutCeiling(played);
  const least = (what: string, value: number, bar: number, unit = 'times'): Row => ({
    what,
    value: digits(value),
    unit,
    bar,
    ok: value >= bar,
  });
  const most = (what: string, value: number, bar: number, unit: string): Row => ({
    what,
    value: digits(value),
    unit,
    bar,
    ok: value <= bar,
  });
  const less = (of: readonly Played[], measure: Measure, than: ControllerName, name = ours): number => {
    const [before, after] = [meanOf(of, than, measure), meanOf(of, name, measure)];
    return before === after ? 1 : Math.min(mostTimes, before / after);
  };
  const against = (what: string, of: readonly Played[], measure: Measure, bar: Record<string, number>): Row[] =>
    (['untuned', 'HPA-like'] as const).map((peer) =>
      least(`${what}: below ${peer}`, less(of, measure, peer), bar[peer]!),
    );
  const lesser = (name: ControllerName): Row[] => [
    ...(['saturatedPercent', 'sloMissPercent', 'failedPercent'] as const).map((measure) =>
      least(`${name}, ${measure}: below untuned`, less(played, measure, 'untuned', name), bars.less),
    ),
    most(`${name}: services made worse`, harmedPercent(played, name), bars.lessHarmedPercent, '%'),
  ];
  return [
    ...against('saturated minutes, no database ceiling', free, 'saturatedPercent', bars.saturatedWithoutCeiling),
    ...against('saturated minutes, all', played, 'saturatedPercent', bars.saturated),
    ...against('minutes that miss the SLO', played, 'sloMissPercent', bars.missed),
    ...against('failed requests', played, 'failedPercent', bars.failed),
    most('services made worse', harmedPercent(played, ours), bars.harmedPercent, '%'),
    ...(bars.touchedPercent === null
      ? []
      : [
          most(
            'healthy services that get a tuning revision',
            touchedPercent(healthy, ours),
            bars.touchedPercent,
            `% of ${healthy.length}`,
          ),
        ]),
    most('instance hours, where untuned does not fail', meanCost(servedUntuned(played), ours), bars.cost, 'times'),
    most('services at more than twice the hours, unsaid', unsaidCosts(servedUntuned(played), ours), 0, 'services'),
    most('tuning revisions', revisionsPerDay(played, ours, days), bars.revisionsPerDay, 'a day'),
    most('tuning revisions within 24 h, most', mostRevisionsADay(played, ours), 3, 'revisions'),
    most('levers moved back and forth', flips(played, ours), 0, 'times'),
    most(
      'writes above a ceiling',
      (['Auto', 'Auto without targets', 'ServiceLevel'] as const).reduce(
        (sum, name) => sum + aboveCeiling(played, name),
        0,
      ),
      0,
      'writes',
    ),
    ...lesser('Auto without targets'),
    ...lesser('ServiceLevel'),
    // Fewer instances, as a ceiling wants them, are fuller ones; what they spare untuned is failures.
    least(
      'ServiceLevel, saturatedPercent: below untuned within the ceiling',
      less(played, 'saturatedPercent', unharmed, 'ServiceLevel'),
      bars.less,
    ),
  ];
}
