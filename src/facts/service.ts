/** A Cloud Run service as it was read. */
import { namedSplit, type Split, type TrafficTarget } from './split.ts';

export interface ServiceRef {
  readonly project: string;
  readonly region: string;
  readonly name: string;
}

/**
 * What LATEST stands for: to pin it is to move no traffic. Cloud Run may still be on the way to the newest ready revision,
 * and where it names the one that serves until then, a pin is in time for the newest to be judged. Where it names none, LATEST
 * means the newest that is ready by its own word: what the service says of that may stay behind while a person's change to
 * LATEST is under way, and a pin to it would take that back.
 */
export const latestOf = ({ latestServes, latestReady }: Pick<Service, 'latestServes' | 'latestReady'>): string | null =>
  latestServes ?? latestReady;

/** Who serves how much, LATEST by its name; null: nobody knows. */
export function servedSplit(service: Pick<Service, 'traffic' | 'latestServes' | 'latestReady'>): Split | null {
  const latest = latestOf(service);
  const named = service.traffic.map((target) => ({ ...target, revision: target.revision ?? latest }));
  return namedSplit(named.length > 0 ? named : [{ revision: latest, percent: 100 }]);
}

export const serviceText = (ref: ServiceRef): string =>
  `projects/${ref.project}/locations/${ref.region}/services/${ref.name}`;

export interface Service {
  readonly ref: ServiceRef;
  readonly uid: string;
  readonly etag: string;
  /** Rises by one with every change that somebody asks for. */
  readonly generation: number;
  /** Cloud Run has finished with the last change. */
  readonly settled: boolean;
  /** The traffic as asked for; while `settled` is false it may not serve like that yet. */
  readonly traffic: readonly TrafficTarget[];
  /** Short names; null before the first revision. */
  readonly latestCreated: string | null;
  /**
   * The newest that is ready: as the service says it, which may lag behind a revision without traffic, until the newest
   * revision's own word is known, too.
   */
  readonly latestReady: string | null;
  /** The revision that LATEST stands for in what serves now; null: nothing follows LATEST there, or it is not said. */
  readonly latestServes: string | null;
  /** Of the service, which its revisions share by their traffic; no maximum: each revision has its own. */
  readonly scaling:
    | { readonly mode: 'Automatic'; readonly maxInstances: number | null }
    | { readonly mode: 'Manual'; readonly instances: number };
  /** Shown to people, never used to claim a change. */
  readonly lastModifier: string;
  /** Why rollouts may begin although the error budget is spent, as somebody wrote it on the service. */
  readonly freezeExempt?: string;
}

/** Of the service as a whole; null: each revision has its own, or the instances are counted by hand. */
export const maxInstancesOf = ({ scaling }: Service): number | null =>
  scaling.mode === 'Automatic' ? scaling.maxInstances : null;
