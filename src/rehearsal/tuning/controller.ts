/** What tunes a service: ours, or one of those it is compared with. */

import type { Usage } from '../../decide/tuning/usage.ts';
import type { TunedSettings } from '../../facts/change.ts';
import type { Config, TuningService } from './service.ts';

/** A minute as metrics tell of it, besides what ours reads. */
export interface SeenMinute extends Usage {
  readonly revision: number;
  /** A tuning revision was being tried. */
  readonly busy: boolean;
  readonly concurrency: number;
  readonly cpuMean: number;
  readonly p95Seconds: number;
  readonly hadColdStarts: boolean;
}

/** What is known besides metrics. */
export interface Situation {
  readonly second: number;
  readonly busy: boolean;
  /** The revision that serves. */
  readonly revision: number;
  readonly config: Config;
  readonly service: TuningService;
  /** Learnt from a refusal. */
  readonly quota: number;
}

export interface Wish {
  readonly maxInstances?: number;
  readonly minInstances?: number;
  /** Empty or missing: no new revision. */
  readonly set?: TunedSettings;
  /** How many times the instances it was said to need. */
  readonly growth?: number;
}

export interface Controller {
  /** Once a minute, with the minute that just ended, which is not to be known for as long as metrics are late. */
  step(minute: SeenMinute, situation: Situation): Wish | null;
}

/** Minutes after which metrics are complete. */
export const minutesLate = 3;
