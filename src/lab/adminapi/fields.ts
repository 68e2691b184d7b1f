/** The fields of a v2 Service and of its template, and the two ways in which clients write the same message. */
import { type Json, type JsonObject, mapFields, mapObjects } from '../world/json.ts';
import { invalid } from '../world/refusal.ts';
import { userMaps } from './enums.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const changeableFields = words(`
  labels annotations template traffic scaling description client clientVersion ingress launchStage binaryAuthorization
  invokerIamDisabled defaultUriDisabled iapEnabled multiRegionSettings customAudiences buildConfig`);

export const outputFields = words(`
  name uid generation createTime updateTime deleteTime expireTime creator lastModifier urls observedGeneration
  terminalCondition conditions latestReadyRevision latestCreatedRevision trafficStatuses uri satisfiesPzs
  threatDetectionEnabled reconciling etag`);

export const templateFields = words(`
  revision labels annotations scaling vpcAccess timeout serviceAccount containers volumes executionEnvironment
  encryptionKey maxInstanceRequestConcurrency serviceMesh encryptionKeyRevocationAction encryptionKeyShutdownDuration
  sessionAffinity healthCheckDisabled nodeSelector gpuZonalRedundancyDisabled`);

export const templateScalingFields = words('minInstanceCount maxInstanceCount cpuUtilization concurrencyUtilization');

export const scalingFields = words('minInstanceCount maxInstanceCount scalingMode manualInstanceCount');

export function refuseUnknown(json: JsonObject, known: readonly string[], path: string): void {
  const unknown = Object.keys(json).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  throw invalid(`Invalid JSON payload received. Unknown name "${unknown}" at '${path}': Cannot find field.`);
}

export const camelCase = (text: string): string =>
  text.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Clients may write field names as the protocol buffers do. */
export const camelCased = (json: JsonObject): JsonObject =>
  mapFields(json, (field, value) => {
    const name = camelCase(field);
    return [name, userMaps.has(name) ? value : mapObjects(value, camelCased)];
  });

/** Fields whose absence says something else than their default. */
const presenceFields: ReadonlySet<string> = new Set([
  'manualInstanceCount',
  'value',
  'gpuZonalRedundancyDisabled',
  'cpuUtilization',
  'concurrencyUtilization',
]);

/** A field at its default is a field that was not sent: protocol buffers know no difference, and some clients send both. */
export const withoutDefaults = (json: JsonObject): JsonObject =>
  mapFields(json, (field, value) => {
    if (presenceFields.has(field) && value !== null) return [field, value];
    const kept = userMaps.has(field) ? value : mapObjects(value, withoutDefaults);
    return isDefault(kept) ? null : [field, kept];
  });

function isDefault(value: Json): boolean {
  if (value !== null && typeof value === 'object') return Object.keys(value).length === 0;
  return value === null || value === false || value === 0 || value === '' || /_UNSPECIFIED$/.test(String(value));
}
