/** When an alert is due, by the events themselves: sums over minutes, without a counter, a query or a rule. */
import type { BurnAlert, LevelAlert, Promised } from '../../src/generate/alerts.ts';

/** What happened in each minute; that of index 0 ends when the world begins, and is empty. */
export interface Minute {
  readonly total: number;
  readonly bad: number;
}

export interface World {
  readonly minutes: readonly Minute[];
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

function countsIn(world: World, lengthMs: number, at: number): Minute {
  const length = lengthMs / minuteMs;
  if (world.promise.timeSliceMs !== null) return slicesIn(world, length, at);
  return eventsIn(world.minutes, length, at);
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

/** Every minute, as the rules are. */
export const evaluations = ({ minutes }: Pick<World, 'minutes'>): number[] => minutes.map((_, at) => at);
