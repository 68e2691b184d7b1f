/**
 * Google's own metrics are stored as changes (DELTA), each with the time that it spans. Nothing public says what a plain
 * selector, `timestamp` or any function but `increase` and `rate` answers for them, nor what a part of a minute holds. So they
 * are asked for by `increase` alone, over whole minutes that end at whole minutes, and believed when Google says that they can
 * be seen. Pure.
 */

export const minuteMs = 60_000;

/** By then a sample of Cloud Run's can be seen, as its metric's descriptor says. */
export const visibleAfterMs = 180_000;

export const wholeMinute = (atMs: number): number => Math.floor(atMs / minuteMs) * minuteMs;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The whole minutes within a window; null: there is none. The part of a minute at its start is passed over, so that nothing is
 * counted twice: a window only begins so where something else was judged before, or a person gave the time.
 */
export function wholeMinutes({ fromMs, toMs }: Window): Window | null {
  const within = { fromMs: Math.ceil(fromMs / minuteMs) * minuteMs, toMs: wholeMinute(toMs) };
  return within.fromMs < within.toMs ? within : null;
}
