/** The CRD's schema, node by node. */
import { crd } from '../../src/policy/crd.ts';
import type { JsonSchema } from '../../src/policy/schema.ts';

export const root: JsonSchema = crd.spec.versions[0].schema.openAPIV3Schema;

export interface Node {
  readonly path: string;
  readonly schema: JsonSchema;
}

export function* nodesOf(schema: JsonSchema, path = ''): Generator<Node> {
  yield { path, schema };
  if (schema.items) yield* nodesOf(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* nodesOf(schema.additionalProperties, `${path}[]`);
  for (const [field, property] of Object.entries(schema.properties ?? {})) yield* nodesOf(property, `${path}.${field}`);
}

export const nodes: readonly Node[] = [...nodesOf(root)];

/** What the CEL rules say when they are broken. */
export const ruleMessages: ReadonlySet<string> = new Set(
  nodes.flatMap(({ schema }) => (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message)),
);
