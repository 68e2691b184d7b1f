/**
 * The few boundaries of the system, as the loop needs them. Each has two implementations: the real one and the lab's.
 * Every method may throw; a throw never means that traffic should move.
 */

import type { Freshness, History, Inspection, Reading, Revision, Service, Split } from './decide/observation.ts';
import type { PolicyEvent } from './policy/event.ts';
import type { MetricsSource, Objective, PolicyKey, ServiceRef } from './policy/policy.ts';
import type { Status } from './policy/status.ts';
import type { StoredPolicy } from './policy/stored.ts';

/** The world's time, which in the lab runs faster than the wall's. */
export interface Clock {
  nowMs(): number;
  /** Resolves after `lengthMs` of this clock's time; rejects with the signal's reason when aborted. */
  sleep(lengthMs: number, signal?: AbortSignal): Promise<void>;
}

/** Cloud Run services and their revisions. null: it does not exist. */
export interface Services {
  /** As of the last list of its project and region, up to 30 s old: enough while nothing is going on. */
  glance(ref: ServiceRef): Promise<Service | null>;
  /** As it is now. */
  read(ref: ServiceRef): Promise<Service | null>;
  revision(ref: ServiceRef, name: string): Promise<Revision | null>;
  /**
   * Replaces the traffic by named revisions whose percents sum to 100, keeping `tags` (revision and tag pairs at 0 %).
   * Throws Conflict when the etag is no longer current, OutcomeUnknown when it may or may not have been applied.
   */
  setTraffic(ref: ServiceRef, split: Split, tags: readonly TagTarget[], etag: string): Promise<void>;
}

export interface TagTarget {
  readonly revision: string | null;
  readonly tag: string;
}

/** Counts, wherever they come from. An answer that cannot be had is a Reading of kind Unknown, not a throw. */
export interface Metrics {
  /** How far an objective's samples reach, and how far apart they come. */
  freshness(asked: Asked, nowMs: number): Promise<Freshness | MetricsFailure>;
  /** A dry run: can the objective be measured at all? */
  inspect(asked: Asked, nowMs: number): Promise<Inspection | MetricsFailure>;
  /** Counts per revision over (fromMs, toMs]. */
  counts(question: CountsQuestion): Promise<Reading>;
  /** The given revision's counts in ticks of `tickMs` up to `toMs`, oldest first; a tick without samples counts nothing. */
  history(question: HistoryQuestion): Promise<History | MetricsFailure>;
}

export interface Asked {
  readonly source: MetricsSource;
  readonly service: ServiceRef;
  /** The label that names the revision in the app's own metrics. */
  readonly revisionLabel: string;
  readonly objective: Objective;
}

export interface CountsQuestion extends Asked {
  readonly fromMs: number;
  readonly toMs: number;
  /** How far apart the samples come, at least 15 s. */
  readonly tickMs: number;
  /** When the revisions that matter were created: the first signs of one that is too young to have had an earlier life count. */
  readonly createdAtMs: Readonly<Record<string, number>>;
}

export interface HistoryQuestion extends Asked {
  readonly revision: string;
  readonly toMs: number;
  readonly lengthMs: number;
  readonly tickMs: number;
}

export interface MetricsFailure {
  readonly kind: 'Unknown';
  readonly reason: 'ProviderError' | 'RateLimited' | 'Stale';
  readonly message: string;
}

/** SLOPolicies as the cluster holds them. */
export interface Policies {
  /** From the cache; undefined: gone. */
  get(key: PolicyKey): StoredPolicy | undefined;
  list(): readonly StoredPolicy[];
  /** Writes the whole status that this operator owns. */
  writeStatus(key: PolicyKey, status: Status): Promise<void>;
  /** Takes obeyed annotations away. */
  removeAnnotations(key: PolicyKey, names: readonly string[]): Promise<void>;
  /** Tells people; never fails a reconcile. */
  event(key: PolicyKey, event: PolicyEvent): Promise<void>;
}

/** Whether this process may still write: what a lease cannot promise to Google's APIs by itself. */
export interface Fence {
  /** Throws when the lease's deadline has passed on the monotonic clock. */
  check(): void;
}

/** The resource changed since it was read. */
export class Conflict extends Error {}
/** The write may or may not have been applied; read again before doing anything. */
export class OutcomeUnknown extends Error {}
/** Refused in a way that trying again cannot cure: permissions, an invalid request. */
export class Refused extends Error {}
/** The dependency failed in a passing way. */
export class Unavailable extends Error {}
