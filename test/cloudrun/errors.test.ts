import { inspect } from 'node:util';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Conflict, OutcomeUnknown, Refused, Unavailable } from '../../src/ports/errors.ts';
import { googleError, harness, origin, path, query, ref, seen, serviceJson, traffic } from './google.ts';

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
});

const patch = () =>
  nock(origin)
    .patch(path)
    .query({ updateMask: 'traffic', ...query });
const get = () => nock(origin).get(path).query(query);
const split = [{ revision: 'api-00001-aaa', percent: 100 }];

async function failedWrite(): Promise<{ error: Error; calls: string[] }> {
  const { services, calls } = await harness();
  const error = await services.write(ref, traffic(split), seen('"etag-1"')).then(
    () => new Error('It did not fail.'),
    (error: Error) => error,
  );
  return { error, calls };
}

async function failedRead(): Promise<{ error: Error; calls: string[] }> {
  const { services, calls } = await harness();
  const error = await services.read(ref).then(
    () => new Error('It did not fail.'),
    (error: Error) => error,
  );
  return { error, calls };
}

describe('a failed write', () => {
  const table = [
    { http: 409, status: 'ABORTED', said: 'Conflict for resource api: version 1.', is: Conflict },
    { http: 400, status: 'FAILED_PRECONDITION', said: 'The etag does not match.', is: Conflict },
    { http: 404, status: 'NOT_FOUND', said: 'Resource api was not found.', is: Conflict },
    { http: 400, status: 'FAILED_PRECONDITION', said: 'Revision api-00001-aaa is not ready.', is: Refused },
    { http: 400, status: 'INVALID_ARGUMENT', said: 'traffic: percents must sum to 100.', is: Refused },
    { http: 409, status: 'ALREADY_EXISTS', said: 'Revision named api-00002 already exists.', is: Refused },
    { http: 403, status: 'PERMISSION_DENIED', said: "Permission 'run.services.update' denied.", is: Refused },
    { http: 429, status: 'RESOURCE_EXHAUSTED', said: 'Quota exceeded.', is: Unavailable },
    { http: 401, status: 'UNAUTHENTICATED', said: 'Invalid credentials.', is: Unavailable },
    { http: 503, status: 'UNAVAILABLE', said: 'The service is unavailable.', is: OutcomeUnknown },
    { http: 500, status: 'INTERNAL', said: 'Internal error.', is: OutcomeUnknown },
    { http: 504, status: 'DEADLINE_EXCEEDED', said: 'Deadline exceeded.', is: OutcomeUnknown },
  ];
  for (const { http, status, said, is } of table) {
    it(`with ${status} (${said}) is ${is.name}, is sent once, and says so in one sentence`, async () => {
      patch().reply(http, googleError(http, status, said));
      const { error, calls } = await failedWrite();
      expect(error).toBeInstanceOf(is);
      expect(error.message).toContain(
        `Could not set the traffic of service api in acme/europe-west1: ${status}, "${said}".`,
      );
      expect(calls).toEqual([`UpdateService ${status}`]);
    });
  }

  it('whose reply was lost has an unknown outcome', async () => {
    patch().replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    const { error, calls } = await failedWrite();
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(calls).toEqual(['UpdateService UNAVAILABLE']);
  });

  it('whose answer never came has an unknown outcome', async () => {
    patch().delay(1000).reply(200, {});
    const { services } = await harness({ readTimeoutMs: 20, writeTimeoutMs: 20, readRetries: 0, firstRetryMs: 1 });
    const write = services.write(ref, traffic(split), seen('"etag-1"'));
    await expect(write).rejects.toThrow(OutcomeUnknown);
    await expect(write).rejects.toThrow('DEADLINE_EXCEEDED');
  });

  it('that was answered with something unreadable has an unknown outcome', async () => {
    patch().reply(200, 'surprise');
    expect((await failedWrite()).error).toBeInstanceOf(OutcomeUnknown);
  });

  it('that a proxy answered has an unknown outcome, whatever the proxy called it', async () => {
    patch().reply(403, '<html>Blocked by the firewall</html>', { 'content-type': 'text/html' });
    const { error } = await failedWrite();
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(error.message).toContain('Blocked by the firewall');
  });

  it('names the missing permission as Google gave it', async () => {
    patch().reply(
      403,
      googleError(403, 'PERMISSION_DENIED', 'Permission denied on service account.', [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'iam.googleapis.com',
          metadata: { permission: 'iam.serviceaccounts.actAs' },
        },
      ]),
    );
    expect((await failedWrite()).error.message).toContain('roles/iam.serviceAccountUser');
  });

  it('never shows the token that it was sent with, however deeply it is printed', async () => {
    patch().reply(403, googleError(403, 'PERMISSION_DENIED', 'No.'));
    const { error } = await failedWrite();
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain('token-of-the-test');
  });
});

describe('a failed read', () => {
  const passing = [
    { http: 503, status: 'UNAVAILABLE' },
    { http: 500, status: 'INTERNAL' },
    { http: 504, status: 'DEADLINE_EXCEEDED' },
    { http: 429, status: 'RESOURCE_EXHAUSTED' },
  ];
  for (const { http, status } of passing) {
    it(`with ${status} is tried twice more and is then Unavailable`, async () => {
      get()
        .times(3)
        .reply(http, googleError(http, status, 'Not now.'));
      const { error, calls } = await failedRead();
      expect(error).toBeInstanceOf(Unavailable);
      expect(calls).toEqual(Array(3).fill(`GetService ${status}`));
    });
  }

  const lasting = [
    { http: 403, status: 'PERMISSION_DENIED', is: Refused },
    { http: 400, status: 'INVALID_ARGUMENT', is: Refused },
    { http: 401, status: 'UNAUTHENTICATED', is: Unavailable },
  ];
  for (const { http, status, is } of lasting) {
    it(`with ${status} is not tried again and is ${is.name}`, async () => {
      get().reply(http, googleError(http, status, 'No.'));
      const { error, calls } = await failedRead();
      expect(error).toBeInstanceOf(is);
      expect(calls).toEqual([`GetService ${status}`]);
    });
  }

  it('that passes is not seen', async () => {
    get().reply(503, googleError(503, 'UNAVAILABLE', 'Not now.'));
    get().reply(200, serviceJson());
    const { services } = await harness();
    expect((await services.read(ref))?.etag).toBe('"etag-1"');
  });

  it('with NOT_FOUND means that there is no such service', async () => {
    get().reply(404, googleError(404, 'NOT_FOUND', 'Resource api was not found.'));
    const { services } = await harness();
    expect(await services.read(ref)).toBeNull();
  });

  it("does not take a proxy's 404 for a deleted service", async () => {
    get().times(3).reply(404, '<html>no route</html>', { 'content-type': 'text/html' });
    expect((await failedRead()).error).toBeInstanceOf(Unavailable);
  });

  it('that lacks a permission names the one for that request', async () => {
    get().reply(403, googleError(403, 'PERMISSION_DENIED', 'The caller does not have permission.'));
    expect((await failedRead()).error.message).toContain(
      "Grant the operator's identity run.services.get. Google says the same where the project or the region of spec.service is not the one that is meant.",
    );
  });

  it('of a project that there is not asks for no grant', async () => {
    const info = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'CONSUMER_INVALID',
      domain: 'googleapis.com',
    };
    get().reply(403, googleError(403, 'PERMISSION_DENIED', "Project 'acme' not found or deleted.", [info]));
    const { message } = (await failedRead()).error;
    expect(message).toContain('There is no such project: delete this policy and create one that names the right one');
    expect(message).not.toContain('Grant');
  });

  it('for want of the API says which API to enable', async () => {
    const info = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'SERVICE_DISABLED',
      domain: 'googleapis.com',
    };
    get().reply(403, googleError(403, 'PERMISSION_DENIED', 'Cloud Run Admin API has not been used.', [info]));
    expect((await failedRead()).error.message).toContain('run.googleapis.com');
  });
});
