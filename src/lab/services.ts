/** The loop's view of the simulated services, without HTTP between: what Cloud Run's own client would send, and what it would say. */
import { wholeTraffic } from '../cloudrun/traffic.ts';
import type { Change } from '../facts/change.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service as ServiceFacts, ServiceRef } from '../facts/service.ts';
import { tagsOf } from '../facts/split.ts';
import { Conflict, Refused } from '../ports/errors.ts';
import type { Services } from '../ports/services.ts';
import { Refusal } from './world/refusal.ts';
import type { Service } from './world/service.ts';
import type { World } from './world.ts';

export class LabServices implements Services {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  glance(ref: ServiceRef): Promise<ServiceFacts | null> {
    return this.read(ref);
  }

  async read(ref: ServiceRef): Promise<ServiceFacts | null> {
    const service = this.#world.find(ref);
    return service === undefined ? null : factsOf(service);
  }

  async revision(ref: ServiceRef, name: string): Promise<Revision | null> {
    const revision = this.#world.find(ref)?.revisions.get(name);
    if (revision === undefined) return null;
    const ready = ({ Ready: 'True', Failed: 'False', Starting: 'Unknown' } as const)[revision.state];
    return { name, createdAtMs: revision.createdMs, ready, message: revision.message };
  }

  async write(ref: ServiceRef, { split }: Change, { etag, traffic: before }: ServiceFacts): Promise<void> {
    const traffic = wholeTraffic(split, tagsOf(before));
    if (etag === '') throw new Refused(`The traffic of ${ref.name} is not written without knowing its etag.`);
    const service = this.#world.find(ref);
    if (service === undefined) throw new Conflict(`There is no service ${ref.name} any more.`);
    const body = { traffic: traffic.map((target) => ({ ...target })) };
    try {
      service.update({ ...service.spec, traffic }, etag, { by: 'operator', body, atMs: this.#world.nowMs });
    } catch (error) {
      throw translated(error);
    }
  }
}

function factsOf(service: Service): ServiceFacts {
  const { ref, uid, etag, generation, spec, lastModifier, routes } = service;
  const { manualInstances, maxInstances } = spec.scaling;
  return {
    ref,
    uid,
    etag,
    generation,
    settled: !routes.reconciling,
    traffic: spec.traffic,
    latestCreated: service.latestCreated.name,
    latestReady: service.latestReady.name,
    latestServes: routes.served.some(({ revision }) => revision === null) ? routes.latest : null,
    scaling:
      manualInstances === null
        ? { mode: 'Automatic', maxInstances: maxInstances || null }
        : { mode: 'Manual', instances: manualInstances },
    lastModifier,
  };
}

function translated(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const Kind = error.code === 'ABORTED' ? Conflict : Refused;
  return new Kind(error.message, { cause: error });
}
