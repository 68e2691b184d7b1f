/** What the loop is wired to. */
import type { Repertoire } from '../decide/repertoire.ts';
import type { Clock, Fence } from '../ports/clock.ts';
import type { Kept } from '../ports/kept.ts';
import type { Logs } from '../ports/logs.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Policies } from '../ports/policies.ts';
import type { Services } from '../ports/services.ts';
import type { Claims } from './claims.ts';
import type { Listener } from './pass.ts';
import type { Unreported } from './unreported.ts';

export interface Wiring {
  readonly clock: Clock;
  readonly services: Services;
  readonly metrics: Metrics;
  readonly logs: Logs;
  readonly policies: Policies;
  readonly kept: Kept;
  readonly fence: Fence;
  readonly claims: Claims;
  readonly repertoire: Repertoire;
  readonly unreported: Unreported;
  /** Told of every pass, in this order. */
  readonly listeners: readonly Listener[];
}
