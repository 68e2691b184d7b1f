/** The reference page of the policy's fields, as Markdown. */
import { durationPattern } from '../duration.ts';
import { rangeInWords } from '../problems.ts';
import { type JsonSchema, policySchema } from '../schema.ts';

export function reference(): string {
  const fields = [...fieldsOf(policySchema.properties!.spec!, 'spec', true)];
  return [
    '# The SLOPolicy, field by field',
    '',
    'A duration is text such as `45m`, `300ms` or `1h30m`. A field that is not required may be left out. `kubectl explain slopolicy.spec --recursive` says the same in a terminal.',
    '',
    table(['Field', 'Type', 'Default', 'Bounds', 'Meaning'], fields.map(row)),
    '',
    '## Rules',
    '',
    'What a type cannot say, the API server checks with these CEL rules of the CRD; `steadyrun check` applies the same to a file.',
    '',
    table(['Field', 'What is said when it is broken', 'Rule'], fields.flatMap(rules)),
    '',
  ].join('\n');
}

interface Field {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

export function* fieldsOf(schema: JsonSchema, path: string, required: boolean): Generator<Field> {
  yield { path, schema, required };
  const inner = schema.items ?? schema;
  const innerPath = schema.items ? `${path}[]` : path;
  if (schema.items && !schema.items.properties) return;
  if (schema.items?.['x-kubernetes-validations']) yield { path: innerPath, schema: schema.items, required: true };
  for (const [name, property] of Object.entries(inner.properties ?? {})) {
    yield* fieldsOf(property, `${innerPath}.${name}`, inner.required?.includes(name) ?? false);
  }
}

export function row({ path, schema, required }: Field): string[] {
  const standard = schema.default === undefined ? (required ? 'required' : '') : code(JSON.stringify(schema.default));
  return [code(path), typeOf(schema), standard, boundsOf(schema), schema.description ?? ''];
}

function rules({ path, schema }: Field): string[][] {
  const names = schema['x-kubernetes-list-map-keys'] ?? [];
  return [
    ...names.map((name) => [code(path), 'Duplicate value', code(`x-kubernetes-list-map-keys: [${name}]`)]),
    ...(schema['x-kubernetes-validations'] ?? []).map(({ rule, message }) => [code(path), message, code(rule)]),
  ];
}

const isDuration = (schema: JsonSchema): boolean =>
  schema.pattern === durationPattern.source || schema.format === 'duration';

function typeOf(schema: JsonSchema): string {
  if (isDuration(schema)) return 'duration';
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.type === 'array')
    return `list of ${schema.items?.type === 'object' ? 'mappings' : `${schema.items?.type}s`}`;
  if (schema.additionalProperties) return `mapping of ${schema.additionalProperties.type}s`;
  return schema.type === 'object' ? 'mapping' : (schema.type ?? 'string or mapping');
}

function boundsOf(schema: JsonSchema): string {
  if (schema.type === 'array') {
    const each = schema.items?.type === 'integer' ? `, each ${rangeInWords(schema.items)}` : '';
    return `${schema.minItems ?? 0} to ${schema.maxItems} items${each}`;
  }
  const { additionalProperties: others, minProperties, maxProperties } = schema;
  if (others) return `${minProperties} to ${maxProperties} of them, each ${rangeInWords(others)}`;
  // Of a text or a mapping nothing but the text has bounds of its own.
  if (schema.type === undefined) return code(schema.pattern!);
  if (schema.minimum !== undefined) return rangeInWords(schema);
  if (isDuration(schema))
    return (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message.replace(/^must be /, '')).join(', ');
  const size = schema.maxLength === undefined ? '' : `${schema.minLength ?? 1} to ${schema.maxLength} characters`;
  return [schema.pattern ? code(schema.pattern.replaceAll('\\/', '/')) : '', size].filter(Boolean).join(', ');
}

/** In a table a vertical bar would end the cell, even within code. */
export const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Aligned, so that it also reads well as plain text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
