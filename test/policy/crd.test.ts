import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exampleFile, generatedFiles } from '../../src/pages/files.ts';
import { columns, crd } from '../../src/policy/crd.ts';
import type { JsonSchema } from '../../src/policy/schema.ts';
import { sections } from '../../src/status/status.ts';
import { type Node, nodes, nodesOf, root } from './schemas.ts';

const allowedKeys = new Set([
  ...['type', 'description', 'default', 'format', 'enum', 'pattern', 'minLength', 'maxLength'],
  ...['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum', 'minItems', 'maxItems', 'items'],
  ...['properties', 'required', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations'],
  ...['x-kubernetes-preserve-unknown-fields', 'additionalProperties', 'minProperties', 'maxProperties', 'not'],
]);
/** A text or a mapping, which no type says: every other type is left nothing by its bounds. */
const isEither = ({ path, schema }: Node) => path === '.spec.window' && schema.type === undefined;
const types = ['object', 'array', 'string', 'number', 'integer', 'boolean'];
const typeOfValue = (value: unknown) =>
  Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
const isBoundedText = ({ enum: words, maxLength }: JsonSchema) => words !== undefined || maxLength !== undefined;
const isTopLevelText = ({ path }: Node) => path === '.apiVersion' || path === '.kind';

/** What a structural schema demands, and what keeps the cost of CEL within its budget. Each says what is wrong. */
const lint: Readonly<Record<string, (node: Node) => boolean>> = {
  'every schema has one known type': (node) => types.includes(node.schema.type ?? '') || isEither(node),
  'nothing but keywords that a structural schema may hold': ({ schema }) =>
    Object.keys(schema).every((key) => allowedKeys.has(key)),
  'only objects have properties': (node) => !node.schema.properties || node.schema.type === 'object' || isEither(node),
  'a mapping of free keys has no fields of its own, and is bounded': ({ schema }) =>
    !schema.additionalProperties || (!schema.properties && schema.maxProperties !== undefined),
  'what is a text or a mapping may be nothing else': (node) =>
    !isEither(node) ||
    nothingElse.every((bounds) => Object.entries(bounds).every(([key, value]) => isSame(node, key, value))),
  'only lists have items, and all of them do': ({ schema }) =>
    (schema.items !== undefined) === (schema.type === 'array'),
  'what is required is declared': ({ schema }) =>
    (schema.required ?? []).every((field) => schema.properties?.[field] !== undefined),
  'nothing that is required has a default': ({ schema }) =>
    (schema.required ?? []).every((field) => schema.properties?.[field]?.default === undefined),
  'a default is of its type': ({ schema }) =>
    schema.default === undefined || typeOfValue(schema.default) === schema.type,
  'a default is one of the words': ({ schema }) =>
    schema.default === undefined || !schema.enum || schema.enum.includes(String(schema.default)),
  'every integer has a width': ({ schema }) => schema.type !== 'integer' || /^int(32|64)$/.test(schema.format ?? ''),
  'exclusive bounds are flags beside a bound': ({ schema }) =>
    (schema.exclusiveMinimum === undefined || schema.minimum !== undefined) &&
    (schema.exclusiveMaximum === undefined || schema.maximum !== undefined),
  'every text is bounded': (node) =>
    node.schema.type !== 'string' || isBoundedText(node.schema) || isTopLevelText(node),
  'every list is bounded': ({ schema }) => schema.type !== 'array' || schema.maxItems !== undefined,
  'the keys of a list of type map are required texts of its items': ({ schema }) =>
    (schema['x-kubernetes-list-map-keys'] ?? []).every(
      (key) => schema.items?.required?.includes(key) && schema.items.properties?.[key]?.type === 'string',
    ),
  'every rule has a message of one line': ({ schema }) =>
    (schema['x-kubernetes-validations'] ?? []).every(({ rule, message }) => rule !== '' && /^[^\n]+$/.test(message)),
  'every pattern is anchored and compiles': ({ schema }) =>
    !schema.pattern || (/^\^.*\$$/.test(schema.pattern) && new RegExp(schema.pattern) !== null),
};

const nothingElse = [
  { 'x-kubernetes-preserve-unknown-fields': true },
  { minimum: 1, maximum: 0 },
  { minItems: 1, maxItems: 0 },
  { not: { enum: [true, false] } },
];
function isSame({ schema }: Node, key: string, value: unknown): boolean {
  return JSON.stringify(Reflect.get(schema, key)) === JSON.stringify(value);
}

const generated = generatedFiles(readFileSync(exampleFile, 'utf8'));

describe('The CRD', () => {
  it.each(Object.entries(lint))('is structural and bounded: %s', (_, holds) => {
    expect(nodes.filter((node) => !holds(node)).map(({ path }) => path)).toEqual([]);
  });

  it('explains every field of the spec and every part of the status', () => {
    const { spec, status: statusSchema } = root.properties!;
    const silent = [...nodesOf(spec!, 'spec')].filter(({ path, schema }) => !schema.description && !isPlainItem(path));
    expect(silent.map(({ path }) => path)).toEqual([]);
    const parts = Object.entries(statusSchema!.properties!);
    expect(parts.filter(([, schema]) => !schema.description).map(([field]) => field)).toEqual([]);
    expect(parts.map(([field]) => field).sort()).toEqual(Object.keys(sections).sort());
  });

  it('is namespaced, with a status of its own', () => {
    expect(crd.metadata.name).toBe('slopolicies.steadyrun.dev');
    expect(crd.spec.scope).toBe('Namespaced');
    expect(crd.spec.versions).toMatchObject([
      { name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } },
    ]);
  });

  it('prints what is happening, and more with -o wide', () => {
    const named = (priority: number) => columns.filter((each) => each.priority === priority).map(({ name }) => name);
    expect(named(0)).toEqual([
      'Service',
      'Phase',
      'Candidate',
      'Weight',
      'Last good',
      'Verdict',
      'Budget',
      'Saturation',
      'Trouble',
      'Age',
    ]);
    expect(named(1)).toEqual(['Mode', 'Stable', 'Reason', 'Ready']);
  });

  it.each(columns)('has what its column $name shows', ({ jsonPath, type }) => {
    if (jsonPath.startsWith('.metadata')) return;
    const path = jsonPath.replace(/\[(?:\?.*?|\d+)\]/, '[]');
    const schema = nodes.find((node) => node.path === path)?.schema;
    expect(schema?.type).toBe(type);
  });
});

describe('Generated files', () => {
  it.each(Object.entries(generated))('%s is what npm run generate writes', (path, text) => {
    expect(readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8')).toBe(text);
  });

  it('hold the CRD itself', () => {
    expect(parse(generated['crds/slopolicies.steadyrun.dev.yaml']!)).toEqual(JSON.parse(JSON.stringify(crd)));
  });

  it('name every field in the reference page', () => {
    const page = generated['src/policy/README.md']!;
    const fields = [...nodesOf(root.properties!.spec!, 'spec')]
      .map(({ path }) => path)
      .filter((path) => !isPlainItem(path));
    expect(fields.filter((path) => !page.includes(`\`${path}\``))).toEqual([]);
  });
});

/** The numbers and texts of a list or a mapping have no more to say than that. */
function isPlainItem(path: string): boolean {
  return /\.(?:stepsPercent|targetPercentByTier|excludePaths)\[\]$/.test(path);
}
