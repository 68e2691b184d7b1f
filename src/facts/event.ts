/** What is told to people as a Kubernetes event; a warning is also a page. */
import type { Reason } from './reason.ts';

export interface PolicyEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly action: string;
  readonly message: string;
  /** What it tells of, where that happens but once: whoever tells it again, in other words or after a crash, adds nothing. */
  readonly once?: string;
}
