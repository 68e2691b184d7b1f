/** The Google role holds what the operator asks for, all of it and nothing else. */
import { readFileSync } from 'node:fs';
import nock from 'nock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { boundToGoogle } from '../../src/cloudrun/access.ts';
import { createServices } from '../../src/cloudrun/services.ts';
import type { Change } from '../../src/facts/change.ts';
import type { Services } from '../../src/ports/services.ts';
import { brisk, credentials, googleError, origin, ref, seen, traffic } from '../cloudrun/google.ts';

beforeAll(() => {
  nock.disableNetConnect();
  const refusal = googleError(403, 'PERMISSION_DENIED', 'The caller does not have permission.');
  for (const method of ['get', 'patch', 'post', 'put', 'delete'] as const) {
    for (const each of [origin, 'https://europe-west1-run.googleapis.com'])
      nock(each).persist()[method](/.*/).reply(403, refusal);
  }
});
afterAll(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

/** Every call that is made, whoever makes it. */
const calls: Readonly<Record<keyof Services, (services: Services) => Promise<unknown>>> = {
  glance: (services) => services.glance(ref),
  read: (services) => services.read(ref),
  revision: (services) => services.revision(ref, 'api-00001-aaa'),
  targets: (services) => services.targets(ref, 'api-00001-aaa'),
  digest: (services) => services.digest(ref, 'api-00001-aaa'),
  write: (services) => services.write(ref, traffic([{ revision: 'api-00001-aaa', percent: 100 }]), seen('"etag-1"')),
};

/** The other kinds of write. */
const tuning: readonly Change[] = [
  { kind: 'Scaling', maxInstances: 10 },
  { kind: 'Template', revision: 'api-00002-abc', from: 'api-00001-aaa', set: { concurrency: 10 } },
];

/** What Google would have to grant, call by call, as the refusals name it. */
async function asked(): Promise<string[]> {
  const messages: string[] = [];
  const services = await createServices({
    access: { credentials: boundToGoogle(credentials(), '9.9.9') },
    version: '9.9.9',
    clock: { nowMs: () => 0 },
    signal: new AbortController().signal,
    onCall: () => undefined,
    onListDenied: (_, message) => messages.push(message),
    pace: brisk,
  });
  const writes = tuning.map((change) => (all: Services) => all.write(ref, change, seen('"etag-1"')));
  for (const call of [...Object.values(calls), ...writes])
    await call(services).catch(({ message }: Error) => messages.push(message));
  return messages.map((message) => /Grant the operator's identity (\S+)\.(?: |$)/.exec(message)?.[1] ?? message);
}

const role = parse(readFileSync('deploy/iam/role.yaml', 'utf8')) as { includedPermissions: readonly string[] };

test('every permission that a call needs is in the role, and no other', async () => {
  expect([...new Set(await asked())].toSorted()).toEqual(role.includedPermissions);
});

test.each(['README.md', 'deploy/README.md'])('%s names the roles that are granted besides it, and where', (file) => {
  const text = readFileSync(file, 'utf8');
  for (const word of [
    'monitoring.viewer',
    'roles/logging.viewer',
    'iam.serviceAccounts.actAs',
    'roles/artifactregistry.reader',
  ]) {
    expect(text).toContain(word);
  }
  for (const word of ['run.operations', 'run.revisions.list', 'run.revisions.get/list'])
    expect(text).not.toContain(word);
});

test('README.md names the permissions of the role', () => {
  const text = readFileSync('README.md', 'utf8');
  const named = [...text.matchAll(/`(run\.\w+)\.([\w/]+)`/g)].flatMap(([, what, how]) =>
    how!.split('/').map((each) => `${what}.${each}`),
  );
  expect(named.toSorted()).toEqual(role.includedPermissions);
});
