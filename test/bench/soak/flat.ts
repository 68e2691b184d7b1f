/** Whether it grows: what is resident, and the heap at its lowest, which is what is left when everything else was collected. */
import { aligned } from '../../../src/report/columns.ts';
import { sparkline } from '../../../src/report/sparkline.ts';
import type { Row } from '../main.ts';
import type { Moment } from './moments.ts';
import { lowest, mean, type Slope, slope } from './slope.ts';

/** What is held is in the heap's lowest moments of a span; between two collections it is a saw. */
const spans = 10;
export const spansText = `slopes by ${spans} spans of equal length, with what holds in 95 of 100 such runs`;

export interface Growth {
  readonly resident: Slope;
  readonly held: Slope;
}

/** MiB an hour. */
export interface Bars {
  readonly resident: number;
  readonly held: number;
}

/** From `sinceS` on: before that it warms up. */
export function growthOf(moments: readonly Moment[], sinceS: number): Growth {
  const of = (field: 'residentMib' | 'heapUsedMib') =>
    moments.filter(({ atS }) => atS >= sinceS).map((moment) => ({ atS: moment.atS, value: moment[field] }));
  return { resident: slope(of('residentMib'), spans, mean), held: slope(of('heapUsedMib'), spans, lowest) };
}

/** Flat is what cannot be told from flat, and could not hide more than the bar either. */
export const flatRows = ({ resident, held }: Growth, bars: Bars): Row[] => [
  row('resident grows by no more than', resident.high, 'MiB an hour', bars.resident),
  row('what the heap holds grows by no more than', held.high, 'MiB an hour', bars.held),
];

export function row(what: string, value: number, unit: string, bar: number): Row {
  return { what, value: rounded(value), unit, bar, ok: value <= bar };
}

const width = 40;

export function table(moments: readonly Moment[], { resident, held }: Growth, limitMib: number): string {
  const line = (what: string, field: 'residentMib' | 'heapUsedMib', growth: Slope, of: typeof mean) => {
    const values = spread(moments, width).map((some) => of(some.map((moment) => moment[field])));
    const [first, last] = [values[0]!, values.at(-1)!].map((value) => value.toFixed(0)) as [string, string];
    const sure = `${growth.perHour.toFixed(1)} (${growth.low.toFixed(1)} to ${growth.high.toFixed(1)})`;
    return [what, first, last, Math.max(...values).toFixed(0), sure, sparkline(values, width, limitMib)];
  };
  const head = ['MiB', 'BEGAN', 'ENDED', 'AT MOST', 'AN HOUR', `OF ${limitMib} MiB`];
  return aligned(
    [head, line('resident', 'residentMib', resident, mean), line('heap at its lowest', 'heapUsedMib', held, lowest)],
    [1, 2, 3, 4],
  ).join('\n');
}

/** In so many groups, one after the other. */
function spread<T>(all: readonly T[], groups: number): readonly (readonly T[])[] {
  const count = Math.min(groups, all.length);
  const start = (group: number) => Math.floor((group * all.length) / count);
  return Array.from({ length: count }, (_, group) => all.slice(start(group), start(group + 1)));
}

export const rounded = (value: number): number => Number(value.toPrecision(4));
