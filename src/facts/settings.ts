/** How a revision runs: what its template says, as far as it can be tuned or speaks of what can. */

export interface Settings {
  /** The most requests that one instance takes at once. */
  readonly concurrency: number;
  /** Of this revision alone; null: not written. */
  readonly maxInstances: number | null;
  readonly minInstances: number;
  readonly cpus: number;
  readonly memoryMib: number;
  /** As it is written, by tag or by digest: of the container that takes the requests. */
  readonly image: string;
}

/** How full the autoscaler keeps instances, percent on average; 0: it does not look at this. */
export interface ScalingTargets {
  readonly cpuPercent: number;
  readonly concurrencyPercent: number;
}

/** What Cloud Run does where nothing is written. */
export const usualTargets: ScalingTargets = { cpuPercent: 60, concurrencyPercent: 60 };

/** Code that is named by its digest cannot change under its name. */
export const isByDigest = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image);
