/** Services and revisions as the Admin API v1 shows them. */
import { iso } from '../../facts/time.ts';
import { type JsonObject, listIn, objectIn } from '../world/json.ts';
import type { Revision } from '../world/revision.ts';
import type { Service } from '../world/service.ts';
import type { Template } from '../world/template.ts';
import {
  clientAnnotations,
  ingressAnnotation,
  ingresses,
  ingressStatusAnnotation,
  launchStageAnnotation,
  locationLabel,
  scalingModeAnnotation,
  serviceScaling,
  templateScaling,
} from './knative-words.ts';
import { serviceJson } from './show.ts';

const apiVersion = 'serving.knative.dev/v1';

export function serviceShown(service: Service): JsonObject {
  const { ref, spec, generation, etag, uid, createdMs, creator, lastModifier } = service;
  return {
    apiVersion,
    kind: 'Service',
    metadata: {
      name: ref.name,
      namespace: ref.project,
      uid,
      generation,
      resourceVersion: etag.replaceAll('"', ''),
      creationTimestamp: iso(createdMs),
      labels: { ...spec.labels, [locationLabel]: ref.region },
      annotations: {
        ...spec.annotations,
        ...annotationsOf(service),
        'serving.knative.dev/creator': creator,
        'serving.knative.dev/lastModifier': lastModifier,
      },
    },
    spec: { template: templateShown(spec.template), traffic: spec.traffic.map(targetShown) },
    status: statusOf(service),
  };
}

export function revisionShown({ ref }: Service, revision: Revision): JsonObject {
  const { name, uid, createdMs, resources, template, imageDigest, state, message } = revision;
  const { metadata, spec } = templateShown(template);
  return {
    apiVersion,
    kind: 'Revision',
    metadata: {
      ...objectIn(metadata),
      name,
      namespace: ref.project,
      uid,
      generation: 1,
      creationTimestamp: iso(createdMs),
      labels: {
        ...objectIn(objectIn(metadata).labels),
        'serving.knative.dev/service': ref.name,
        [locationLabel]: ref.region,
      },
    },
    spec: { ...objectIn(spec), containerConcurrency: resources.concurrency },
    status: {
      imageDigest,
      conditions: [condition('Ready', { Ready: 'True', Failed: 'False', Starting: 'Unknown' }[state], message)],
    },
  };
}

function templateShown({ revision, labels, annotations, ...template }: Template): JsonObject {
  const { containers, timeout, serviceAccount, maxInstanceRequestConcurrency: containerConcurrency } = template;
  return {
    metadata: {
      ...(revision !== undefined && { name: revision }),
      ...(labels !== undefined && { labels }),
      annotations: { ...objectIn(annotations), ...asTexts(objectIn(template.scaling), templateScaling) },
    },
    spec: {
      ...(containerConcurrency !== undefined && { containerConcurrency }),
      ...(timeout !== undefined && { timeoutSeconds: Number.parseInt(String(timeout), 10) }),
      ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
      containers: listIn(containers).map((one) => containerShown(objectIn(one))),
    },
  };
}

const containerShown = ({ resources, ...container }: JsonObject): JsonObject => ({
  ...container,
  ...(resources !== undefined && { resources: { limits: objectIn(resources).limits ?? {} } }),
});

function annotationsOf({ spec }: Service): JsonObject {
  const { scaling, settings } = spec;
  const counts = {
    minInstanceCount: scaling.minInstances || undefined,
    maxInstanceCount: scaling.maxInstances || undefined,
    manualInstanceCount: scaling.manualInstances ?? undefined,
  };
  const ingress = Object.keys(ingresses).find((word) => ingresses[word] === settings.ingress);
  const isUsual = settings.launchStage === undefined || settings.launchStage === 'GA';
  return {
    ...asTexts(counts, serviceScaling),
    ...asTexts(settings, clientAnnotations),
    ...(scaling.manualInstances !== null && { [scalingModeAnnotation]: 'manual' }),
    ...(ingress !== undefined && { [ingressAnnotation]: ingress, [ingressStatusAnnotation]: ingress }),
    ...(!isUsual && { [launchStageAnnotation]: settings.launchStage }),
  };
}

/** Those fields that are there, under the names of their annotations: what annotations say is text. */
function asTexts(fields: JsonObject, annotations: Readonly<Record<string, string>>): JsonObject {
  const present = Object.entries(annotations).filter(([field]) => fields[field] !== undefined);
  return Object.fromEntries(present.map(([field, annotation]) => [annotation, String(fields[field])]));
}

/** As v2 has it, in v1's words. */
function statusOf(service: Service): JsonObject {
  const { terminalCondition, conditions, trafficStatuses, uri } = serviceJson(service);
  const { routes, generation, latestReady, latestCreated } = service;
  return {
    // v1 has seen a generation once it is done with it, well or badly.
    observedGeneration: routes.reconciling ? routes.observedGeneration : generation,
    conditions: [terminalCondition, ...listIn(conditions)].map((one) => conditionShown(objectIn(one), latestCreated)),
    latestReadyRevisionName: latestReady.name,
    latestCreatedRevisionName: latestCreated.name,
    traffic: listIn(trafficStatuses).map((one) => {
      const { type, revision, percent, tag, uri: url } = objectIn(one);
      const isLatest = type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
      return {
        revisionName: revision,
        ...(isLatest && { latestRevision: true }),
        ...(percent !== undefined && { percent }),
        ...(tag !== undefined && { tag, url }),
      };
    }),
    url: uri,
    address: { url: uri },
  };
}

/** What is wrong with a configuration is what is wrong with its newest revision. */
function conditionShown({ type, state, message, lastTransitionTime }: JsonObject, newest: Revision): JsonObject {
  const status = ({ CONDITION_SUCCEEDED: 'True', CONDITION_FAILED: 'False' } as const)[String(state)] ?? 'Unknown';
  const said = type === 'ConfigurationsReady' ? newest.message : String(message ?? '');
  return { ...condition(String(type), status, said), lastTransitionTime };
}

const condition = (type: string, status: string, message: string): JsonObject => ({
  type,
  status,
  ...(message !== '' && { message }),
});

const targetShown = ({ revision, percent, tag }: Service['spec']['traffic'][number]): JsonObject => ({
  ...(revision === null ? { latestRevision: true } : { revisionName: revision }),
  ...(percent > 0 && { percent }),
  ...(tag !== undefined && { tag }),
});
