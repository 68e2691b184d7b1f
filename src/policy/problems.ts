/** What is wrong with what people wrote, in words: one sentence a problem, without the file it came from. */
import type { z } from 'zod';
import { type JsonSchema, policySchema, schemaAt } from './schema.ts';

export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  readonly kind: 'Required' | 'Type' | 'Value' | 'Rule' | 'Unknown' | 'Query' | 'Zone';
  /** Follows the path: "must be text, not the number 5". */
  readonly message: string;
  /** What to write instead, where the problem itself knows. */
  readonly hint?: string | undefined;
}

/** spec.objectives[0].name, as Kubernetes writes it. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number' || !/^[A-Za-z0-9_-]+$/.test(step)) return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

export const problemText = (problem: Problem): string =>
  problem.path.length === 0 ? problem.message : `${pathText(problem.path)}: ${problem.message}`;

/** What lies at `path` in `root`; undefined where nothing does. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** The problems of a zod error, found in `root`, a policy or what `schema` says; of several about one value's form, the first. */
export function problemsOf(error: z.ZodError, root: unknown, schema: JsonSchema = policySchema): Problem[] {
  const told = new Set<string>();
  return error.issues
    .flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknown([...(issue.path as Path), key]));
      return [problemOf(issue, valueAt(root, issue.path), schema)];
    })
    .filter(({ kind, path }) => {
      const place = pathText(path);
      const isNews = kind === 'Rule' || !told.has(place);
      if (kind !== 'Rule') told.add(place);
      return isNews;
    });
}

const unknown = (path: Path): Problem => ({ path, kind: 'Unknown', message: 'there is no such field' });

function problemOf(issue: z.core.$ZodIssue, value: unknown, schema: JsonSchema): Problem {
  const path = issue.path as Path;
  if (value === undefined && issue.code !== 'custom') return { path, kind: 'Required', message: 'is required' };
  switch (issue.code) {
    case 'invalid_type':
      return { path, kind: 'Type', message: `must be ${typeInWords(issue.expected)}, not ${inWords(value)}` };
    case 'invalid_value':
      return { path, kind: 'Value', message: `must be ${issue.values.join(' or ')}, not ${inWords(value)}` };
    case 'too_small':
    case 'too_big':
      return { path, kind: 'Value', message: sizeProblem(issue.origin, value, schemaAt(path, schema) ?? {}) };
    case 'invalid_format':
      return { path, kind: 'Value', message: `${issue.message}, not ${inWords(value)}` };
    case 'custom':
      return { path, kind: 'Rule', message: issue.message, hint: issue.params?.hint };
    default:
      return { path, kind: 'Value', message: issue.message };
  }
}

function sizeProblem(origin: string, value: unknown, schema: JsonSchema): string {
  if (origin === 'string') {
    const { minLength = 1, maxLength } = schema;
    return `must be ${minLength} to ${maxLength ?? 253} characters long, not ${String(value).length}`;
  }
  if (origin === 'array') {
    const { minItems = 0, maxItems } = schema;
    return `must have ${minItems} ${maxItems === undefined ? 'or more' : `to ${maxItems}`} items, not ${(value as unknown[]).length}`;
  }
  return `must be ${rangeInWords(schema)}, not ${value}`;
}

export function rangeInWords({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): string {
  if (type === 'integer') return `a whole number from ${minimum} to ${maximum}`;
  const low = minimum !== undefined && (exclusiveMinimum ? `greater than ${minimum}` : `at least ${minimum}`);
  const high = maximum !== undefined && (exclusiveMaximum ? `less than ${maximum}` : `at most ${maximum}`);
  return [low, high].filter((end) => end !== false).join(' and ');
}

const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

const typeInWords = (type: string): string => types[type] ?? type;

function inWords(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'number' && Number.isFinite(value)) return `the number ${value}`;
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
