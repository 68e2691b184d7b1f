/** When an alert is due, by the events themselves: sums over minutes, without a counter, a query or a rule. */
import type { BurnAlert, LevelAlert, Promised } from '../../src/generate/alerts.ts';

/** What happened in each minute; that of index 0 ends when the world begins, and is empty. */
export interface Minute {
  readonly total: number;
  readonly bad: number;
}

export interface World {
  readonly minutes: readonly Minute[];
  /** The rules are evaluated, and the counters read, so often, in minutes. */
  readonly step: number;
  readonly promise: Promised;
}

const minuteMs = 60_000;

/** Events in the minutes up to and with `at`. */
function eventsIn(minutes: readonly Minute[], length: number, at: number): Minute {
  const within = minutes.slice(Math.max(0, at - length + 1), at + 1);
  return within.reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), {
    total: 0,
    bad: 0,
  });
}

/** Slices that ended by then in the window; one without events is none. */
function slicesIn({ minutes, promise }: World, length: number, at: number): Minute {
  const slice = promise.timeSliceMs! / minuteMs;
  let [total, bad] = [0, 0];
  for (let end = Math.floor(at / slice) * slice; end > at - length && end > 0; end -= slice) {
    const events = eventsIn(minutes, slice, end);
    if (events.total === 0) continue;
    total++;
    if (events.bad / events.total > promise.allowedBadFraction) bad++;
  }
  return { total, bad };
}

/**
 * Days are the sum of what was seen over five minutes, every `step`, of which each minute is in five where that is a minute, and
 * of what the newest lack.
 */
function recordedIn(world: World, length: number, at: number): Minute {
  let [total, bad] = [0, 0];
  const add = (share: number, { total: more, bad: worse }: Minute) => {
    total += share * more;
    bad += share * worse;
  };
  for (let end = at; end >= 0 && end > at - length; end -= world.step) add(1 / 5, eventsIn(world.minutes, 5, end));
  for (const minutes of [1, 2, 3, 4]) {
    add(1 / 5, newestIn(world, minutes, at));
    add(-1 / 5, newestIn(world, minutes, at - length));
  }
  return { total, bad };
}

/** By the reading before the one that these minutes begin in. */
function newestIn({ minutes, step }: World, length: number, at: number): Minute {
  const before = Math.floor((at - length) / step) * step;
  return at < 0 ? { total: 0, bad: 0 } : eventsIn(minutes, at - before, at);
}

function countsIn(world: World, lengthMs: number, at: number): Minute {
  const length = lengthMs / minuteMs;
  if (world.promise.timeSliceMs !== null) return slicesIn(world, length, at);
  return length > 360 ? recordedIn(world, length, at) : eventsIn(world.minutes, length, at);
}

const share = ({ total, bad }: Minute): number => (total > 0 ? bad / total : Number.NaN);

/** At each evaluation, whether it fires. */
export function burnFires(alert: BurnAlert, world: World): boolean[] {
  const threshold = Number(alert.threshold);
  const shortest = Math.max(5 * minuteMs, world.promise.timeSliceMs ?? 0);
  let since = Number.POSITIVE_INFINITY;
  return evaluations(world).map((at) => {
    if (at < since && countsIn(world, shortest, at).total > 0) since = at;
    const [long, short] = [countsIn(world, alert.longMs, at), countsIn(world, alert.shortMs, at)];
    return (
      share(long) > threshold &&
      share(short) > threshold &&
      long.bad > alert.minimumBad - 0.5 &&
      at - since >= alert.longMs / minuteMs
    );
  });
}

export function levelFires(alert: LevelAlert, world: World): boolean[] {
  let since: number | null = null;
  return evaluations(world).map((at) => {
    const events = eventsIn(world.minutes, alert.windowMs / minuteMs, at);
    const isDue = share(events) > Number(alert.threshold) && events.bad > alert.minimumBad - 0.5;
    since = isDue ? (since ?? at) : null;
    return since !== null && at - since >= Number.parseInt(alert.for, 10);
  });
}

export const evaluations = ({ minutes, step }: Pick<World, 'minutes' | 'step'>): number[] =>
  minutes.flatMap((_, at) => (at % step === 0 ? [at] : []));
