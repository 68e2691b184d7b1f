/**
 * What nobody outside of Google knows of Cloud Run, and what has been seen both ways: whoever relies on it has to be right
 * either way, so a lab can be had either way.
 */
export interface Manners {
  /** Whether a write under a stale or an invented etag is refused, or done all the same. */
  readonly etags: 'Checked' | 'Ignored';
  /**
   * Whether `latestReadyRevision` follows a new revision as soon as that is ready, or lags behind until the revision has
   * traffic.
   */
  readonly latestReady: 'Follows' | 'Lags';
}

export const usualManners: Manners = { etags: 'Checked', latestReady: 'Follows' };
