/** The functions over one series' window. undefined: this window gives no sample. */
import type { Window } from '../value.ts';

export type OverWindow = (window: Window) => number | undefined;

export const rate: OverWindow = (window) => {
  const grown = extrapolated(window, true);
  return grown === undefined ? undefined : grown / ((window.endMs - window.startMs) / 1000);
};
export const increase: OverWindow = (window) => extrapolated(window, true);
export const delta: OverWindow = (window) => extrapolated(window, false);

/** The rate between the last two samples; after a reset the counter began at zero. */
export const irate: OverWindow = ({ times, values, from, to }) => {
  if (to - from < 2) return undefined;
  const last = values[to - 1]!;
  const previous = values[to - 2]!;
  return (last < previous ? last : last - previous) / ((times[to - 1]! - times[to - 2]!) / 1000);
};

/**
 * The change from the first sample to the last, stretched to the window's ends: to an end that is near (within 1.1 mean
 * intervals), else by half an interval, and for a counter never to before it would have been zero.
 */
function extrapolated(window: Window, counter: boolean): number | undefined {
  const { times, values, from, to } = window;
  if (to - from < 2) return undefined;
  const first = values[from]!;
  const change = values[to - 1]! - first + (counter ? lostInResets(window) : 0);
  const sampledSeconds = (times[to - 1]! - times[from]!) / 1000;
  const meanSeconds = sampledSeconds / (to - from - 1);
  const stretch = (gapSeconds: number): number => (gapSeconds < meanSeconds * 1.1 ? gapSeconds : meanSeconds / 2);

  let gapBefore = (times[from]! - window.startMs) / 1000;
  if (counter && change > 0 && first >= 0) gapBefore = Math.min(gapBefore, sampledSeconds * (first / change));
  const gapAfter = (window.endMs - times[to - 1]!) / 1000;
  return change * ((sampledSeconds + stretch(gapBefore) + stretch(gapAfter)) / sampledSeconds);
}

function lostInResets({ values, from, to }: Window): number {
  let lost = 0;
  for (let at = from + 1; at < to; at++) {
    if (values[at]! < values[at - 1]!) lost += values[at - 1]!;
  }
  return lost;
}

export const resets: OverWindow = ({ values, from, to }) => {
  let count = 0;
  for (let at = from + 1; at < to; at++) if (values[at]! < values[at - 1]!) count++;
  return count;
};

export const presentOverTime: OverWindow = () => 1;
export const countOverTime: OverWindow = ({ from, to }) => to - from;
export const avgOverTime: OverWindow = (window) => sumOf(window) / (window.to - window.from);
export const sumOverTime: OverWindow = (window) => sumOf(window);
export const minOverTime: OverWindow = (window) => extreme(window, (value, best) => value < best);
export const maxOverTime: OverWindow = (window) => extreme(window, (value, best) => value > best);

/** NaN only where there is nothing else. */
function extreme({ values, from, to }: Window, better: (value: number, best: number) => boolean): number {
  let best = values[from]!;
  for (let at = from + 1; at < to; at++) {
    if (better(values[at]!, best) || Number.isNaN(best)) best = values[at]!;
  }
  return best;
}

/** Compensated, as Prometheus sums over time: what the running sum rounds away is kept apart. */
function sumOf({ values, from, to }: Window): number {
  let sum = 0;
  let rounded = 0;
  for (let at = from; at < to; at++) {
    const value = values[at]!;
    const next = sum + value;
    rounded += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return Number.isFinite(sum) ? sum + rounded : sum;
}
