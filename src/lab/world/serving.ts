/** One second of one service's traffic. */
import { rpsAt, type Scheduled, strainOn } from '../../scenario/events.ts';
import type { Random } from '../../scenario/random.ts';
import type { Limits } from './fleet.ts';
import type { Revision } from './revision.ts';
import type { Service } from './service.ts';

export interface Demand {
  readonly rps: number;
  /** 0: the service has no WebSockets. */
  readonly connectionsPerRequest: number;
}

const stepMs = 1000;

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
  let assigned = 0;
  for (const revision of service.revisions.values()) {
    if (revision.state !== 'Ready') continue;
    const percent = split.get(revision.name) ?? 0;
    assigned += percent;
    const ownRps = (rps * percent) / 100;
    const conditions = revision.conditions(
      startMs,
      strainOn(revision.name, events, startMs),
      ownRps,
      demand.connectionsPerRequest,
    );
    revision.fleet.step(nowMs, revision.random.poisson(ownRps), conditions, limitsOf(service, revision, percent));
  }
  return random.poisson((rps * (100 - assigned)) / 100);
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
