/** Saturation that lasts: how full the instance at the 95th percentile was for five minutes on end. */
import type { Resource } from '../../facts/saturation.ts';
import { isFull, type Usage } from './usage.ts';

/** Shorter ones are for the autoscaler. */
const runMinutes = 5;

/**
 * Over a minute of which nothing is known a run goes on: it is not cool, and it is not hot either. Over two it does not, nor
 * over a rollout, whose minutes are left out.
 */
const mostApartMs = 2 * 60_000;

/** A level a minute; null: not known. */
export type Levels = readonly (number | null)[];
export type SustainedLevels = Readonly<Record<Resource, Levels>>;

/**
 * Of each minute, oldest first, the level that the best of the runs of five minutes which hold it never fell below; 0 where no
 * run holds it, null where nothing is known of it. Where there are as many instances as there may be, CPU and concurrency are
 * for the maximum to cure, and count as 0 here; so does the concurrency of instances that take one request at a time.
 */
export function sustainedLevels(window: readonly Usage[], concurrency: number): SustainedLevels {
  const free = (usage: Usage, level: number | null): number | null => {
    const full = isFull(usage);
    return full === true ? 0 : full === null ? null : level;
  };
  return {
    cpu: sustained(window, (usage) => free(usage, usage.minute.cpu)),
    memory: sustained(window, ({ minute }) => minute.memory),
    concurrency: sustained(window, (usage) => {
      const { peakInFlight } = usage.minute;
      return concurrency > 1 ? free(usage, peakInFlight === null ? null : peakInFlight / concurrency) : 0;
    }),
  };
}

function sustained(window: readonly Usage[], levelOf: (usage: Usage) => number | null): Levels {
  const levels = window.map(levelOf);
  const held = levels.map((level) => (level === null ? null : 0));
  /** Places of the last minutes of which something is known, without a gap. */
  const run: number[] = [];
  for (let place = 0; place < window.length; place++) {
    if (levels[place] === null) continue;
    if (run.length > 0 && apartMs(window, run.at(-1)!, place) > mostApartMs) run.length = 0;
    if (run.length === runMinutes) run.shift();
    run.push(place);
    if (run.length === runMinutes) hold(levels, held, run);
  }
  return held;
}

const apartMs = (window: readonly Usage[], earlier: number, later: number): number =>
  window[later]!.minute.endMs - window[earlier]!.minute.endMs;

/** A run is worth its lowest level to all of its minutes. */
function hold(levels: Levels, held: (number | null)[], run: readonly number[]): void {
  let lowest = levels[run[0]!]!;
  for (const place of run) lowest = Math.min(lowest, levels[place]!);
  for (const place of run) held[place] = Math.max(lowest, held[place]!);
}
