/**
 * A policy as the rest of the program sees it: parsed, defaulted, durations in milliseconds, targets as fractions.
 * Parsing happens once, at the door (parse.ts); nothing behind it checks a field again.
 */

import type { Resource } from '../facts/saturation.ts';
import type { ServiceRef } from '../facts/service.ts';
import type { Counter, RatioCounters, Reading } from '../promql/counters/model.ts';
import type { ConnectionLimit } from './connections.ts';

export interface PolicyKey {
  readonly namespace: string;
  readonly name: string;
}

export interface Policy {
  readonly key: PolicyKey;
  readonly uid: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly service: ServiceRef;
  /** Observe judges and says what it would do; it writes nothing to Cloud Run. */
  readonly mode: 'Enforce' | 'Observe';
  /** Which targets were meant, where objectives have one for each tier; null: none is named. */
  readonly tier: string | null;
  /** Over how long an error budget goes. */
  readonly window: BudgetWindow;
  readonly metrics: MetricsSource;
  /** The label that names the revision in the app's own metrics. */
  readonly revisionLabel: string;
  /** Those by which revisions are judged: 1 to 20, names unique; none in what is left of a policy that cannot be obeyed. */
  readonly objectives: readonly Objective[];
  /** Those that are only watched; no revision is judged by them. */
  readonly watched: readonly WatchedObjective[];
  /** Those of something that names no revision: they have a budget and alerts, and nothing is judged by them. */
  readonly shared: readonly SharedObjective[];
  readonly rollout: RolloutPolicy;
  /** What happens to rollouts when the error budget is spent: each action once at most. */
  readonly errorBudgetPolicy: readonly BudgetRule[];
  readonly generate: GeneratedKept;
  readonly tuning: TuningPolicy;
  readonly requests: Requests;
  /** The address of a postmortem, as an annotation of the policy gives it. */
  readonly postmortem: string | null;
  /** What is wrong with the newest edit, where this is what could be obeyed before it: no rollout begins by it. */
  readonly invalidEdit?: string;
}

/** Nothing can be judged by it: after a restart no more is known of a policy that cannot be obeyed. */
export const isUnguided = ({ objectives }: Policy): boolean => objectives.length === 0;

export type MetricsSource =
  | { readonly type: 'GoogleManagedPrometheus'; readonly project: string }
  /** `auth` null: it asks for no credentials. */
  | { readonly type: 'Prometheus'; readonly address: string; readonly auth: PrometheusAuth | null };

export type PrometheusAuth =
  | { readonly kind: 'Bearer'; readonly credentials: SecretKey }
  | { readonly kind: 'Basic'; readonly username: SecretKey; readonly password: SecretKey };

/** Where a secret value is kept: one key of a Kubernetes Secret in the policy's own namespace. */
export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

export interface Objective {
  readonly name: string;
  /** The share of bad events the SLO allows, 0..1: 99.9 % is 0.001. */
  readonly allowedBadFraction: number;
  /** false: shown, never convicts and never holds a promotion. */
  readonly gate: boolean;
  readonly indicator: Indicator;
  /** So long is a slice, where its budget counts good slices; null: it counts good events. */
  readonly timeSliceMs: number | null;
  /** How its ratio was understood; missing where there is nothing to understand. */
  readonly reading?: Reading;
}

/** How many minutes the instances may be too full of something; how full is too full, the tuning says. */
export interface WatchedObjective {
  readonly name: string;
  readonly resource: Resource;
  /** The share of bad minutes that is allowed, 0..1. */
  readonly allowedBadFraction: number;
}

/** Bad events for each event of something that all revisions share, as a database is. */
export interface SharedObjective {
  readonly name: string;
  /** The share of bad events that is allowed, 0..1. */
  readonly allowedBadFraction: number;
  readonly counters: RatioCounters;
  /** As of an objective that is judged. */
  readonly timeSliceMs: number | null;
}

/** The last so many milliseconds, whole days; or what has gone by of a month or quarter, by the time zone's midnight. */
export type BudgetWindow =
  | { readonly kind: 'Rolling'; readonly lengthMs: number }
  | { readonly kind: 'Calendar'; readonly period: 'Month' | 'Quarter'; readonly timeZone: string };

/** Of the budget of any objective, with the distance between the two that keeps it from coming and going. */
export interface BudgetRule {
  readonly whenRemainingBelowPercent: number;
  readonly action: 'Slow' | 'Freeze' | 'RequirePostmortem';
  readonly liftAbovePercent: number;
}

/** What the operator keeps up to date in the cluster; null: not that. */
export interface GeneratedKept {
  readonly rules: 'GlobalRules' | 'PrometheusRule' | null;
  readonly runbookUrl: string | null;
}

export type Indicator =
  /** Cloud Run's request count; 5xx are bad. */
  | { readonly kind: 'Requests' }
  /** A request slower than the threshold is bad, by the app's own histogram, or by Cloud Run's latencies (null). */
  | {
      readonly kind: 'Latency';
      readonly percentile: number;
      readonly thresholdMs: number;
      readonly histogram: AppHistogram | null;
      /** Requests of these paths do not count; only of the app's own histogram, whose label for them the source knows. */
      readonly excludePaths: readonly string[];
    }
  /** The app's own counters. */
  | ({ readonly kind: 'Ratio' } & RatioCounters);

/** Classic buckets, whatever their `le`, or one native histogram. */
export interface AppHistogram {
  readonly counter: Counter;
  /** What one unit of its boundaries is in milliseconds; null: neither declared nor told by its name. */
  readonly unitMs: number | null;
  /** Only usual for such a name, or not told at all: the boundaries decide. */
  readonly unitInDoubt?: true;
  readonly native?: true;
}

/**
 * How bad events come about, which is how they are judged. Errors: each event is good or bad. Latency: the same, of a
 * distribution's tail. Rate: bad events for each of something else, of which there may be several.
 */
export type EventKind = 'Errors' | 'Latency' | 'Rate';

export function eventKind(indicator: Indicator): EventKind {
  if (indicator.kind === 'Latency') return 'Latency';
  return indicator.kind === 'Ratio' && indicator.events === 'Rate' ? 'Rate' : 'Errors';
}

export interface RolloutPolicy {
  readonly profile: 'Fast' | 'Balanced' | 'Careful';
  /** A fixed ladder, rising integers 1..99, or null for the derived one. */
  readonly stepsPercent: readonly number[] | null;
  readonly onInconclusive: 'Promote' | 'Hold' | 'Rollback';
  readonly onMetricsOutage: 'Hold' | 'Withdraw';
  readonly maxBakeMs: number;
  readonly guardWindowMs: number;
  readonly warmupMs: number;
  /** Not declared: twice the soak and half the steps, while the error budget asks for it. */
  readonly slowed?: true;
}

export interface TuningPolicy {
  readonly mode: 'Off' | 'Recommend' | 'ServiceLevel' | 'Auto';
  /** Of the instance at the 95th percentile, sustained for 5 min: 0 to 1. */
  readonly maxSaturation: number;
  /** null: not written. Such a bound never lowers anything. */
  readonly maxInstances: Bounds | null;
  readonly minInstances: Bounds | null;
  readonly concurrency: Bounds | null;
  readonly scalingTargetsPercent: Bounds | null;
  /** What all instances connect to; none: there is nothing. null: nothing is said of it. */
  readonly connections: readonly ConnectionLimit[] | null;
}

/** Within what a lever may be set; an end that is missing was not written. */
export interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** What people ask of a policy by annotation; each names a revision, but for paused, which gives a reason. */
export interface Requests {
  readonly paused: string | null;
  readonly promote: string | null;
  readonly abort: string | null;
  readonly retry: string | null;
}

export const keyText = (key: PolicyKey): string => `${key.namespace}/${key.name}`;

/** The inverse of keyText: names cannot contain a slash. */
export function parseKey(key: string): PolicyKey {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
