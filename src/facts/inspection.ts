/** What a dry run of an objective's query found. */
export interface Inspection {
  readonly problem: {
    readonly reason: 'InvalidQuery' | 'NoSeries' | 'NoRevisionLabel' | 'NoBoundary';
    readonly message: string;
  } | null;
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
