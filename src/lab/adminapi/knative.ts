/** The Admin API v1, as far as it tells what v2 does not: which code a revision runs. */
import { iso } from '../../facts/time.ts';
import type { JsonObject } from '../world/json.ts';
import { Refusal } from '../world/refusal.ts';
import type { Revision } from '../world/revision.ts';
import type { Service } from '../world/service.ts';
import type { World } from '../world.ts';

const revisionPath = /^\/namespaces\/(?<project>[^/]+)\/revisions\/(?<name>[^/]+)$/;

export class KnativeApi {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** `path`: below `/apis/serving.knative.dev/v1`. Throws Refusal. */
  answer(method: string, path: string): JsonObject {
    const { project, name } = revisionPath.exec(path)?.groups ?? {};
    if (name === undefined || method !== 'GET')
      throw new Refusal('UNIMPLEMENTED', `The lab does not do ${method} ${path}`);
    for (const service of this.#world.services) {
      const revision = service.revisions.get(decodeURIComponent(name));
      if (service.ref.project === decodeURIComponent(project!) && revision !== undefined)
        return shown(service, revision);
    }
    throw new Refusal('NOT_FOUND', `Resource '${name}' of kind 'REVISION' in project '${project}' does not exist.`);
  }
}

function shown({ ref }: Service, revision: Revision): JsonObject {
  const { name, uid, createdMs, resources, template, imageDigest, state, message } = revision;
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Revision',
    metadata: {
      name,
      namespace: ref.project,
      uid,
      generation: 1,
      creationTimestamp: iso(createdMs),
      labels: { 'serving.knative.dev/service': ref.name, 'cloud.googleapis.com/location': ref.region },
    },
    spec: { containerConcurrency: resources.concurrency, containers: template.containers ?? [] },
    status: { imageDigest, conditions: [readiness(state, message)] },
  };
}

const readiness = (state: Revision['state'], message: string): JsonObject => ({
  type: 'Ready',
  status: { Ready: 'True', Failed: 'False', Starting: 'Unknown' }[state],
  ...(message !== '' && { message }),
});
