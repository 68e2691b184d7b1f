/** The CustomResourceDefinition of SLOPolicy, built from the schemas. `npm run generate` writes it to crds/. */
import { group, kind, plural, version } from './api.ts';
import { type JsonSchema, policySchema } from './schema.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  /** 0 always shows; 1 only with -o wide. */
  readonly priority: 0 | 1;
  readonly description: string;
}

/** What `kubectl get slopolicies` answers: what is happening, and how it stands. */
export const columns: readonly Column[] = [
  column('Service', '.spec.service.name', 'The Cloud Run service that is guarded.'),
  column('Phase', '.status.phase', 'Where the rollout is.'),
  column('Candidate', '.status.candidate.revision', 'The revision that is being judged.'),
  column('Weight', '.status.candidate.percent', "The candidate's share of the traffic, percent.", 'integer'),
  column('Last good', '.status.lastGood.revision', 'Where a rollback would go.'),
  column('Verdict', '.status.verdict', "The worst objective's verdict."),
  column('Budget', '.status.budget[0].remaining', 'What is left of the error budget of which least is left.'),
  column('Saturation', '.status.saturation.worst', 'What the instances are fullest of.'),
  column('Trouble', '.status.trouble', 'Whatever a condition says that is not fine.'),
  column('Age', '.metadata.creationTimestamp', 'Since when there is this policy.', 'date'),
  wide('Mode', '.spec.mode', 'Enforce moves traffic, Observe only judges.'),
  wide('Stable', '.status.stable.revision', 'The revision judged good.'),
  wide('Reason', '.status.decision.reason', 'Why the last decision was taken.'),
  wide('Ready', '.status.conditions[?(@.type=="Ready")].status', 'Whether the service is guarded.'),
];

function column(name: string, jsonPath: string, description: string, type: Column['type'] = 'string'): Column {
  return { name, type, jsonPath, priority: 0, description };
}

function wide(name: string, jsonPath: string, description: string): Column {
  return { name, type: 'string', jsonPath, priority: 1, description };
}

export const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    names: {
      kind,
      listKind: `${kind}List`,
      plural,
      singular: 'slopolicy',
      shortNames: ['slo'],
      categories: ['steadyrun'],
    },
    scope: 'Namespaced',
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        // kubectl takes a priority that is left out for 0.
        additionalPrinterColumns: columns.map(({ priority, ...rest }) =>
          priority === 0 ? rest : { ...rest, priority },
        ),
        schema: { openAPIV3Schema: structural(policySchema) },
      },
    ],
  },
} as const;

/** The schema without what a CRD has no use for, its keys in the order in which people read them. */
export function structural(schema: JsonSchema): JsonSchema {
  const {
    example: _,
    type,
    description,
    default: standard,
    pattern,
    maximum,
    required,
    items,
    properties,
    additionalProperties,
    ...rest
  } = schema;
  return {
    ...(description && { description }),
    ...(type && { type }),
    ...(standard !== undefined && { default: standard }),
    // Go's regular expressions have no need of JavaScript's escaped slash.
    ...(pattern && { pattern: pattern.replaceAll('\\/', '/') }),
    // zod bounds every integer by what JavaScript can hold.
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && { maximum }),
    ...rest,
    ...(required && { required }),
    ...(items && { items: structural(items) }),
    ...(properties && { properties: mapValues(properties, structural) }),
    ...(additionalProperties && { additionalProperties: structural(additionalProperties) }),
  };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([field, value]) => [field, change(value)]));
}
