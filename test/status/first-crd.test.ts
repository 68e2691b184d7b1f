/** Beside the CRD of the first version nothing is stored that it does not declare: it would refuse the whole status. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { sinceTheFirst } from '../../src/kubernetes/policies/slopolicies.ts';
import { hasHistory, oldCommit } from './old-operator.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const crd = 'crds/slopolicies.steadyrun.dev.yaml';
const statusIn = (text: string): Schema =>
  parse(text).spec.versions[0].schema.openAPIV3Schema.properties.status as Schema;

/** What is declared now and was not then, by its path; all that is in it is new with it. */
function news(then: Schema, now: Schema, path: string): string[] {
  return Object.entries(now.properties ?? now.items?.properties ?? {}).flatMap(([field, schema]) => {
    const known = (then.properties ?? then.items?.properties)?.[field];
    const at = path === '' ? field : `${path}.${field}`;
    return known ? news(known, schema, at) : [at];
  });
}

test.skipIf(!(await hasHistory()))('every field that came later is left out beside the first CRD', async () => {
  const { stdout } = await promisify(execFile)('git', ['show', `${oldCommit}:${crd}`]);
  const found = news(statusIn(stdout), statusIn(await readFile(crd, 'utf8')), '');
  expect([...sinceTheFirst].sort()).toEqual(found.sort());
});
