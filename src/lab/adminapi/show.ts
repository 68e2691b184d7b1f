/** Services, revisions and operations as the Admin API v2 shows them; enums by name. */
import { type ServiceRef, serviceText } from '../../facts/service.ts';
import { iso } from '../../facts/time.ts';
import type { JsonObject } from '../world/json.ts';
import type { Revision } from '../world/revision.ts';
import type { Service } from '../world/service.ts';
import type { Operation } from '../world/spec.ts';
import { resourcesOf } from '../world/template.ts';
import { jsonOf, targetJson } from './accept.ts';

const messageTypes = 'type.googleapis.com/google.cloud.run.v2';

export function serviceJson(service: Service): JsonObject {
  const name = serviceText(service.ref);
  const url = urlOf(service);
  const terminal = condition('Ready', service.updatedMs, stateOf(service), service.trouble ?? '');
  return {
    ...jsonOf(service.spec),
    name,
    uid: service.uid,
    generation: String(service.generation),
    observedGeneration: String(service.routes.observedGeneration),
    createTime: iso(service.createdMs),
    updateTime: iso(service.updatedMs),
    creator: service.creator,
    lastModifier: service.lastModifier,
    latestReadyRevision: `${name}/revisions/${service.latestReady.name}`,
    latestCreatedRevision: `${name}/revisions/${service.latestCreated.name}`,
    trafficStatuses: service.routes.served.map((target) => ({
      ...targetJson(target),
      revision: target.revision ?? service.routes.latest ?? '',
      ...(target.tag !== undefined && { uri: url.replace('https://', `https://${target.tag}---`) }),
    })),
    terminalCondition: service.trouble === null ? terminal : { ...terminal, reason: 'REVISION_FAILED' },
    conditions: [
      condition('RoutesReady', service.updatedMs, routesState(service), service.routes.trouble ?? ''),
      condition('ConfigurationsReady', service.updatedMs, revisionState(service.latestCreated)),
    ],
    uri: url,
    urls: [url],
    reconciling: service.routes.reconciling,
    etag: service.etag,
  };
}

export function revisionJson(service: Service, revision: Revision): JsonObject {
  const { revision: _, healthCheckDisabled: __, ...template } = revision.template;
  const changedMs = revision.state === 'Starting' ? revision.createdMs : revision.resolvedMs;
  const ready = condition('Ready', changedMs, revisionState(revision), revision.message);
  const isRetired = revision.state === 'Ready' && !service.routes.split().has(revision.name);
  return {
    ...template,
    maxInstanceRequestConcurrency: resourcesOf(revision.template).concurrency,
    name: `${serviceText(service.ref)}/revisions/${revision.name}`,
    uid: revision.uid,
    generation: '1',
    observedGeneration: '1',
    service: service.ref.name,
    createTime: iso(revision.createdMs),
    updateTime: iso(changedMs),
    creator: revision.creator,
    launchStage: 'GA',
    conditions: [{ ...ready, ...reasonOf(revision, isRetired) }, ...(isRetired ? [notActive(changedMs)] : [])],
    reconciling: revision.state === 'Starting',
    etag: `"${revision.uid.slice(0, 8)}"`,
  };
}

function reasonOf({ state }: Revision, isRetired: boolean): JsonObject {
  if (state === 'Failed') return { revisionReason: 'HEALTH_CHECK_CONTAINER_ERROR' };
  return isRetired ? { revisionReason: 'RETIRED' } : {};
}

/** Without traffic a revision is ready and not active: a failed condition that is no failure. */
const notActive = (atMs: number): JsonObject => ({
  ...condition('Active', atMs, 'FAILED', 'Revision retired.'),
  severity: 'INFO',
  revisionReason: 'RETIRED',
});

/** `about` is what the operation changes, as it is now. */
export function operationJson(operation: Operation, kind: 'Service' | 'Revision', about: JsonObject): JsonObject {
  const typed = { '@type': `${messageTypes}.${kind}`, ...about };
  const { error, done } = operation;
  return {
    name: operationName(operation.service, operation.id),
    metadata: typed,
    ...(done && { done }),
    ...(done && (error === null ? { response: typed } : { error: { code: 9, message: error.message } })),
  };
}

const operationName = ({ project, region }: ServiceRef, id: string): string =>
  `projects/${project}/locations/${region}/operations/${id}`;

const urlOf = ({ ref, uid }: Service): string => `https://${ref.name}-${uid.slice(0, 8)}.run.example`;

type State = 'RECONCILING' | 'FAILED' | 'SUCCEEDED';

const condition = (type: string, atMs: number, state: State, message = ''): JsonObject => ({
  type,
  state: `CONDITION_${state}`,
  lastTransitionTime: iso(atMs),
  ...(message !== '' && { message }),
});

function stateOf({ routes, trouble }: Service): State {
  if (routes.reconciling) return 'RECONCILING';
  return trouble === null ? 'SUCCEEDED' : 'FAILED';
}

function routesState({ routes }: Service): State {
  if (routes.reconciling) return 'RECONCILING';
  return routes.trouble === null ? 'SUCCEEDED' : 'FAILED';
}

const revisionState = ({ state }: Revision): State =>
  (({ Starting: 'RECONCILING', Failed: 'FAILED', Ready: 'SUCCEEDED' }) as const)[state];
