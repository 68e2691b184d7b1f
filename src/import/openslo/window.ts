/** Over what an OpenSLO budget goes: so long, or a period of the calendar. */
import { durationText } from '../../policy/duration.ts';
import type { Draft, From, Window } from '../draft.ts';
import { windowText } from '../lengths.ts';
import { isGiven, lost, type Reading, type Spot, within, without } from '../place.ts';
import { flagOf, itemsOf, optionalText, unknownIn } from '../read.ts';

type Unit = 'm' | 'h' | 'd' | 'w' | 'M' | 'Q' | 'Y';
interface Length {
  readonly count: number;
  readonly unit: Unit;
}

const minuteMs = 60_000;
const unitMs: Readonly<Partial<Record<Unit, number>>> = {
  m: minuteMs,
  h: 60 * minuteMs,
  d: 1440 * minuteMs,
  w: 7 * 1440 * minuteMs,
};
const instead = 'write a rolling window such as 30d, or a calendar of 1M or 1Q';

/** null: nothing is said; undefined: what is said cannot be carried over. */
export function* windowIn(spec: Spot): Reading<Draft['window'] | undefined> {
  const spot = [within(spec, 'timeWindow'), within(spec, 'timeWindows')].find(isGiven);
  if (spot === undefined) return null;
  const items = yield* itemsOf(spot);
  const [item] = items;
  if (item === undefined || items.length > 1) {
    yield lost(spot, 'must hold exactly one window', instead);
    return undefined;
  }
  yield* unknownIn(item, ['duration', 'count', 'unit', 'isRolling', 'calendar']);
  const length = yield* lengthIn(item);
  if (length === undefined) return undefined;
  const calendar = within(item, 'calendar');
  const isRolling = (yield* flagOf(within(item, 'isRolling'))) ?? !isGiven(calendar);
  if (isRolling && isGiven(calendar)) {
    yield lost(calendar, 'is not for a window that rolls', 'remove calendar, or write isRolling: false');
    return undefined;
  }
  return isRolling ? yield* rollingOf(item, length) : yield* periodOf(item, length);
}

/** v1: duration: 4w. v1alpha: {count: 4, unit: Week}. */
function* lengthIn(item: Spot): Reading<Length | undefined> {
  const duration = within(item, 'duration');
  const text = isGiven(duration) ? String(duration.value) : countedIn(item);
  const [, count, unit] = /^([1-9][0-9]*)([mhdwMQY])$/.exec(text) ?? [];
  if (count !== undefined) return { count: Number(count), unit: unit as Unit };
  yield lost(isGiven(duration) ? duration : item, 'must be a number with m, h, d, w, M, Q or Y', instead);
  return undefined;
}

const words = ['Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year'];

function countedIn(item: Spot): string {
  const word = words.indexOf(String(within(item, 'unit').value));
  return `${within(item, 'count').value}${'mhdwMQY'.charAt(word)}`;
}

function* rollingOf(spot: Spot, { count, unit }: Length): Reading<From<Window> | undefined> {
  const size = unitMs[unit];
  if (size !== undefined) return { value: windowText(count * size), spot };
  const days = count * { M: 30, Q: 90, Y: 365 }[unit as 'M' | 'Q' | 'Y'];
  yield lost(spot, 'a window that rolls is so many days, and this has now more and now less', `write ${days}d`);
  return undefined;
}

function* periodOf(spot: Spot, { count, unit }: Length): Reading<From<Window> | undefined> {
  const calendar = within(spot, 'calendar');
  if (isGiven(calendar)) yield* unknownIn(calendar, ['startTime', 'timeZone']);
  const period = periodNamed(`${count}${unit}`);
  if (period === undefined) {
    yield lost(spot, `budgets of the calendar go by months and quarters, and not by ${count}${unit}`, instead);
    return undefined;
  }
  if (unit === 'm') {
    const message = '1m of the calendar is taken for a month, although m stands for minutes';
    yield without(within(spot, 'duration'), message, 'write 1M, if a month is meant');
  }
  yield* startIn(within(calendar, 'startTime'), period);
  const timeZone = yield* optionalText(within(calendar, 'timeZone'), 'Objective');
  return { value: { calendar: period, ...(timeZone !== undefined && { timeZone }) }, spot };
}

function periodNamed(length: string): 'Month' | 'Quarter' | undefined {
  if (length === '1M' || length === '1m') return 'Month';
  return length === '1Q' || length === '3M' ? 'Quarter' : undefined;
}

/** A month begins on its first day, whenever the first of them was. */
function* startIn(spot: Spot, period: 'Month' | 'Quarter'): Reading<void> {
  if (!isGiven(spot)) return;
  const months = period === 'Month' ? '[0-9]{2}' : '(01|04|07|10)';
  if (new RegExp(`^[0-9]{4}-${months}-01([ T]00:00(:00)?Z?)?$`).test(String(spot.value))) return;
  const message = `a ${period.toLowerCase()} begins at midnight of its first day, and not then`;
  yield without(spot, message, 'nothing has to be done, unless the budget has to begin on another day: it cannot');
}

/** A number is in minutes. */
export function* sliceIn(spot: Spot): Reading<From<string> | undefined> {
  const [, count, unit = 'm'] = /^([1-9][0-9]*)([mhd])?$/.exec(String(spot.value)) ?? [];
  if (count !== undefined) return { value: durationText(Number(count) * unitMs[unit as Unit]!), spot };
  yield lost(spot, 'must say how long a time slice is', 'write timeSliceWindow: 5m');
  return undefined;
}
