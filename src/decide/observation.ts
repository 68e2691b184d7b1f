/**
 * What a reconcile knows of the world: facts gathered by adapters, judged by nobody yet. Everything here is plain data,
 * so that the lab, a recording and Google's APIs can all supply it.
 */
import type { ServiceRef } from '../policy/policy.ts';
import type { Share } from '../policy/status.ts';

/** One line of a service's traffic, as it was asked for. `revision` is the short name; null means LATEST. */
export interface TrafficTarget {
  readonly revision: string | null;
  readonly percent: number;
  readonly tag?: string;
}

export interface Service {
  readonly ref: ServiceRef;
  readonly uid: string;
  readonly etag: string;
  /** Cloud Run has finished with the last change. */
  readonly settled: boolean;
  /** The traffic as asked for; while `settled` is false it may not serve like that yet. */
  readonly traffic: readonly TrafficTarget[];
  /** Short names; null before the first revision. */
  readonly latestCreated: string | null;
  readonly latestReady: string | null;
  /** Of the service, which its revisions share by their traffic; no maximum: each revision has its own. */
  readonly scaling:
    | { readonly mode: 'Automatic'; readonly maxInstances: number | null }
    | { readonly mode: 'Manual'; readonly instances: number };
  /** Shown to people, never used to claim a change. */
  readonly lastModifier: string;
}

export interface Revision {
  readonly name: string;
  readonly createdAtMs: number;
  readonly ready: 'True' | 'False' | 'Unknown';
  /** Cloud Run's own words when it is not ready. */
  readonly message: string;
}

export interface Tally {
  readonly bad: number;
  readonly total: number;
}

export type UnknownReason =
  | 'NoTraffic'
  | 'InsufficientSamples'
  | 'Stale'
  | 'ProviderError'
  | 'RateLimited'
  | 'Ambiguous'
  | 'NotAttributable';

/** One objective's counts per revision over the data-time window (fromMs, toMs], or why there are none. */
export type Reading =
  | {
      readonly kind: 'Counts';
      readonly objective: string;
      readonly fromMs: number;
      readonly toMs: number;
      /** How far apart its samples come, at least 15 s. */
      readonly tickMs: number;
      /** A revision that is missing showed no sample at all. */
      readonly byRevision: Readonly<Record<string, Tally>>;
      /**
       * Of a latency whose threshold lies between two boundaries of the histogram: the same at the boundary below. What is
       * bad in `byRevision` is slower than the boundary above.
       */
      readonly below?: Readonly<Record<string, Tally>>;
    }
  | { readonly kind: 'Unknown'; readonly objective: string; readonly reason: UnknownReason; readonly message: string };

/** The stable's past, tick by tick, from which its usual rate and its noise are learnt. */
export interface History {
  readonly objective: string;
  readonly ticks: readonly Tally[];
  readonly tickMs: number;
}

/** Up to when an objective's samples are known to be complete, and how far apart they come. */
export interface Freshness {
  readonly newestMs: number | null;
  readonly intervalMs: number;
}

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

export interface Observation {
  /** null: Cloud Run says that there is no such service. */
  readonly service: Service | null;
  /** The revisions that were looked at, by short name; null: it does not exist (any more). */
  readonly revisions: Readonly<Record<string, Revision | null>>;
  /** By objective; one that could not be asked is missing. Nothing was asked where it is empty. */
  readonly freshness: Readonly<Record<string, Freshness>>;
  readonly readings: readonly Reading[];
  readonly history: readonly History[];
  /** By objective, where a dry run was asked for and answered. */
  readonly inspections: Readonly<Record<string, Inspection>> | null;
}

export type Split = readonly Share[];
