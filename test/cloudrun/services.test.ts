import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Refused, Unavailable } from '../../src/ports/errors.ts';
import { googleError, harness, origin, path, query, ref, seen, serviceJson, traffic } from './google.ts';

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
});

const list = (body: object, status = 200) =>
  nock(origin).get('/v2/projects/acme/locations/europe-west1/services').query(true).reply(status, body);
const get = (body: object) => nock(origin).get(path).query(query).reply(200, body);
const patch = (body: object, status = 200) => nock(origin).patch(path).query(true).reply(status, body);
const split = [{ revision: 'api-00001-aaa', percent: 100 }];
const operation = { name: 'projects/acme/locations/europe-west1/operations/op-1' };

describe('a glance', () => {
  it('after a change of traffic shows the service as it is now, not as it was listed', async () => {
    list({ services: [serviceJson()] });
    patch(operation);
    get(serviceJson({ etag: '"etag-2"' }));
    const { services } = await harness();
    await services.glance(ref);
    await services.write(ref, traffic(split), seen('"etag-1"'));
    expect((await services.glance(ref))?.etag).toBe('"etag-2"');
  });

  it('does so after a change whose outcome is unknown, too', async () => {
    list({ services: [serviceJson()] });
    patch(googleError(503, 'UNAVAILABLE', 'Not now.'), 503);
    get(serviceJson({ etag: '"etag-2"' }));
    const { services } = await harness();
    await services.glance(ref);
    await expect(services.write(ref, traffic(split), seen('"etag-1"'))).rejects.toThrow();
    expect((await services.glance(ref))?.etag).toBe('"etag-2"');
  });

  it('shows what a read has shown since the list', async () => {
    list({ services: [serviceJson()] });
    get(serviceJson({ etag: '"etag-2"' }));
    const { services } = await harness();
    await services.glance(ref);
    await services.read(ref);
    expect((await services.glance(ref))?.etag).toBe('"etag-2"');
  });

  it('falls back to single reads where listing is denied, and says so', async () => {
    list(googleError(403, 'PERMISSION_DENIED', 'Denied.'), 403);
    get(serviceJson());
    const { services, denied, calls } = await harness();
    expect((await services.glance(ref))?.etag).toBe('"etag-1"');
    expect(denied).toEqual(['acme/europe-west1']);
    expect(calls).toEqual(['ListServices PERMISSION_DENIED', 'GetService OK']);
  });

  it('believes no list that Google calls incomplete', async () => {
    list({ services: [], unreachable: ['europe-west1'] });
    const { services, calls } = await harness();
    await expect(services.glance(ref)).rejects.toThrow(Unavailable);
    expect(calls).toEqual(['ListServices OK']);
  });

  it('is Unavailable when the list fails', async () => {
    for (let tries = 0; tries < 3; tries++) list(googleError(503, 'UNAVAILABLE', 'Not now.'), 503);
    const { services, denied } = await harness();
    await expect(services.glance(ref)).rejects.toThrow(Unavailable);
    expect(denied).toEqual([]);
  });
});

describe('a change of traffic that must not be made', () => {
  it('is refused without an etag, before anything is sent', async () => {
    const { services, calls } = await harness();
    await expect(services.write(ref, traffic(split), seen(''))).rejects.toThrow(Refused);
    expect(calls).toEqual([]);
  });

  it('is refused without a split, before anything is sent', async () => {
    const { services, calls } = await harness();
    await expect(services.write(ref, traffic([]), seen('"etag-1"'))).rejects.toThrow(Refused);
    expect(calls).toEqual([]);
  });
});
