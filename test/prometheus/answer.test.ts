import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/prometheus/http.ts';
import { calls, client, empty, failed, google, isolate, noSecrets, plain } from './client.ts';

isolate();

const post = () => nock('https://prometheus.example.com').post('/team-a/api/v1/query');
const ask = (changes?: Partial<Limits>) => client(changes).instant(plain, 'up', 0);

describe('the numbers of an answer', () => {
  it('are read with their special values', async () => {
    const texts = ['1', '0', '-1.5', '1e+06', 'NaN', '+Inf', 'Inf', '-Inf'];
    const result = texts.map((text, index) => ({ metric: { i: String(index) }, value: [1.5, text] }));
    post().reply(200, { status: 'success', data: { resultType: 'vector', result } });
    const infinity = Number.POSITIVE_INFINITY;
    expect((await ask()).map(({ value }) => value)).toEqual([
      1,
      0,
      -1.5,
      1e6,
      Number.NaN,
      infinity,
      infinity,
      -infinity,
    ]);
  });

  const malformed = [
    { metric: {}, value: [1, 'many'] },
    { metric: {}, value: [1, ''] },
    { metric: {}, value: [1, 2] },
    { metric: {}, value: ['1', '2'] },
    { metric: {}, value: null },
    { metric: { a: 1 }, value: [1, '2'] },
    { value: [1, '2'] },
  ];
  for (const entry of malformed) {
    it(`are refused when one is ${JSON.stringify(entry)}`, async () => {
      post().reply(200, { status: 'success', data: { resultType: 'vector', result: [entry] } });
      expect(await failed(ask())).toMatchObject({
        reason: 'ProviderError',
        message: expect.stringContaining('cannot be read'),
      });
    });
  }
});

describe('an answer that cannot be had', () => {
  const html = { 'content-type': 'text/html' };
  const table = [
    {
      what: 'a web page',
      status: 200,
      body: '<!DOCTYPE html><p>Sign in</p>',
      headers: html,
      tries: 1,
      says: 'a web page instead of JSON',
    },
    { what: 'text', status: 200, body: 'pong', tries: 1, says: 'text instead of JSON' },
    { what: 'an error', status: 200, body: { status: 'error', error: 'many-to-many' }, tries: 1, says: 'many-to-many' },
    {
      what: 'a warning',
      status: 200,
      body: { ...empty, warnings: ['store b timed out'] },
      tries: 1,
      says: 'may be incomplete: store b timed out',
    },
    {
      what: 'a scalar',
      status: 200,
      body: { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } },
      tries: 1,
      says: 'scalar instead of a vector',
    },
    { what: 'no data', status: 200, body: { status: 'success' }, tries: 1, says: 'instead of a vector' },
    {
      what: 'a bad query',
      status: 400,
      body: { status: 'error', error: 'parse error' },
      tries: 1,
      says: 'HTTP 400: parse error',
    },
    {
      what: 'a query it cannot execute',
      status: 422,
      body: { status: 'error', error: 'too many samples' },
      tries: 1,
      says: 'too many samples',
    },
    {
      what: 'no permission',
      status: 403,
      body: { error: { code: 403, message: 'Denied.' } },
      tries: 1,
      says: 'roles/monitoring.viewer',
    },
    { what: 'no credentials', status: 401, body: 'who?', tries: 1, says: 'HTTP 401' },
    { what: 'nothing there', status: 404, body: '<html>', headers: html, tries: 1, says: 'no Prometheus API' },
    {
      what: 'a redirect',
      status: 302,
      body: '',
      headers: { location: 'https://login.example.com/' },
      tries: 1,
      says: 'HTTP 302',
    },
    { what: 'a broken server', status: 500, body: 'oops', tries: 3, says: 'HTTP 500' },
    { what: 'a broken gateway', status: 502, body: '<html>', headers: html, tries: 3, says: 'HTTP 502' },
    {
      what: 'an unavailable server',
      status: 503,
      body: { status: 'error', error: 'starting' },
      tries: 3,
      says: 'HTTP 503: starting',
    },
  ];
  for (const { what, status, body, headers, tries, says } of table) {
    it(`because it is ${what} is asked for ${tries === 1 ? 'once' : 'three times'} and says so`, async () => {
      post().times(tries).reply(status, body, headers);
      const failure = await failed(ask());
      expect(failure.reason).toBe('ProviderError');
      expect(failure.message).toContain(says);
      expect(failure.message).toContain('Prometheus at prometheus.example.com');
      expect(calls).toEqual(Array(tries).fill('instant ProviderError'));
    });
  }

  it.each([
    [422, 'query processing would load too many samples into memory in query execution', true],
    [503, 'query timed out in expression evaluation', true],
    [504, 'Deadline expired before operation could complete.', true],
    [413, 'request entity too large', true],
    [500, 'rpc error: code = ResourceExhausted desc = grpc: received message larger than max', true],
    [400, 'the query exceeded the maximum number of chunks', true],
    [400, 'parse error: unexpected character', false],
    [503, 'starting', false],
    [500, 'oops', false],
    [403, 'Quota exceeded for a role', false],
    [429, 'too many requests', false],
  ])('with HTTP %i, %s: a part may be answered, %s', async (status, error, isTooMuch) => {
    post().times(3).reply(status, { status: 'error', error });
    expect(await failed(ask())).toMatchObject({ isTooMuch });
  });

  it('because the reply was lost is asked for three times', async () => {
    post()
      .times(3)
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    expect((await failed(ask())).message).toContain('could not be asked: the connection was cut');
    expect(calls).toHaveLength(3);
  });

  it('is had when trying again helps', async () => {
    post().reply(503, 'starting');
    post().reply(200, empty);
    expect(await ask()).toEqual([]);
    expect(calls).toEqual(['instant ProviderError', 'instant OK']);
  });

  it('because the server limits queries is not asked for again, and not before the time it asks for', async () => {
    post().reply(429, { status: 'error', error: 'quota' }, { 'retry-after': '30' });
    const patient = client();
    const first = await failed(patient.instant(plain, 'up', 0));
    expect(first).toMatchObject({ reason: 'RateLimited', message: expect.stringContaining('It asks to wait 30 s.') });
    const second = await failed(patient.instant(plain, 'up', 0));
    expect(second).toMatchObject({ reason: 'RateLimited', message: expect.stringContaining('asked again in 30 s') });
    expect(calls).toEqual(['instant RateLimited']);
  });

  it('because the server limits queries without saying for how long is asked for with the next question', async () => {
    post().reply(429, 'slow down');
    post().reply(200, empty);
    const patient = client();
    expect((await failed(patient.instant(plain, 'up', 0))).reason).toBe('RateLimited');
    expect(await patient.instant(plain, 'up', 0)).toEqual([]);
  });

  it('because there are no credentials is a failure like any other', async () => {
    const credentials = { getRequestHeaders: () => Promise.reject(new Error('The metadata server is gone.')) };
    const failure = await failed(client({}, { credentials, secrets: noSecrets }).instant(google, 'up', 0));
    expect(failure).toMatchObject({
      reason: 'ProviderError',
      message: expect.stringContaining('The metadata server is gone.'),
    });
  });
});
