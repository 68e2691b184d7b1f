/** A Service as v1's clients send it, whole: what it asks for. What v1 has no word for stays as it was. */
import { type JsonObject, listIn, objectIn } from '../world/json.ts';
import { invalid } from '../world/refusal.ts';
import type { Spec } from '../world/spec.ts';
import type { Template } from '../world/template.ts';
import { merged } from './accept.ts';
import {
  clientAnnotations,
  ingressAnnotation,
  ingresses,
  launchStageAnnotation,
  locationLabel,
  outputAnnotations,
  scalingModeAnnotation,
  serviceScaling,
  templateScaling,
} from './knative-words.ts';

/** Throws INVALID_ARGUMENT. */
export function wantedOf(spec: Spec, body: JsonObject): Spec {
  const { metadata, spec: wanted } = body;
  const { annotations: all, labels: marked } = objectIn(metadata);
  const annotations = objectIn(all);
  const { [locationLabel]: _, ...labels } = objectIn(marked);
  const ingress = annotations[ingressAnnotation];
  const launchStage = annotations[launchStageAnnotation];
  const sent = {
    labels,
    annotations: without(annotations, [
      ...outputAnnotations,
      ...Object.values(serviceScaling),
      ...Object.values(clientAnnotations),
      scalingModeAnnotation,
      ingressAnnotation,
      launchStageAnnotation,
    ]),
    template: templateOf(spec.template, objectIn(objectIn(wanted).template)),
    traffic: listIn(objectIn(wanted).traffic).map((target) => targetOf(objectIn(target))),
    scaling: {
      ...counts(annotations, serviceScaling),
      ...(annotations[scalingModeAnnotation] === 'manual' && { scalingMode: 'MANUAL' }),
    },
    client: annotations[clientAnnotations.client],
    clientVersion: annotations[clientAnnotations.clientVersion],
    ...(ingress !== undefined && { ingress: ingresses[String(ingress)] ?? String(ingress) }),
    ...(launchStage !== undefined && { launchStage }),
  };
  const defined = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)) as JsonObject;
  return merged(spec, defined, Object.keys(defined));
}

function templateOf(before: Template, { metadata, spec }: JsonObject): JsonObject {
  const { name, labels, annotations: all } = objectIn(metadata);
  const annotations = objectIn(all);
  const { containers, containerConcurrency, timeoutSeconds, serviceAccountName } = objectIn(spec);
  const { minInstanceCount: _, maxInstanceCount: __, ...otherScaling } = objectIn(before.scaling);
  const others = without(before, ['revision', 'labels', 'maxInstanceRequestConcurrency', 'timeout', 'serviceAccount']);
  const old = listIn(before.containers).map(objectIn);
  return {
    ...others,
    annotations: without(annotations, Object.values(templateScaling)),
    containers: listIn(containers).map((one, i) => containerOf(old[i] ?? {}, objectIn(one))),
    scaling: { ...otherScaling, ...counts(annotations, templateScaling) },
    ...(name !== undefined && { revision: name }),
    ...(labels !== undefined && { labels }),
    ...(containerConcurrency !== undefined && { maxInstanceRequestConcurrency: containerConcurrency }),
    ...(timeoutSeconds !== undefined && { timeout: `${timeoutSeconds}s` }),
    ...(serviceAccountName !== undefined && { serviceAccount: serviceAccountName }),
  };
}

function containerOf(before: JsonObject, { resources, ...container }: JsonObject): JsonObject {
  const secret = listIn(container.env)
    .map(objectIn)
    .find(({ valueFrom }) => valueFrom !== undefined);
  if (secret !== undefined) throw invalid(`env ${secret.name}: the lab has no secrets to take a value from`);
  return {
    ...container,
    resources: { ...objectIn(before.resources), limits: objectIn(resources).limits ?? {} },
  };
}

function counts(annotations: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  const written = Object.entries(names).filter(([, annotation]) => annotations[annotation] !== undefined);
  return Object.fromEntries(
    written.map(([field, annotation]) => {
      const count = Number(annotations[annotation]);
      if (Number.isInteger(count) && count >= 0) return [field, count];
      throw invalid(`annotation ${annotation}: '${annotations[annotation]}' is no whole number`);
    }),
  );
}

function targetOf({ revisionName, latestRevision, percent, tag }: JsonObject): JsonObject {
  const isLatest = latestRevision === true;
  return {
    type: `TRAFFIC_TARGET_ALLOCATION_TYPE_${isLatest ? 'LATEST' : 'REVISION'}`,
    ...(!isLatest && { revision: revisionName }),
    ...(percent !== undefined && { percent }),
    ...(tag !== undefined && { tag }),
  };
}

const without = (json: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([field]) => !fields.includes(field)));
