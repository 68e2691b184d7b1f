/** A revision as Cloud Run tells of it. */
import type { Settings } from './settings.ts';

export interface Revision {
  readonly name: string;
  readonly createdAtMs: number;
  readonly ready: 'True' | 'False' | 'Unknown';
  /** Cloud Run's own words when it is not ready. */
  readonly message: string;
  /** Missing where only what it did is known. */
  readonly settings?: Settings;
  /** Why its rollout may begin although the error budget is spent, as somebody wrote it on the revision. */
  readonly freezeExempt?: string;
}
