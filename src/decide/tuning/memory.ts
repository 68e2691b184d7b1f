/** The tuner's memory: what it begins with, and what is looked up in it. */
import type { SaturationMinute } from '../../facts/saturation.ts';
import { iso, ms } from '../../facts/time.ts';
import type { TunerState } from '../../status/tuner.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** What Cloud Run does where a revision has no maximum of its own. */
export const usualMaximum = 100;

/** A day is learnt from at once. */
export const nothingYet = (nowMs: number): TunerState => ({
  until: iso(nowMs - dayMs),
  hours: [],
  earlier: [],
  revisions: [],
  resets: [],
  barred: [],
  recent: [],
});

export const recentMinutes = 5;

/** Of the revision that serves, whatever the service has. */
export const revisionMaximum = ({ serving }: Pick<TunerState, 'serving'>): number =>
  serving?.maxInstances ?? usualMaximum;

/** The maximum that was in force at this time, of the service and of the revision that serves, as far as it is remembered. */
export function maximumAt(tuner: TunerState, atMs: number): number {
  const { maximum, earlier } = tuner;
  const past = earlier.findLast(({ until }) => ms(until) >= atMs);
  return Math.min(past?.value ?? maximum?.value ?? Number.POSITIVE_INFINITY, revisionMaximum(tuner));
}

/** The most active instances within a day. */
export const dayPeak = ({ hours }: TunerState): number => Math.max(0, ...hours.map(({ peak }) => peak));

export const isWithin = (at: string | undefined, lengthMs: number, nowMs: number): boolean =>
  at !== undefined && nowMs - ms(at) < lengthMs;

const mostEarlier = 8;

/** The maxima that were, once another is in force. */
export const earlierWith = ({ maximum, earlier }: TunerState, until: string): TunerState['earlier'] =>
  maximum ? [{ value: maximum.value, until }, ...earlier].slice(0, mostEarlier) : earlier;

/** The memory once this maximum was set by us. */
export const maximumSet = (tuner: TunerState, value: number, at: string): TunerState => ({
  ...tuner,
  maximum: { value, since: at, ours: true },
  earlier: earlierWith(tuner, at),
});

/** What the metrics say where they say nothing. */
export const unknownMinute = {
  cpu: null,
  memory: null,
  peakInFlight: null,
  activeInstances: null,
  requestsPerSecond: null,
  meanLatencySeconds: null,
} as const satisfies Omit<SaturationMinute, 'endMs'>;
