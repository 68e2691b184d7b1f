/** A revision as Cloud Run tells of it. */
export interface Revision {
  readonly name: string;
  readonly createdAtMs: number;
  readonly ready: 'True' | 'False' | 'Unknown';
  /** Cloud Run's own words when it is not ready. */
  readonly message: string;
}
