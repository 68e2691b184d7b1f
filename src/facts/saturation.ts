/** How full a revision's instances were, a minute at a time, as the metrics tell of it. */

/** What saturates; each is a fraction of its limit, 0 to 1. */
export const resources = ['cpu', 'memory', 'concurrency'] as const;
export type Resource = (typeof resources)[number];

const texts = { cpu: 'CPU', memory: 'memory', concurrency: 'concurrency' } as const satisfies Record<Resource, string>;
export const saturationText = (resource: Resource): string => texts[resource];

/** One complete minute of one revision. null: the metrics say nothing of it in this minute. */
export interface SaturationMinute {
  /** When the minute ended. */
  readonly endMs: number;
  /** Of the instance at the 95th percentile, 0 to 1. */
  readonly cpu: number | null;
  readonly memory: number | null;
  /** The most requests that were in flight at once, of the instance at the 95th percentile. */
  readonly peakInFlight: number | null;
  readonly activeInstances: number | null;
  readonly requestsPerSecond: number | null;
  readonly meanLatencySeconds: number | null;
}

/** Complete minutes, oldest first, by revision; a revision of which nothing is known is missing. */
export type SaturationMinutes = Readonly<Record<string, readonly SaturationMinute[]>>;

/** How many instances were killed for want of memory, by revision. */
export type OutOfMemory = Readonly<Record<string, number>>;
