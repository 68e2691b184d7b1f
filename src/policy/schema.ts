/** The schemas as OpenAPI: what the CRD holds, what kubectl explains, and where hints and the reference page look things up. */
import { z } from 'zod';
import { status } from '../status/status.ts';
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
  readonly required?: readonly string[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

export const openApi = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as JsonSchema;

/** A whole SLOPolicy, but for metadata, which is Kubernetes' own. */
export const policySchema: JsonSchema = {
  type: 'object',
  description: 'An SLOPolicy keeps one Cloud Run service inside its SLOs.',
  required: ['spec'],
  properties: {
    apiVersion: {
      type: 'string',
      description: 'Version of this schema: steadyrun.dev/v1alpha1.',
      example: 'steadyrun.dev/v1alpha1',
    },
    kind: { type: 'string', description: 'SLOPolicy.', example: 'SLOPolicy' },
    metadata: { type: 'object' },
    spec: openApi(spec),
    status: openApi(status),
  },
};

/** The schema of what lies at `path`, in a policy unless it is in something else; undefined where there is no such field. */
export function schemaAt(path: readonly PropertyKey[], whole: JsonSchema = policySchema): JsonSchema | undefined {
  let schema: JsonSchema | undefined = whole;
  for (const step of path) schema = typeof step === 'number' ? schema?.items : schema?.properties?.[String(step)];
  return schema;
}
