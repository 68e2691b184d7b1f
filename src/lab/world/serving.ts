/** One second of one service's traffic. */
import { rpsAt, type Scheduled, type Strain, strainOn } from '../../scenario/events.ts';
import type { Random } from '../../scenario/random.ts';
import type { Unease, Unrest } from '../../scenario/unrest.ts';
import type { Limits } from './fleet.ts';
import type { Revision } from './revision.ts';
import type { Service } from './service.ts';
import { stepMs } from './step.ts';

export interface Demand {
  readonly rps: number;
  /** 0: the service has no WebSockets. */
  readonly connectionsPerRequest: number;
  /** What all instances connect to; null: nothing that has a limit. */
  readonly connections: Connections | null;
  /** Whether each request asks for a connection to a database. */
  readonly hasDatabase: boolean;
  readonly unrest: Unrest;
}

/** A database, say: the most connections that it takes, and what each instance opens. */
export interface Connections {
  readonly max: number;
  readonly perInstance: number;
}

/**
 * Serves the second that ends at `nowMs`; returns how many requests met no ready revision. Arrivals are a Poisson process
 * split by the revisions' shares: independent ones.
 */
export function serveSecond(
  service: Service,
  nowMs: number,
  demand: Demand,
  events: readonly Scheduled[],
  random: Random,
): number {
  const startMs = nowMs - stepMs;
  const rps = rpsAt(demand.rps, events, startMs);
  const split = service.routes.split();
  const lostFraction = unconnected(service, nowMs, demand.connections);
  let assigned = 0;
  for (const revision of service.revisions.values()) {
    if (revision.state !== 'Ready') continue;
    const percent = split.get(revision.name) ?? 0;
    assigned += percent;
    const ownRps = (rps * percent) / 100;
    const strain = withUnease(strainOn(revision.name, events, startMs), demand.unrest.on(revision.name, startMs));
    const conditions = revision.conditions(startMs, strain, {
      rps: ownRps,
      connectionsPerRequest: demand.connectionsPerRequest,
      lostFraction,
      hasDatabase: demand.hasDatabase,
    });
    revision.fleet.step(nowMs, revision.random.poisson(ownRps), conditions, limitsOf(service, revision, percent));
  }
  return random.poisson((rps * (100 - assigned)) / 100);
}

const withUnease = (strain: Strain, { errorPercent, latencyFactor }: Unease): Strain => ({
  ...strain,
  errorPercent: strain.errorPercent + errorPercent,
  latencyFactor: strain.latencyFactor * latencyFactor,
});

/** The part of the requests that meet an instance without its connections, whichever revision it runs. */
function unconnected({ revisions }: Service, nowMs: number, connections: Connections | null): number {
  if (connections === null) return 0;
  const instances = [...revisions.values()].reduce((sum, { fleet }) => sum + fleet.ready(nowMs).length, 0);
  return Math.max(0, 1 - connections.max / (instances * connections.perInstance));
}

/** Service-level counts are divided by the traffic's shares; a revision with any share may have at least one instance. */
function limitsOf({ spec }: Service, { resources }: Revision, percent: number): Limits {
  const { manualInstances, minInstances, maxInstances } = spec.scaling;
  const part = (instances: number) => Math.round((instances * percent) / 100);
  if (manualInstances !== null) return { min: part(manualInstances), max: part(manualInstances) };
  const most = maxInstances === 0 || percent === 0 ? resources.maxInstances : Math.max(1, part(maxInstances));
  const least = Math.max(part(minInstances), percent > 0 ? resources.minInstances : 0);
  const max = Math.min(most, resources.maxInstances);
  return { min: Math.min(least, max), max };
}
