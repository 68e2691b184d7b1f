/** What became of a service over its days. */
import type { TunedSettings } from '../../facts/change.ts';
import { resources } from '../../facts/saturation.ts';
import type { Saturation } from './minute.ts';

export interface Deed {
  readonly second: number;
  readonly maxInstances?: number;
  readonly minInstances?: number;
  readonly set?: TunedSettings;
  readonly growth?: number;
}

export interface Outcome {
  /** Of the minutes: in runs of at least five above the limit. */
  readonly saturatedPercent: number;
  /** Of the minutes: with a p95 above the SLO, or more than one request in a thousand failed. */
  readonly sloMissPercent: number;
  /** Of the requests. */
  readonly failedPercent: number;
  readonly instanceHours: number;
  readonly outOfMemory: number;
  readonly deeds: readonly Deed[];
}

const limit = 0.8;
const runMinutes = 5;

export class Ledger {
  readonly deeds: Deed[] = [];
  requests = 0;
  failed = 0;
  instanceSeconds = 0;
  outOfMemory = 0;
  #minutes = 0;
  #missed = 0;
  #saturated = 0;
  #wasSaturated = false;
  /** How long each resource has been above the limit by now, minutes. */
  readonly #runs = resources.map(() => 0);

  minute(saturation: Saturation, missed: boolean): void {
    this.#minutes++;
    if (missed) this.#missed++;
    for (const [i, resource] of resources.entries()) {
      this.#runs[i] = saturation[resource] > limit ? this.#runs[i]! + 1 : 0;
    }
    const isSaturated = this.#runs.some((minutes) => minutes >= runMinutes);
    // The minutes count, too, by which the run became long enough.
    if (isSaturated) this.#saturated += this.#wasSaturated ? 1 : runMinutes;
    this.#wasSaturated = isSaturated;
  }

  outcome(): Outcome {
    return {
      saturatedPercent: (100 * this.#saturated) / this.#minutes,
      sloMissPercent: (100 * this.#missed) / this.#minutes,
      failedPercent: (100 * this.failed) / this.requests,
      instanceHours: this.instanceSeconds / 3600,
      outOfMemory: this.outOfMemory,
      deeds: this.deeds,
    };
  }
}
