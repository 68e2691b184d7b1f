/** Why an objective cannot be measured. NoTraffic alone ends by itself: nothing was asked of the service. */
export type InspectionReason =
  | 'InvalidQuery'
  | 'NoSeries'
  | 'NoTraffic'
  | 'NoRevisionLabel'
  | 'NeverMatches'
  | 'NoBoundary'
  | 'UnitUnclear'
  | 'DirectionUnclear'
  | 'UpsideDown';

export interface Problem {
  readonly reason: InspectionReason;
  /** For people, with the selector or the label that is meant. */
  readonly message: string;
}

export const problem = (reason: InspectionReason, message: string): Problem => ({ reason, message });

/** What a dry run of an objective's query found. */
export interface Inspection {
  readonly problem: Problem | null;
  /** The boundaries of its histogram, in its own unit; null where it has none. */
  readonly buckets: {
    readonly name: string;
    readonly threshold: number;
    readonly unit: string;
    /** The boundary at or above the threshold. */
    readonly judgedAt: number;
    /** The next below; null where the threshold is a boundary. */
    readonly below: number | null;
    readonly boundaries: readonly number[];
    readonly adjustable: boolean;
  } | null;
}
