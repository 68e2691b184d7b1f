/** What is proposed instead of a length of time that cannot be is a length that can be, in every field that takes one. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { durationPattern } from '../../src/policy/duration.ts';
import { type JsonSchema, policySchema } from '../../src/policy/schema.ts';

/** "spec.objectives[0].timeSlice", and a mapping that has nothing else. */
interface Field {
  readonly path: string;
  readonly put: (value: unknown) => unknown;
}

function fieldsIn(schema: JsonSchema, path: string, put: Field['put']): Field[] {
  if (schema.pattern === durationPattern.source) return [{ path, put }];
  if (schema.items) return fieldsIn(schema.items, `${path}[0]`, (value) => put([value]));
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    fieldsIn(inner, path === '' ? name : `${path}.${name}`, (value) => put({ [name]: value })),
  );
}

const fields = fieldsIn({ properties: { spec: policySchema.properties!.spec! } }, '', (value) => value);
const amounts = ['1', '5', '7', '24', '90', '0.3', '1.5', '99999'];
const units = ['', 'd', ' days', 'w', 'h', ' hours', 'm', 'min', 's', ' seconds', 'ms', ' millis'];
const values = amounts.flatMap((amount) => units.map((unit) => amount + unit)).concat('soon', '-5m', '');

function hintOn({ path, put }: Field, value: unknown): string | undefined {
  const head = { apiVersion: 'steadyrun.dev/v1alpha1', kind: 'SLOPolicy', metadata: { name: 'api' } };
  const { findings } = checkPolicies(stringify({ ...head, ...(put(value) as object) }));
  return findings.find((finding) => finding.path === path)?.hint;
}

test('there are such fields', () => expect(fields.length).toBeGreaterThanOrEqual(5));

test.each(fields)('of $path', (field) => {
  let proposed = 0;
  for (const value of [...values, ...values.map(Number).filter(Number.isFinite)]) {
    const meant = /^(?:write|add its unit:) (\S+)(?: if [a-z]+ are meant)?$/.exec(hintOn(field, value) ?? '')?.[1];
    if (meant === undefined) continue;
    proposed++;
    expect(hintOn(field, meant), `${value} -> ${meant}`).toBeUndefined();
  }
  expect(proposed).toBeGreaterThan(3);
});
