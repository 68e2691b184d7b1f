/** What the minutes of a look add to the memory: the day's hours, the newest minutes, and how long each has been too full. */
import { type Resource, resources, type SaturationMinute } from '../../facts/saturation.ts';
import { iso, ms } from '../../facts/time.ts';
import type { TunerHour, TunerState } from '../../status/tuner.ts';
import type { Saturation } from '../../status/tuning.ts';
import type { Case } from '../case.ts';
import { type Levels, levelsOf, sustainedMinutes } from '../evidence/saturation.ts';
import { hourMs, maximumAt, minuteMs, recentMinutes } from './memory.ts';
import { fullPart } from './usage.ts';

const mostHours = 25;
/** What happened before a longer gap is over. */
const mostApartMs = 2 * minuteMs;
/** A night without traffic is no gap in what is known of a service; a longer time is. */
const longestSleepMs = 12 * hourMs;
const noRuns = { cpu: 0, memory: 0, concurrency: 0 };

/** One minute of the whole service, with how full the serving revision was in it. */
interface Read {
  readonly endMs: number;
  readonly levels: Levels;
  readonly active: number | null;
}

/** The memory with the minutes that are new. */
export function withMinutes({ policy, seen, known }: Case, tuner: TunerState): TunerState {
  const { serving, until } = tuner;
  if (seen.saturation?.kind !== 'Known' || !serving || serving.revision !== known.stable?.revision) return tuner;
  const minutes = wholeService(seen.saturation.value, serving.revision, serving.concurrency);
  const fresh = minutes.filter(({ endMs }) => endMs > ms(until));
  return fresh.reduce((memory, minute) => withMinute(memory, minute, policy.tuning.maxSaturation), tuner);
}

function wholeService(
  byRevision: Readonly<Record<string, readonly SaturationMinute[]>>,
  serving: string,
  concurrency: number,
): readonly Read[] {
  const active = new Map<number, number>();
  for (const { endMs, activeInstances } of Object.values(byRevision).flat()) {
    if (activeInstances !== null) active.set(endMs, (active.get(endMs) ?? 0) + activeInstances);
  }
  return (byRevision[serving] ?? []).map((minute) => ({
    endMs: minute.endMs,
    levels: levelsOf(minute, concurrency),
    active: active.get(minute.endMs) ?? null,
  }));
}

function withMinute(tuner: TunerState, minute: Read, limit: number): TunerState {
  const { endMs, levels, active } = minute;
  const before = endMs - ms(tuner.until) <= mostApartMs ? (tuner.runs ?? noRuns) : noRuns;
  const runs = ofEach((resource) => runOf(before[resource], levels[resource], limit));
  const over = ofEach((resource) => minutesIn(runs[resource], runs[resource] > before[resource]));
  const any = Math.max(over.cpu, over.memory, over.concurrency);
  const at = iso(endMs);
  const overHalf = ofEach((resource) => {
    const level = levels[resource];
    const isLow = level !== null && level <= limit / 2 && endMs - ms(tuner.until) <= longestSleepMs;
    return isLow ? (tuner.overHalf?.[resource] ?? at) : at;
  });
  const recent = {
    endMs,
    full: active !== null && active >= fullPart * maximumAt(tuner, endMs),
    ...(active !== null && { active }),
    ...Object.fromEntries(resources.flatMap((one) => (levels[one] === null ? [] : [[one, levels[one]]]))),
  };
  return {
    ...tuner,
    until: at,
    runs,
    overHalf,
    hours: withHour(tuner.hours, endMs, { peak: active ?? 0, ...over, any }),
    recent: [...tuner.recent, recent].slice(-recentMinutes),
  };
}

const ofEach = <T>(one: (resource: Resource) => T): Record<Resource, T> => ({
  cpu: one('cpu'),
  memory: one('memory'),
  concurrency: one('concurrency'),
});

/** A minute of which nothing is known neither lengthens a run nor ends it. */
const runOf = (before: number, level: number | null, limit: number): number =>
  level === null ? before : level > limit ? before + 1 : 0;

/** From when it is sustained all of its minutes count, those before, too. */
const minutesIn = (run: number, grew: boolean): number =>
  !grew || run < sustainedMinutes ? 0 : run === sustainedMinutes ? sustainedMinutes : 1;

function withHour(hours: readonly TunerHour[], endMs: number, more: Omit<TunerHour, 'hour'>): TunerHour[] {
  const hour = iso(Math.floor((endMs - 1) / hourMs) * hourMs);
  const last = hours.at(-1);
  if (last?.hour !== hour) return [...hours, { hour, ...more }].slice(-mostHours);
  const sum = {
    hour,
    peak: Math.max(last.peak, more.peak),
    cpu: last.cpu + more.cpu,
    memory: last.memory + more.memory,
    concurrency: last.concurrency + more.concurrency,
    any: last.any + more.any,
  };
  return [...hours.slice(0, -1), sum];
}

/** Minutes over the limit within the day. */
export const minutesOver = ({ hours }: TunerState, what: Resource | 'any'): number =>
  hours.reduce((sum, hour) => sum + hour[what], 0);

const short = { cpu: 'cpu', memory: 'mem', concurrency: 'conc' } as const satisfies Record<Resource, string>;

/** Minutes are read ten minutes apart at most, and three late; older ones say nothing of now. */
const staleMs = 20 * minuteMs;

/** What people see of it; undefined: nothing was ever read. */
export function saturationShown(tuner: TunerState, nowMs: number): Saturation | undefined {
  const newest = tuner.recent.at(-1);
  if (!newest) return undefined;
  const isOfNow = nowMs - newest.endMs < staleMs;
  const known = (isOfNow ? resources : []).flatMap((resource) => {
    const level = newest[resource];
    if (level === undefined) return [];
    const percent = Math.min(100, Math.round(100 * level));
    return [{ resource, percent, sustained: (tuner.runs?.[resource] ?? 0) >= sustainedMinutes }];
  });
  const worst = known.toSorted((one, other) => other.percent - one.percent)[0];
  return {
    at: iso(newest.endMs),
    ...Object.fromEntries(known.map(({ resource, percent, sustained }) => [resource, { percent, sustained }])),
    minutesOver24h: minutesOver(tuner, 'any'),
    ...(worst && { worst: `${short[worst.resource]} ${worst.percent} %` }),
  };
}
