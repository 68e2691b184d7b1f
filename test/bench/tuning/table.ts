/** One table of all controllers. */
import { controllerNames } from '../../../src/rehearsal/tuning/controllers/index.ts';
import type { Played } from '../../../src/rehearsal/tuning/pool.ts';
import { aligned } from '../../../src/report/columns.ts';
import {
  flips,
  harmedPercent,
  healthyOf,
  meanCost,
  meanOf,
  revisionsPerDay,
  servedUntuned,
  touchedPercent,
  withoutCeiling,
} from './totals.ts';

const header = [
  'CONTROLLER',
  'SATURATED',
  'NO CEILING',
  'CEILING',
  'SLO MISSED',
  'FAILED',
  'HOURS',
  'WHERE SERVED',
  'REVISIONS/D',
  'FLIPS',
  'WORSE',
  'HEALTHY TOUCHED',
];

export function comparison(played: readonly Played[], days: number): string {
  const free = withoutCeiling(played);
  const limited = played.filter((one) => !free.includes(one));
  const lines = controllerNames.map((name) => [
    name,
    percent(meanOf(played, name, 'saturatedPercent')),
    percent(meanOf(free, name, 'saturatedPercent')),
    percent(meanOf(limited, name, 'saturatedPercent')),
    percent(meanOf(played, name, 'sloMissPercent')),
    percent(meanOf(played, name, 'failedPercent')),
    `x${meanCost(played, name).toFixed(2)}`,
    `x${meanCost(servedUntuned(played), name).toFixed(2)}`,
    revisionsPerDay(played, name, days).toFixed(2),
    String(flips(played, name)),
    percent(harmedPercent(played, name)),
    percent(touchedPercent(healthyOf(played), name)),
  ]);
  const how = `${played.length} services (${limited.length} with a database ceiling), ${days} days each, ${played[0]?.runs.length ?? 0} seeds. Hours are against untuned, geometric means; where served: where untuned fails less than one request in a thousand.`;
  return [...aligned([header, ...lines], header.map((_, i) => i).slice(1)), '', how].join('\n');
}

const percent = (value: number): string => `${value.toFixed(2)} %`;
