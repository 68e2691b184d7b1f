/** The loop's view of the simulated services, without HTTP between: what Cloud Run's own client would send, and what it would say. */
import { masked } from '../cloudrun/masked.ts';
import { targetsOf } from '../cloudrun/settings.ts';
import { settingsProblem, templatePatch } from '../cloudrun/template.ts';
import { wholeTraffic } from '../cloudrun/traffic.ts';
import type { Change, ScalingChange, TemplateChange } from '../facts/change.ts';
import { record } from '../facts/json.ts';
import type { Revision } from '../facts/revision.ts';
import type { Service as ServiceFacts, ServiceRef } from '../facts/service.ts';
import type { ScalingTargets, Settings } from '../facts/settings.ts';
import { type TrafficTarget, tagsOf } from '../facts/split.ts';
import { exemptAnnotation } from '../policy/api.ts';
import { Conflict, QuotaExceeded, Refused, TargetsNotSettable } from '../ports/errors.ts';
import type { Services } from '../ports/services.ts';
import { merged } from './adminapi/accept.ts';
import { serviceJson } from './adminapi/show.ts';
import type { JsonObject } from './world/json.ts';
import { Refusal } from './world/refusal.ts';
import type { Revision as LabRevision } from './world/revision.ts';
import type { Service } from './world/service.ts';
import type { Spec } from './world/spec.ts';
import { imageOf, maxInstancesIn } from './world/template.ts';
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
    const revision = this.#revision(ref, name);
    if (revision === undefined) return null;
    const ready = ({ Ready: 'True', Failed: 'False', Starting: 'Unknown' } as const)[revision.state];
    const { createdMs: createdAtMs, message, template } = revision;
    const settings = settingsOf(revision);
    return { name, createdAtMs, ready, message, settings, ...exemptBy(template.annotations) };
  }

  async targets(ref: ServiceRef, name: string): Promise<ScalingTargets | null> {
    const revision = this.#revision(ref, name);
    return revision === undefined ? null : targetsOf({ scaling: revision.template.scaling });
  }

  async digest(ref: ServiceRef, name: string): Promise<string | null> {
    return this.#revision(ref, name)?.imageDigest.split('@').at(-1) ?? null;
  }

  async write(ref: ServiceRef, change: Change, seen: ServiceFacts): Promise<void> {
    if (seen.etag === '') throw new Refused(`${ref.name} is not written to without knowing its etag.`);
    const body = bodyOf(change, seen);
    const service = this.#world.find(ref);
    if (service === undefined) throw new Conflict(`There is no service ${ref.name} any more.`);
    try {
      const { wanted, sent } = body(service);
      service.update(wanted, seen.etag, { by: 'operator', body: sent, atMs: this.#world.nowMs });
    } catch (error) {
      throw translated(error);
    }
  }

  #revision(ref: ServiceRef, name: string): LabRevision | undefined {
    return this.#world.find(ref)?.revisions.get(name);
  }
}

/** What a change makes of a service, and the request that asks for it. */
type Request = (service: Service) => { readonly wanted: Spec; readonly sent: JsonObject };

function bodyOf(change: Change, seen: ServiceFacts): Request {
  switch (change.kind) {
    case 'Traffic':
      return withTraffic(wholeTraffic(change.split, tagsOf(seen.traffic)));
    case 'Scaling':
      return withMaximum(change, seen);
    case 'Template':
      return withTemplate(change, seen);
  }
}

const withTraffic =
  (traffic: readonly TrafficTarget[]): Request =>
  ({ spec }) => ({ wanted: { ...spec, traffic }, sent: { traffic: traffic.map((target) => ({ ...target })) } });

function withMaximum(change: ScalingChange, seen: ServiceFacts): Request {
  const { maxInstanceCount } = masked(change, seen).fields.scaling!;
  const sent = { scaling: { maxInstanceCount: maxInstanceCount! } };
  return ({ spec }) => ({ wanted: merged(spec, sent, ['scaling.maxInstanceCount']), sent });
}

/** From the newest template, under the name that the change says; Conflict where there is a newer one. */
function withTemplate(change: TemplateChange, { ref, etag }: ServiceFacts): Request {
  const problem = settingsProblem(change.set);
  if (problem) throw new Refused(`The template of ${ref.name} is not written: ${problem}.`);
  return (service) => {
    if (service.latestCreated.name !== change.from || service.etag !== etag)
      throw new Conflict(`The template of ${ref.name} was not written: it was changed meanwhile.`);
    const { mask, body } = templatePatch(serviceJson(service), change);
    const sent = body as JsonObject;
    return { wanted: merged(service.spec, sent, mask), sent };
  };
}

function settingsOf({ resources, template }: LabRevision): Settings {
  const { concurrency, minInstances, cpus, memoryMib } = resources;
  const maxInstances = maxInstancesIn(template) || null;
  return { concurrency, maxInstances, minInstances, cpus, memoryMib, image: imageOf(template) };
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
    ...exemptBy(spec.annotations),
  };
}

function exemptBy(annotations: unknown): { readonly freezeExempt?: string } {
  const reason = record(annotations)[exemptAnnotation];
  return typeof reason === 'string' && reason !== '' ? { freezeExempt: reason } : {};
}

function translated(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const { code, message } = error;
  const options = { cause: error };
  if (code === 'ABORTED') return new Conflict(message, options);
  const [, bearable] = /max instances must be set to (\d+) or fewer/i.exec(message) ?? [];
  if (bearable !== undefined) return new QuotaExceeded(message, Number(bearable), options);
  return /Utilization/.test(message) ? new TargetsNotSettable(message, options) : new Refused(message, options);
}
