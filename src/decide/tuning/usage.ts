/** A service's minutes, as the law reads them. */
import type { SaturationMinute } from '../../facts/saturation.ts';
import { meanInFlight as meanOf } from '../evidence/saturation.ts';

/** A minute with what was in force in it. */
export interface Usage {
  readonly minute: SaturationMinute;
  readonly maxInstances: number;
  /** Instances killed for want of memory. */
  readonly outOfMemory: number;
}

/** From this part of the maximum on, more instances are not to be had. */
export const fullPart = 0.9;

/** There are as many instances as there may be; null: it is not known how many there are. */
export const isFull = ({ minute: { activeInstances }, maxInstances }: Usage): boolean | null =>
  activeInstances === null ? null : activeInstances >= fullPart * maxInstances;

/** By Little's law; null: not known. */
export const meanInFlight = ({ minute }: Usage): number | null => meanOf(minute);

/** The value that this part of the values is below; 0 of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}
