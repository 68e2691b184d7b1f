/**
 * Fields that are not in the schema. The API server drops them in silence, so that a misspelt field would quietly not
 * count; here they are problems.
 */
import type { Path, Problem } from '../problems.ts';
import { type JsonSchema, policySchema } from '../schema.ts';
import { didYouMean, fieldMeant } from '../suggest.ts';

const metadata = [
  'name namespace labels annotations generateName finalizers ownerReferences',
  // What kubectl get -o yaml shows besides.
  'uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds managedFields selfLink',
].flatMap((line) => line.split(' '));

/** The server owns the status and ignores what a file says of it. */
const notOurs = new Set(['status', 'metadata']);

/** The unknown fields of a policy, outermost first. */
export function unknownFields(raw: unknown): Problem[] {
  const { metadata: given } = isRecord(raw) ? raw : {};
  return [...unknownIn(raw, policySchema, []), ...unknownAmong(given, metadata, ['metadata'])];
}

function* unknownIn(value: unknown, schema: JsonSchema, path: Path): Generator<Problem> {
  if (Array.isArray(value) && schema.items) {
    for (const [index, item] of value.entries()) yield* unknownIn(item, schema.items, [...path, index]);
  }
  if (!isRecord(value) || !schema.properties) return;
  yield* unknownAmong(value, Object.keys(schema.properties), path);
  for (const [field, property] of Object.entries(schema.properties)) {
    if (path.length > 0 || !notOurs.has(field)) yield* unknownIn(value[field], property, [...path, field]);
  }
}

function* unknownAmong(value: unknown, known: readonly string[], path: Path): Generator<Problem> {
  if (!isRecord(value)) return;
  for (const field of Object.keys(value)) if (!known.includes(field)) yield unknown(field, known, path);
}

function unknown(field: string, known: readonly string[], path: Path): Problem {
  const refused = notServices.find(({ pattern }) => pattern.test(field));
  if (refused && path[0] === 'spec')
    return { path: [...path, field], kind: 'Unknown', message: refused.message, hint: onlyServices };
  const what = path.at(-1) === 'indicator' ? 'kind of indicator' : 'field';
  const meant = fieldMeant(field, known);
  const hint = meant ? didYouMean(meant) : known.length > 0 ? `there are ${known.join(', ')}` : 'write {}';
  return { path: [...path, field], kind: 'Unknown', message: `there is no such ${what}`, hint };
}

export const onlyServices = 'only Cloud Run services can be guarded: write service: {project, region, name}';

/** What else Cloud Run runs. */
export const notServices = [
  { pattern: /^jobs?$/i, message: 'Cloud Run jobs are refused: they serve no requests that could be judged' },
  {
    pattern: /^worker-?pools?$/i,
    message: 'Cloud Run worker pools are refused: they serve no requests that could be judged',
  },
] as const;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
