/** What to write instead. */
import { stringify } from 'yaml';
import { apiVersion, requestAnnotations } from '../api.ts';
import { durationMs, durationPattern, durationText } from '../duration.ts';
import type { Problem } from '../problems.ts';
import { brokenRule } from '../rules.ts';
import { type JsonSchema, schemaAt } from '../schema.ts';
import { closest, didYouMean } from '../suggest.ts';

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

/** A few words that put the problem right; `value` is what was written. Never empty. */
export function hintFor(problem: Problem, value: unknown): string {
  if (problem.hint) return problem.hint;
  const end = problem.path.findLastIndex((step) => typeof step === 'string');
  if (end === -1) return beginWith;
  const field = String(problem.path[end]);
  if (problem.path[1] === 'annotations' && end === 2) return annotationMeant(field, value);
  const { example = examples[field] ?? '' } = schemaAt(problem.path.slice(0, end + 1)) ?? {};
  const written = `${field}: ${inline(example)}`;
  if (problem.kind === 'Required') return `add ${written}`;
  const schema = schemaAt(problem.path) ?? {};
  if (schema.pattern === durationPattern.source) return lengthMeant(value, schema, written);
  return suggestion(field, value, schema) ?? `for example ${written}`;
}

/** In quotes, a pause that is false is one with a strange reason. */
const annotationMeant = (field: string, value: unknown): string =>
  field === requestAnnotations.paused && value === false ? notPaused : `put it in quotes: ${field}: "${value}"`;

export const notPaused = 'remove it if nothing is to be paused';

function suggestion(field: string, value: unknown, schema: JsonSchema): string | undefined {
  if (schema.enum) return enumMeant(field, value, schema.enum);
  if (schema.type === 'number') return percentMeant(field, value);
  if (schema.type === 'boolean') return instead(booleanMeant(value));
  if (field === 'address') return instead(addressMeant(value, schema));
  const pattern = schema.pattern ?? (field === 'name' || field === 'namespace' ? dnsLabel : undefined);
  return pattern && textMeant(field, value, new RegExp(pattern));
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

/** The same length as it is written, unless that would be refused, too: then why. */
function lengthMeant(value: unknown, { example, 'x-kubernetes-validations': rules = [] }: JsonSchema, written: string) {
  const meant = durationMeant(value, String(example));
  if (meant === undefined) return `for example ${written}`;
  const broken = brokenRule(rules, meant);
  return broken === undefined ? `write ${meant}` : `${meant} ${broken}: for example ${written}`;
}

/** 300 where an example says 300ms is 300ms; 1.5h is 1h30m; 7d is 168h. */
function durationMeant(value: unknown, example: string): string | undefined {
  if (typeof value === 'string' && durationPattern.test(value)) return undefined;
  const [, amount, unit = ''] = /^\s*([0-9.]+)\s*([a-z]*)/i.exec(String(value)) ?? [];
  const unitOfExample = example.replace(/^[0-9]+/, '');
  const size = unit === '' ? durationMs(`1${unitOfExample}`) : unitSizeMs(unit);
  const lengthMs = Math.round(Number(amount) * size);
  return Number.isSafeInteger(lengthMs) && lengthMs > 0 ? durationText(lengthMs) : undefined;
}

function unitSizeMs(word: string): number {
  if (/^d(ays?)?$/i.test(word)) return durationMs('24h');
  if (/^w(eeks?)?$/i.test(word)) return durationMs('168h');
  if (/^(ms|milli\w*)$/i.test(word)) return 1;
  return durationMs(`1${word.charAt(0).toLowerCase()}`);
}

/** 0.999 is 99.9 as a share; "99.9%" is the number without its sign. */
function percentMeant(field: string, value: unknown): string | undefined {
  if (typeof value === 'number' && value > 0 && value < 1) {
    const meant = Number((value * 100).toPrecision(12));
    return meant > 1 ? `${field} is a percentage: write ${meant}` : undefined;
  }
  const [, digits] = /^\s*p?([0-9.]+)\s*%?\s*$/.exec(typeof value === 'string' ? value : '') ?? [];
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

function textMeant(field: string, value: unknown, pattern: RegExp): string | undefined {
  const fits = (text: string): boolean => pattern.test(text);
  if (typeof value === 'boolean' || typeof value === 'number') {
    if (field === 'project') return "write the project's ID, not its number";
    return fits(String(value)) ? `put it in quotes: ${field}: "${value}"` : undefined;
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
