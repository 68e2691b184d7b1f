import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harness, origin, path, query, ref, seen, serviceJson, traffic } from './google.ts';

/** The headers and the exact body of every request that is made, in order. */
interface Sent {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

let sent: Sent[];

beforeEach(() => {
  sent = [];
  nock.disableNetConnect();
});
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
});

function answer(method: 'get' | 'patch', at: string, search: object, body: object): void {
  nock(origin)
    [method](at)
    .query(search as Record<string, string>)
    .reply(200, async (request: Request) => {
      sent.push({ path: request.url.slice(origin.length), headers: request.headers, body: await request.text() });
      return body;
    });
}

const operation = { name: 'projects/acme/locations/europe-west1/operations/op-1', done: false };

describe('every request to the Cloud Run Admin API', () => {
  it('reads a service by GET, as us, with the bearer token', async () => {
    answer('get', path, query, serviceJson());
    const { services } = await harness();
    await services.read(ref);
    expect(sent[0]?.headers.get('user-agent')).toMatch(/^steadyrun\/9\.9\.9 /);
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer token-of-the-test');
    expect(sent[0]?.headers.get('x-goog-api-client')).toContain('steadyrun/9.9.9');
    expect(sent[0]?.body).toBe('');
  });

  it('reads a revision by GET', async () => {
    answer('get', `${path}/revisions/api-00002-bbb`, query, {
      name: `${path.slice(4)}/revisions/api-00002-bbb`,
      createTime: '2026-11-01T10:00:00.250Z',
      conditions: [{ type: 'Ready', state: 3, message: 'The container failed to start.' }],
    });
    const { services } = await harness();
    expect(await services.revision(ref, 'api-00002-bbb')).toEqual({
      name: 'api-00002-bbb',
      createdAtMs: Date.parse('2026-11-01T10:00:00.250Z'),
      ready: 'False',
      message: 'The container failed to start.',
    });
    expect(sent[0]?.headers.get('user-agent')).toMatch(/^steadyrun\/9\.9\.9 /);
  });

  it('lists the services of a region page by page', async () => {
    const list = '/v2/projects/acme/locations/europe-west1/services';
    answer('get', list, { pageSize: '100', ...query }, { services: [], nextPageToken: 'page-2' });
    answer('get', list, { pageSize: '100', pageToken: 'page-2', ...query }, { services: [serviceJson()] });
    const { services, calls } = await harness();
    expect((await services.glance(ref))?.etag).toBe('"etag-1"');
    expect(calls).toEqual(['ListServices OK', 'ListServices OK']);
  });

  it('changes traffic by a PATCH of traffic alone, guarded by the etag', async () => {
    answer('patch', path, { updateMask: 'traffic', ...query }, operation);
    const { services } = await harness();
    const split = [
      { revision: 'api-00002-bbb', percent: 5 },
      { revision: 'api-00003-ccc', percent: 0 },
      { revision: 'api-00001-aaa', percent: 95 },
    ];
    const tagged = [
      { revision: null, percent: 0, tag: 'next' },
      { revision: 'api-00001-aaa', percent: 0, tag: 'good' },
    ];
    await services.write(ref, traffic(split), seen('"etag-1"', tagged));
    expect(sent[0]?.path).toBe(`${path}?updateMask=traffic&$alt=json%3Benum-encoding=int`);
    expect(sent[0]?.headers.get('user-agent')).toMatch(/^steadyrun\/9\.9\.9 /);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      etag: '"etag-1"',
      labels: {},
      annotations: {},
      traffic: [
        { type: 2, revision: 'api-00001-aaa', percent: 95 },
        { type: 2, revision: 'api-00002-bbb', percent: 5 },
        { type: 2, revision: 'api-00001-aaa', tag: 'good' },
        { type: 1, tag: 'next' },
      ],
    });
  });

  it('does not ask about the operation that a change of traffic starts', async () => {
    answer('patch', path, { updateMask: 'traffic', ...query }, operation);
    const asked = nock(origin)
      .get(/operations/)
      .query(true)
      .reply(200, operation);
    const { services } = await harness();
    await services.write(ref, traffic([{ revision: 'api-00001-aaa', percent: 100 }]), seen('"etag-1"'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked.isDone()).toBe(false);
  });
});
