/** What to write instead. */
import { stringify } from 'yaml';
import { apiVersion, requestAnnotations } from '../api.ts';
import { durationPattern } from '../duration.ts';
import type { Problem } from '../problems.ts';
import { brokenRule } from '../rule.ts';
import { type JsonSchema, schemaAt } from '../schema.ts';
import { closest, didYouMean } from '../suggest.ts';
import { lengthMeant } from './lengths.ts';

/** What Kubernetes owns and our schema therefore says nothing of. */
const examples: Readonly<Record<string, unknown>> = {
  metadata: { name: 'api' },
  name: 'api',
  namespace: 'default',
  annotations: { [requestAnnotations.paused]: 'until the migration is done' },
  spec: {
    service: { project: 'acme', region: 'europe-west1', name: 'api' },
    objectives: [{ name: 'availability', targetPercent: 99.9 }],
  },
};

/** What Kubernetes asks of names; few people use its dots. */
const dnsLabel = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$';

export const beginWith = `begin with apiVersion: ${apiVersion}`;

/**
 * A few words that put the problem right; `value` is what was read, `written` what stands in the file: 1.10 is read as 1.1,
 * and on as true. Never empty.
 */
export function hintFor(problem: Problem, value: unknown, written = String(value)): string {
  if (problem.hint) return problem.hint;
  const end = problem.path.findLastIndex((step) => typeof step === 'string');
  if (end === -1) return beginWith;
  const field = String(problem.path[end]);
  const isText = problem.path[1] === 'annotations' || problem.path[1] === 'labels';
  if (isText && end === 2) return textOfMetadata(field, value, written);
  const { example = examples[field] ?? '' } = schemaAt(problem.path.slice(0, end + 1)) ?? {};
  const fits = `${field}: ${inline(example)}`;
  if (problem.kind === 'Required') return `add ${fits}`;
  const given = { field, value, written: typeof value === 'string' ? value : written };
  const schema = schemaAt(problem.path) ?? {};
  return suggestion(given, schema) ?? `for example ${fits}`;
}

interface Given {
  readonly field: string;
  readonly value: unknown;
  readonly written: string;
}

/** In quotes, a pause that is false is one with a strange reason. */
function textOfMetadata(field: string, value: unknown, written: string): string {
  if (field === requestAnnotations.paused && value === false) return notPaused;
  if (typeof value === 'object') return `write text: ${field}: "…"`;
  return `put it in quotes: ${field}: "${written}"`;
}

export const notPaused = 'remove it if nothing is to be paused';

function suggestion({ field, value, written }: Given, schema: JsonSchema): string | undefined {
  if (schema.enum) return enumMeant(field, value, schema.enum);
  if (schema.pattern === durationPattern.source) {
    const { example, 'x-kubernetes-validations': rules = [] } = schema;
    return lengthMeant(
      written,
      String(example),
      (text) => brokenRule(rules, text),
      `for example ${field}: ${inline(example)}`,
    );
  }
  if (schema.type === 'number') return percentMeant(field, value);
  if (schema.type === 'boolean') return instead(booleanMeant(value));
  if (field === 'address') return instead(addressMeant(value, schema));
  const pattern = schema.pattern ?? (field === 'name' || field === 'namespace' ? dnsLabel : undefined);
  return pattern && textMeant({ field, value, written }, new RegExp(pattern));
}

const instead = (meant: string | undefined, before = 'write ', after = ''): string | undefined =>
  meant === undefined ? undefined : `${before}${meant}${after}`;

function enumMeant(field: string, value: unknown, words: readonly string[]): string {
  // YAML reads some words as true or false.
  const unquoted = typeof value === 'boolean' && words.find((word) => booleanMeant(word) === String(value));
  if (unquoted) return `put it in quotes: ${field}: "${unquoted}"`;
  const meant = closest(String(value), words);
  return meant ? didYouMean(meant) : `write ${words.join(' or ')}`;
}

/** 0.999 is 99.9 as a share; "99.9%" is the number without its sign. */
function percentMeant(field: string, value: unknown): string | undefined {
  if (typeof value === 'number' && value > 0 && value < 1) {
    const meant = Number((value * 100).toPrecision(12));
    return meant > 1 ? `${field} is a percentage: write ${meant}` : undefined;
  }
  const [, digits] = /^\s*p?([0-9]+(?:\.[0-9]+)?)\s*%?\s*$/.exec(typeof value === 'string' ? value : '') ?? [];
  return instead(digits, 'write ', ' without quotes or signs');
}

function booleanMeant(value: unknown): string {
  if (/^(y|yes|on|true|1)$/i.test(String(value))) return 'true';
  return /^(n|no|off|false|0)$/i.test(String(value)) ? 'false' : 'true or false';
}

function addressMeant(value: unknown, { pattern }: JsonSchema): string | undefined {
  const meant = `http://${value}`;
  return typeof value === 'string' && new RegExp(pattern!).test(meant) ? meant : undefined;
}

function textMeant({ field, value, written }: Given, pattern: RegExp): string | undefined {
  const fits = (text: string): boolean => pattern.test(text);
  if (typeof value === 'boolean' || typeof value === 'number') {
    if (field === 'project') return "write the project's ID, not its number";
    return fits(written) ? `put it in quotes: ${field}: "${written}"` : undefined;
  }
  if (typeof value !== 'string' || value.length > 100) return undefined;
  if (/\/(jobs|workerPools)\//.test(value)) return 'only Cloud Run services can be guarded, not jobs or worker pools';
  const last = value.split('/').at(-1)!;
  const tidy = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const withoutZone = tidy.replace(/-[a-z]$/, '');
  return instead([last, tidy, withoutZone].find((text) => text !== value && fits(text)));
}

/** As it would stand in a file: {percentile: 95, threshold: 300ms}. */
function inline(example: unknown): string {
  return stringify(example, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
}
