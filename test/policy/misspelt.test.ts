/** Nothing that people misspell is dropped in silence: every field at every level, every annotation, and what they hold. */
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { reasonFacts } from '../../src/facts/reason.ts';
import { strangeAnnotations } from '../../src/policy/annotations.ts';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { storedPolicy } from '../../src/policy/parse.ts';
import { type JsonSchema, policySchema } from '../../src/policy/schema.ts';
import { asJson, fine, minimal } from './invalid.ts';

type Step = string | number;

/** The path of every field of the schema's objects. */
function* fieldsOf(schema: JsonSchema, path: readonly Step[] = []): Generator<readonly Step[]> {
  if (schema.items) yield* fieldsOf(schema.items, [...path, 0]);
  for (const [field, inner] of Object.entries(schema.properties ?? {})) {
    if (path.length === 0 && field === 'status') continue;
    yield [...path, field];
    yield* fieldsOf(inner, [...path, field]);
  }
}

const metadata = ['name', 'namespace', 'labels', 'annotations'].map((field) => ['metadata', field]);
const fields = [...fieldsOf(policySchema), ...metadata];

/** A typing mistake of each kind. */
const mistakes: Readonly<Record<string, (word: string) => string>> = {
  'a letter twice': (word) => `${word}${word.at(-1)}`,
  'a letter too few': (word) => word.slice(0, -1),
  'two letters swapped': (word) => `${word.slice(0, -2)}${word.at(-1)}${word.at(-2)}`,
};

/** `root` with `value` at `path`, and what lies around it. */
function withValue(root: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') return [withValue(undefined, rest, value)];
  const around = typeof root === 'object' && root !== null ? (root as Record<string, unknown>) : {};
  return { ...around, [step]: withValue(around[step], rest, value) };
}

const textOf = (path: readonly Step[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);

describe.each(Object.entries(mistakes))('a field with %s', (_, misspelt) => {
  const cases = fields
    .map((path) => ({ field: textOf(path), path, name: String(path.at(-1)) }))
    .map((one) => ({ ...one, wrong: [...one.path.slice(0, -1), misspelt(one.name)] }))
    .filter(({ name, wrong }) => wrong.at(-1) !== name);

  test.each(cases)('is found where it stands, with what was meant: $field', ({ name, wrong }) => {
    const text = stringify(withValue(minimal, wrong, 'x'));
    const found = checkPolicies(text).findings.find(({ path }) => path === textOf(wrong));
    expect(found).toMatchObject({ message: expect.stringMatching(/^there is no such/), hint: `did you mean ${name}?` });
    expect(text.split('\n')[found!.line - 1]).toContain(`${wrong.at(-1)}:`);
  });
});

/** Of fields that begin with the same letters the shortest is named. */
describe('a field of which only the beginning is written', () => {
  const begun = fields
    .map((path) => ({ path, name: String(path.at(-1)) }))
    .filter(({ name }) => /^[a-z]{4,}[A-Z]/.test(name))
    .map(({ path, name }) => ({ name, wrong: [...path.slice(0, -1), name.replace(/[A-Z].*/, '')] }))
    .filter(({ wrong }) => !fields.some((path) => textOf(path) === textOf(wrong)));

  test.each(begun)('is found, with one that begins so: $wrong', ({ wrong }) => {
    const text = stringify(withValue(minimal, wrong, 'x'));
    const found = checkPolicies(text).findings.find(({ path }) => path === textOf(wrong));
    expect(found!.hint).toMatch(new RegExp(`^did you mean ${wrong.at(-1)}[A-Za-z]+\\?$`));
  });

  test('of an objective names its target', () => {
    const text = stringify(withValue(minimal, ['spec', 'objectives', 0, 'target'], 99.9));
    const found = checkPolicies(text).findings.find(({ path }) => path === 'spec.objectives[0].target');
    expect(found!.hint).toBe('did you mean targetPercent?');
  });
});

const policyWith = (annotations: Readonly<Record<string, string>>) => ({
  ...minimal,
  metadata: { ...minimal.metadata, annotations },
});
const findingsOf = (annotations: Readonly<Record<string, string>>) =>
  checkPolicies(stringify(policyWith(annotations), { version: '1.1' })).findings;

const requests = ['paused', 'promote', 'abort', 'retry'];

describe('an annotation', () => {
  const misspelt = requests.flatMap((request) =>
    [
      ...[...request].map((_, at) => request.slice(0, at) + request.slice(at + 1)),
      ...[...request].map((letter, at) => request.slice(0, at) + letter + request.slice(at)),
      request.toUpperCase(),
    ].map((wrong) => ({ written: `steadyrun.dev/${wrong}`, meant: `steadyrun.dev/${request}` })),
  );
  const prefixes = ['steadyrun.de', 'steadyrn.dev', 'steadyrun.io', 'Steadyrun.dev', 'steady-run.dev'].map(
    (prefix) => ({
      written: `${prefix}/paused`,
      meant: 'steadyrun.dev/paused',
    }),
  );

  test.each([...misspelt, ...prefixes])(
    'that is misspelt is a problem of the file and of the stored policy: $written',
    ({ written, meant }) => {
      const suggestion = `did you mean ${meant}?`;
      expect(findingsOf({ [written]: 'x' })).toEqual([
        {
          line: expect.any(Number),
          column: expect.any(Number),
          path: `metadata.annotations[${written}]`,
          message: 'there is no such annotation',
          hint: suggestion,
        },
      ]);
      expect(storedPolicy(policyWith({ [written]: 'x' })).strange).toEqual([{ annotation: written, suggestion }]);
    },
  );

  test('is found on its line', () => {
    const lines = fine.split('\n');
    const at = lines.findIndex((line) => line.startsWith('  name:'));
    lines.splice(at + 1, 0, '  annotations:', '    steadyrun.dev/pausd: later');
    const [found] = checkPolicies(lines.join('\n')).findings;
    expect(lines[found!.line - 1]).toBe('    steadyrun.dev/pausd: later');
  });

  test.each([
    ['steadyrun.dev/rollback', 'there are steadyrun.dev/paused, '],
    ['steadyrun.dev/', 'there are steadyrun.dev/paused, '],
    ['steadyrun.dev/freeze-exempt', 'write it on the service or the revision'],
    ['steadyrun.dev/cause', 'remove it'],
  ])('that asks nothing of a policy is told so: %s', (annotation, words) => {
    expect(strangeAnnotations(policyWith({ [annotation]: 'x' }))).toEqual([
      { annotation, suggestion: expect.stringContaining(words) },
    ]);
  });

  test.each([
    {},
    { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    { 'example.com/paused': 'x', paused: 'x', 'team.steadyrun.dev/x': 'y' },
    { 'steadyrun.dev/paused': 'until the migration is done' },
    { 'steadyrun.dev/postmortem': 'https://example.com/1' },
    ...['promote', 'abort', 'retry'].map((request) => ({ [`steadyrun.dev/${request}`]: 'api-00042-xyz' })),
  ])('that is right, or not ours, is none: %o', (annotations: Readonly<Record<string, string>>) => {
    expect(findingsOf(annotations)).toEqual([]);
    expect(storedPolicy(policyWith(annotations)).strange).toEqual([]);
  });

  test.each([undefined, null, 5, 'x', [], { metadata: null }, { metadata: { annotations: ['steadyrun.dev/x'] } }])(
    'is looked for in anything: %j',
    (raw) => {
      expect(strangeAnnotations(raw)).toEqual([]);
    },
  );

  test.each(['', 'soon', 'wiki/postmortems/42', 'ftp://wiki', 'https://'])(
    'a postmortem without an address is a problem: %j',
    (value) => {
      const written = { 'steadyrun.dev/postmortem': value };
      const hint = 'write the address of the postmortem, such as https://wiki.example.com/postmortems/42';
      expect(findingsOf(written)).toMatchObject([{ message: 'gives no address', hint }]);
      const stored = storedPolicy(policyWith(written));
      expect(stored.strange).toEqual([{ annotation: 'steadyrun.dev/postmortem', suggestion: hint }]);
      expect(stored.spec).toMatchObject({ policy: { postmortem: null } });
    },
  );

  test.each(['promote', 'abort', 'retry'].flatMap((request) => ['', ' '].map((value) => [request, value] as const)))(
    '%s of no revision is a problem, asks nothing, and is told of: %j',
    (request, value) => {
      const annotation = `steadyrun.dev/${request}`;
      expect(findingsOf({ [annotation]: value })).toMatchObject([{ message: 'names no revision' }]);
      const stored = storedPolicy(policyWith({ [annotation]: value }));
      expect(stored.strange).toEqual([
        { annotation, suggestion: 'write the name of a revision as its value, or remove it' },
      ]);
      expect(stored.spec).toMatchObject({ policy: { requests: { [request]: null } } });
    },
  );

  test.each(['', ' '])('paused without a reason is a problem: %j', (value) => {
    expect(findingsOf({ 'steadyrun.dev/paused': value })).toMatchObject([{ message: 'pauses without a reason' }]);
  });

  test.each(['false', 'False', 'no', 'off', '0'])('paused that says no pauses all the same: %j', (value) => {
    expect(findingsOf({ 'steadyrun.dev/paused': value })).toMatchObject([
      { message: 'pauses whatever it says: its value is the reason', hint: 'remove it if nothing is to be paused' },
    ]);
  });

  test.each(['false', 'no', 'off'])('paused without quotes is not told to be put in quotes: %s', (value) => {
    const text = stringify(policyWith({ 'steadyrun.dev/paused': 'REASON' })).replace('REASON', value);
    expect(checkPolicies(text).findings).toMatchObject([{ hint: 'remove it if nothing is to be paused' }]);
  });

  const noRevisions = [
    ['', 'names no revision', 'write the name of a revision, such as api-00042-xyz'],
    [' ', 'names no revision', 'write the name of a revision, such as api-00042-xyz'],
    ['true', 'can be no revision of api', 'write the name of a revision, such as api-00042-xyz'],
    ['LATEST', 'can be no revision of api', 'write the name of a revision, such as api-00042-xyz'],
    ['api', 'can be no revision of api', 'write the name of a revision, such as api-00042-xyz'],
    ['api-', 'can be no revision of api', 'write the name of a revision, such as api-00042-xyz'],
    ['web-00001-abc', 'can be no revision of api', 'write the name of a revision, such as api-00042-xyz'],
    ['api-00042 xyz', 'can be no revision of api', 'write the name of a revision, such as api-00042-xyz'],
    [`api-${'x'.repeat(60)}`, 'can be no revision of api', 'write the name of a revision, such as api-00042-xyz'],
    ['API-00042-xyz', 'can be no revision of api', 'write api-00042-xyz'],
    [' api-00042-xyz', 'can be no revision of api', 'write api-00042-xyz'],
    [
      'projects/acme/locations/europe-west1/services/api/revisions/api-00042-xyz',
      'can be no revision of api',
      'write api-00042-xyz',
    ],
  ] as const;

  test.each(['promote', 'abort', 'retry'].flatMap((request) => noRevisions.map((row) => [request, ...row] as const)))(
    '%s: %j %s',
    (request, value, message, hint) => {
      expect(findingsOf({ [`steadyrun.dev/${request}`]: value })).toMatchObject([
        { path: `metadata.annotations[steadyrun.dev/${request}]`, message, hint },
      ]);
    },
  );

  test.each(requests)('%s is no label', (request) => {
    const labelled = { ...minimal, metadata: { ...minimal.metadata, labels: { [`steadyrun.dev/${request}`]: 'x' } } };
    expect(checkPolicies(stringify(labelled)).findings).toMatchObject([{ hint: 'write it under annotations' }]);
  });

  test('is told by an event that is a warning, with something to do', () => {
    expect(reasonFacts('UnknownAnnotation')).toMatchObject({
      told: 'Warning',
      runbook: expect.stringContaining('Correct'),
    });
  });
});

test('what is fine has nothing that is misspelt', () => {
  expect(storedPolicy(asJson(fine)).strange).toEqual([]);
});
