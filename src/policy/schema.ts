/** The schemas as OpenAPI: what the CRD holds, what kubectl explains, and where hints and the reference page look things up. */
import { z } from 'zod';
import { spec } from './spec.ts';
import { type Status, status } from './status.ts';

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
    status: described(openApi(status), 'What the operator sees, decided and remembers. Only the operator writes it.', {
      observedGeneration: 'Generation of the spec that this status speaks of.',
      conditions: 'Ready, Reconciling and Stalled, for kubectl wait and whatever reads conditions.',
      phase: 'Where the rollout is.',
      verdict: "The worst objective's verdict.",
      stable: 'The revision judged good, and its share of the traffic.',
      lastGood: 'The newest revision with a finished, healthy rollout that still exists: where a rollback goes.',
      candidate: 'The newer revision that is being judged, and its share of the traffic.',
      rejected: 'Revisions that were rolled back, newest first. They stay rejected until somebody asks for a retry.',
      decision: 'The last decision, in words.',
      objectives: 'How each objective stands.',
      split: "The traffic that was last written or accepted; any other is somebody else's.",
      intent: 'The traffic about to be written, so that it is known again after a restart.',
      adoption: 'How the service was found.',
      inspection: "What the last dry run of the objectives' queries found.",
      hold: 'Why nothing moves, and since when.',
      rollout: 'The rollout in progress, with its evidence.',
      guard: 'The watch over a promoted revision, with its evidence.',
      withdrawn: 'The candidate that was taken back to 0 % without being rejected.',
      supersededInARow: 'How many candidates in a row were superseded before they were judged.',
    }),
  },
};

function described(
  schema: JsonSchema,
  description: string,
  meanings: Readonly<Partial<Record<keyof Status, string>>>,
): JsonSchema {
  const properties = Object.entries({ ...schema.properties }).map(([field, property]) => {
    const meaning = meanings[field as keyof Status];
    return [field, meaning === undefined ? property : { ...property, description: meaning }];
  });
  return { ...schema, description, properties: Object.fromEntries(properties) };
}

/** The schema of what lies at `path`, in a policy unless it is in something else; undefined where there is no such field. */
export function schemaAt(path: readonly PropertyKey[], whole: JsonSchema = policySchema): JsonSchema | undefined {
  let schema: JsonSchema | undefined = whole;
  for (const step of path) schema = typeof step === 'number' ? schema?.items : schema?.properties?.[String(step)];
  return schema;
}
