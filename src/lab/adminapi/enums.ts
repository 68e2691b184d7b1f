/** Enums travel as names or as numbers: clients may send either, and ask for either (`$alt=json;enum-encoding=int`). */
import { type Json, type JsonObject, mapFields, mapObjects } from '../world/json.ts';
import { invalid } from '../world/refusal.ts';

/** The values of the enum that a field holds, by their numbers. */
const enums: Readonly<Record<string, readonly string[]>> = {
  type: [
    'TRAFFIC_TARGET_ALLOCATION_TYPE_UNSPECIFIED',
    'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST',
    'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION',
  ],
  ingress: [
    'INGRESS_TRAFFIC_UNSPECIFIED',
    'INGRESS_TRAFFIC_ALL',
    'INGRESS_TRAFFIC_INTERNAL_ONLY',
    'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
    'INGRESS_TRAFFIC_NONE',
  ],
  launchStage: [
    'LAUNCH_STAGE_UNSPECIFIED',
    'EARLY_ACCESS',
    'ALPHA',
    'BETA',
    'GA',
    'DEPRECATED',
    'UNIMPLEMENTED',
    'PRELAUNCH',
  ],
  scalingMode: ['SCALING_MODE_UNSPECIFIED', 'AUTOMATIC', 'MANUAL'],
  executionEnvironment: [
    'EXECUTION_ENVIRONMENT_UNSPECIFIED',
    'EXECUTION_ENVIRONMENT_GEN1',
    'EXECUTION_ENVIRONMENT_GEN2',
  ],
  encryptionKeyRevocationAction: ['ENCRYPTION_KEY_REVOCATION_ACTION_UNSPECIFIED', 'PREVENT_NEW', 'SHUTDOWN'],
  egress: ['VPC_EGRESS_UNSPECIFIED', 'ALL_TRAFFIC', 'PRIVATE_RANGES_ONLY'],
  medium: ['MEDIUM_UNSPECIFIED', 'MEMORY'],
  state: ['STATE_UNSPECIFIED', 'CONDITION_PENDING', 'CONDITION_RECONCILING', 'CONDITION_FAILED', 'CONDITION_SUCCEEDED'],
  severity: ['SEVERITY_UNSPECIFIED', 'ERROR', 'WARNING', 'INFO'],
  reason: ['COMMON_REASON_UNDEFINED', 'UNKNOWN', '', 'REVISION_FAILED'],
  revisionReason: [
    'REVISION_REASON_UNDEFINED',
    'PENDING',
    'RESERVE',
    'RETIRED',
    'RETIRING',
    'RECREATING',
    'HEALTH_CHECK_CONTAINER_ERROR',
  ],
};

/** Maps whose keys are the users' own. */
export const userMaps: ReadonlySet<string> = new Set(['labels', 'annotations', 'limits', 'environmentVariables']);

/** Throws INVALID_ARGUMENT for a name or number that the enum does not have. */
export const enumsByName = (json: JsonObject): JsonObject =>
  converted(json, (field, value) => {
    const values = enums[field]!;
    const name = typeof value === 'number' ? values[value] : values.find((one) => one === value);
    if (name === undefined) throw invalid(`Invalid value at '${field}': ${JSON.stringify(value)}`);
    return name;
  });

export const enumsByNumber = (json: JsonObject): JsonObject =>
  converted(json, (field, value) => {
    const number = enums[field]!.indexOf(String(value));
    return number === -1 ? value : number;
  });

function converted(json: JsonObject, convert: (field: string, value: Json) => Json): JsonObject {
  return mapFields(json, (field, value) => {
    if (userMaps.has(field)) return [field, value];
    if (Object.hasOwn(enums, field)) return [field, convert(field, value)];
    return [field, mapObjects(value, (object) => converted(object, convert))];
  });
}
