/** A Service as clients send it: what of it they may change, and what a mask picks. */
import { type JsonObject, listIn, objectIn } from '../world/json.ts';
import { invalid } from '../world/refusal.ts';
import type { Scaling, Spec } from '../world/spec.ts';
import type { TrafficTarget } from '../world/traffic.ts';
import { enumsByName } from './enums.ts';
import {
  camelCase,
  camelCased,
  changeableFields,
  outputFields,
  refuseUnknown,
  scalingFields,
  templateFields,
  templateScalingFields,
  withoutDefaults,
} from './fields.ts';

/** What `spec` becomes with the fields of `body` that `mask` names, or with all of them. Throws INVALID_ARGUMENT. */
export function merged(spec: Spec, body: JsonObject, mask: readonly string[] | null): Spec {
  const sent = camelCased(body);
  refuseUnknown(sent, [...changeableFields, ...outputFields], 'service');
  refuseUnknown(objectIn(sent.scaling), scalingFields, 'service.scaling');
  refuseUnknown(objectIn(sent.template), templateFields, 'service.template');
  refuseUnknown(objectIn(objectIn(sent.template).scaling), templateScalingFields, 'service.template.scaling');
  const settable = withoutDefaults(enumsByName(withoutOutput(sent)));
  if (mask === null) return specOf(settable);
  return specOf(mask.reduce((wanted, path) => picked(wanted, settable, pathOf(path)), jsonOf(spec)));
}

/** The paths of an update mask, or null where there is none: then everything is replaced. */
export function maskOf(query: URLSearchParams): readonly string[] | null {
  const text = query.get('updateMask') ?? query.get('update_mask') ?? '';
  return text === '' || text === '*' ? null : text.split(',');
}

/** `scaling.max_instance_count` or `scaling.maxInstanceCount`. */
function pathOf(text: string): readonly string[] {
  const path = text.trim().split('.').map(camelCase);
  if (!changeableFields.includes(path[0]!)) throw invalid(`update_mask: '${text}' is no field that can be updated`);
  return path;
}

/** `into` with the one field at this path taken from `from`; gone where `from` has none. */
function picked(into: JsonObject, from: JsonObject, [field, ...rest]: readonly string[]): JsonObject {
  const { [field!]: before, ...others } = into;
  const isLeaf = rest.length === 0;
  const value = isLeaf ? from[field!] : picked(objectIn(before), objectIn(from[field!]), rest);
  const isGone = value === undefined || (!isLeaf && Object.keys(objectIn(value)).length === 0);
  return isGone ? others : { ...others, [field!]: value };
}

/** What users can change, as v2 JSON with enums by name. */
export function jsonOf(spec: Spec): JsonObject {
  const { minInstances, maxInstances, manualInstances } = spec.scaling;
  return {
    ...spec.settings,
    labels: spec.labels,
    annotations: spec.annotations,
    template: spec.template,
    traffic: spec.traffic.map(targetJson),
    scaling: {
      ...(minInstances > 0 && { minInstanceCount: minInstances }),
      ...(maxInstances > 0 && { maxInstanceCount: maxInstances }),
      ...(manualInstances !== null && { scalingMode: 'MANUAL', manualInstanceCount: manualInstances }),
    },
  };
}

export const targetJson = ({ revision, percent, tag }: TrafficTarget): JsonObject => ({
  type: `TRAFFIC_TARGET_ALLOCATION_TYPE_${revision === null ? 'LATEST' : 'REVISION'}`,
  ...(revision !== null && { revision }),
  ...(percent > 0 && { percent }),
  ...(tag !== undefined && { tag }),
});

function specOf({ labels, annotations, template, traffic, scaling, ...settings }: JsonObject): Spec {
  return {
    labels: objectIn(labels) as Record<string, string>,
    annotations: objectIn(annotations) as Record<string, string>,
    template: objectIn(template),
    traffic: listIn(traffic).map((target) => targetOf(objectIn(target))),
    scaling: scalingOf(objectIn(scaling)),
    settings,
  };
}

function targetOf({ type, revision, percent = 0, tag }: JsonObject): TrafficTarget {
  const named = typeof revision === 'string' ? revision.split('/').at(-1)! : null;
  if (type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' && named === null) {
    throw invalid('traffic: a target of type REVISION must name its revision');
  }
  if (type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' && named !== null) {
    throw invalid('traffic: a target of type LATEST must not name a revision');
  }
  return { revision: named, percent: Number(percent), ...(tag !== undefined && { tag: String(tag) }) };
}

function scalingOf(json: JsonObject): Scaling {
  const { scalingMode, minInstanceCount = 0, maxInstanceCount = 0, manualInstanceCount } = json;
  const isManual = scalingMode === 'MANUAL';
  if (isManual && manualInstanceCount === undefined) throw invalid('scaling: manual mode needs manual_instance_count');
  return {
    minInstances: Number(minInstanceCount),
    maxInstances: Number(maxInstanceCount),
    manualInstances: isManual ? Number(manualInstanceCount) : null,
  };
}

const withoutOutput = (json: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([field]) => !outputFields.includes(field)));
