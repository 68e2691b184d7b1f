/** What a counter has lost by beginning anew: a recorded one may, and a world's own does where it follows a recorded one. */
import type { Series } from '../../series/series.ts';

interface Losses {
  /** Up to here its samples were looked through. */
  seenMs: number;
  seen: number;
  /** When it began anew, and all that was lost by then. */
  readonly times: number[];
  readonly lost: number[];
}

const known = new WeakMap<Series, Losses>();

/** All that it had lost by the sample at this index, counted from wherever it was first asked for. */
export function lostAt(series: Series, index: number): number {
  const losses = known.get(series) ?? { seenMs: Number.NEGATIVE_INFINITY, seen: 0, times: [], lost: [] };
  known.set(series, losses);
  lookThrough(series, losses);
  const { times, lost } = losses;
  if (times.length === 0) return 0;
  const atMs = series.times[index]!;
  return lost[times.findLastIndex((resetMs) => resetMs <= atMs)] ?? 0;
}

function lookThrough({ times, values, to, from }: Series, losses: Losses): void {
  if (to === from || times[to - 1]! <= losses.seenMs) return;
  let at = to;
  while (at > from && times[at - 1]! > losses.seenMs) at--;
  for (; at < to; at++) {
    const value = values[at]!;
    if (value < losses.seen) {
      losses.times.push(times[at]!);
      losses.lost.push((losses.lost.at(-1) ?? 0) + losses.seen);
    }
    losses.seen = value;
  }
  losses.seenMs = times[to - 1]!;
}
