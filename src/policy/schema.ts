/** The schemas as OpenAPI: what the CRD holds, what kubectl explains, and where hints and the reference page look things up. */
import { z } from 'zod';
import { storedStatus } from '../status/status.ts';
import { apiVersion } from './api.ts';
import { spec } from './spec.ts';

export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
  /** Ours alone: CRDs have no use for it, people do. */
  readonly example?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly maximum?: number;
  readonly exclusiveMaximum?: boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Of a mapping whose keys are free: what each of its values is. */
  readonly additionalProperties?: JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly not?: { readonly enum: readonly boolean[] };
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

export const openApi = (schema: z.ZodType): JsonSchema =>
  closed(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as JsonSchema);

type Open = Omit<JsonSchema, 'additionalProperties'> & { readonly additionalProperties?: JsonSchema | boolean };

/** That an object may hold more is said to the API server in its own way, or not at all. */
function closed(schema: Open): JsonSchema {
  const { additionalProperties: others, items, properties, ...rest } = schema;
  const hasFreeKeys = properties === undefined && typeof others === 'object';
  const inner = Object.entries(properties ?? {}).map(([field, property]) => [field, closed(property)]);
  return {
    ...rest,
    ...(items && { items: closed(items) }),
    ...(hasFreeKeys && Object.keys(others).length > 0 && { additionalProperties: closed(others) }),
    ...(properties && { properties: Object.fromEntries(inner) }),
  };
}

/** Without the fields that the schema does not have, as an API server stores it; `all`: also where it would keep them. */
export function pruned(schema: JsonSchema | undefined, value: unknown, all = false): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => pruned(schema.items, item, all));
  if (typeof value !== 'object' || value === null || !schema.properties) return value;
  const keeps = !all && schema['x-kubernetes-preserve-unknown-fields'] === true;
  const kept = Object.entries(value).filter(([field]) => keeps || field in schema.properties!);
  return Object.fromEntries(kept.map(([field, inner]) => [field, pruned(schema.properties![field], inner, all)]));
}

/** A whole SLOPolicy, but for metadata, which is Kubernetes' own. */
export const policySchema: JsonSchema = {
  type: 'object',
  description: 'An SLOPolicy keeps one Cloud Run service inside its SLOs.',
  required: ['spec'],
  properties: {
    apiVersion: {
      type: 'string',
      description: `Version of this schema: ${apiVersion}.`,
      example: apiVersion,
    },
    kind: { type: 'string', description: 'SLOPolicy.', example: 'SLOPolicy' },
    metadata: { type: 'object' },
    spec: openApi(spec),
    status: openApi(storedStatus),
  },
};

/** The schema of what lies at `path`, in a policy unless it is in something else; undefined where there is no such field. */
export function schemaAt(path: readonly PropertyKey[], whole: JsonSchema = policySchema): JsonSchema | undefined {
  let schema: JsonSchema | undefined = whole;
  for (const step of path) {
    schema =
      typeof step === 'number' ? schema?.items : (schema?.properties?.[String(step)] ?? schema?.additionalProperties);
  }
  return schema;
}
