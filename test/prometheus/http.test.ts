import http from 'node:http';
import type { AddressInfo } from 'node:net';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { createPromqlClient, type HttpOptions, type Limits } from '../../src/prometheus/http.ts';
import type { PromqlClient, PromqlFailure } from '../../src/prometheus/promql.ts';

const google: MetricsSource = { type: 'GoogleManagedPrometheus', project: 'acme' };
const plain: MetricsSource = { type: 'Prometheus', address: 'https://prometheus.example.com/team-a/' };
const limits: Limits = { tryMs: 2000, totalMs: 3000, maxBytes: 10_000, retries: 2, firstRetryMs: 1 };
const empty = { status: 'success', data: { resultType: 'vector', result: [] } };

let calls: string[];
let signed: string[];

function client(changes: Partial<Limits> = {}, access?: HttpOptions['access']): PromqlClient {
  const credentials = {
    getRequestHeaders: async (url: URL) => {
      signed.push(url.href);
      return new Headers({ authorization: 'Bearer token-of-the-test', 'x-goog-user-project': 'billed' });
    },
  };
  return createPromqlClient({
    access: access ?? { credentials },
    version: '9.9.9',
    signal: new AbortController().signal,
    onCall: (kind, code) => calls.push(`${kind} ${code}`),
    limits: { ...limits, ...changes },
  });
}

beforeEach(() => {
  calls = [];
  signed = [];
  nock.disableNetConnect();
});
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
});

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Answers one POST and keeps what was sent. */
function answered(origin: string, path: string | RegExp, body: object): Promise<Sent> {
  return new Promise((resolve) => {
    nock(origin)
      .post(path)
      .reply(200, async (request: Request) => {
        resolve({ url: request.url, headers: request.headers, body: await request.text() });
        return body;
      });
  });
}

describe('a query over the wire', () => {
  it('goes to Google as a form, with the token, as us', async () => {
    const path = '/v1/projects/acme/location/global/prometheus/api/v1/query';
    const sent = answered('https://monitoring.googleapis.com', path, empty);
    expect(await client().instant(google, 'up{a="&=+ é"}', 1_700_000_000_123)).toEqual([]);
    const { url, headers, body } = await sent;
    expect(url).toBe(`https://monitoring.googleapis.com${path}`);
    expect(body).toBe('query=up%7Ba%3D%22%26%3D%2B+%C3%A9%22%7D&time=1700000000.123');
    expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(headers.get('user-agent')).toBe('steadyrun/9.9.9');
    expect(headers.get('authorization')).toBe('Bearer token-of-the-test');
    expect(headers.get('x-goog-user-project')).toBe('billed');
    expect(signed).toEqual([`https://monitoring.googleapis.com${path}`]);
  });

  it('asks for a range with start, end and step in seconds', async () => {
    const path = '/v1/projects/acme/location/global/prometheus/api/v1/query_range';
    const values = [
      [1_700_000_000, '1'],
      [1_700_000_015.5, '2'],
    ];
    const result = [{ metric: { revision_name: 'a' }, values }];
    const sent = answered('https://monitoring.googleapis.com', path, {
      status: 'success',
      data: { resultType: 'matrix', result },
    });
    expect(await client().range(google, 'up', 1_700_000_000_000, 1_700_000_060_000, 15_000)).toEqual([
      {
        labels: { revision_name: 'a' },
        points: [
          { atMs: 1_700_000_000_000, value: 1 },
          { atMs: 1_700_000_015_500, value: 2 },
        ],
      },
    ]);
    expect((await sent).body).toBe('query=up&start=1700000000&end=1700000060&step=15');
  });

  it('goes to a plain Prometheus below its path, without credentials', async () => {
    const sent = answered('https://prometheus.example.com', '/team-a/api/v1/query', empty);
    await client().instant(plain, 'up', 0);
    expect((await sent).headers.get('authorization')).toBeNull();
    expect(signed).toEqual([]);
  });

  it('gives no credentials to a plain Prometheus that has the address of Google', async () => {
    const sent = answered('https://monitoring.googleapis.com', '/api/v1/query', empty);
    await client().instant({ type: 'Prometheus', address: 'https://monitoring.googleapis.com' }, 'up', 0);
    expect((await sent).headers.get('authorization')).toBeNull();
  });

  it('cannot leave the path through a project’s name', async () => {
    const sent = answered('https://monitoring.googleapis.com', /.*/, empty);
    await client().instant({ type: 'GoogleManagedPrometheus', project: 'a/../../b?c#d' }, 'up', 0);
    expect(new URL((await sent).url).pathname).toBe(
      '/v1/projects/a%2F..%2F..%2Fb%3Fc%23d/location/global/prometheus/api/v1/query',
    );
  });

  for (const source of [google, plain]) {
    it(`goes to the lab for ${source.type}, without credentials`, async () => {
      const path = source === google ? '/v1/projects/acme/location/global/prometheus/api/v1/query' : '/api/v1/query';
      const sent = answered('http://127.0.0.1:9', path, empty);
      await client({}, { labOrigin: new URL('http://127.0.0.1:9') }).instant(source, 'up', 0);
      expect((await sent).headers.get('authorization')).toBeNull();
    });
  }

  for (const address of ['https://user:secret@prometheus.example.com', 'ftp://prometheus.example.com', 'prometheus']) {
    it(`is not made to ${address.replace('secret', '…')}`, async () => {
      const failure = await failed(client().instant({ type: 'Prometheus', address }, 'up', 0));
      expect(failure.message).not.toContain('secret');
      expect(failure.message).toContain('http or https');
    });
  }
});

const failed = (answer: Promise<unknown>): Promise<PromqlFailure> =>
  answer.then(
    () => {
      throw new Error('It did not fail.');
    },
    (failure: PromqlFailure) => failure,
  );

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

  it('because the reply was lost is asked for three times', async () => {
    post()
      .times(3)
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    expect((await failed(ask())).message).toContain('could not be asked: socket hang up');
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
    const failure = await failed(client({}, { credentials }).instant(google, 'up', 0));
    expect(failure).toMatchObject({
      reason: 'ProviderError',
      message: expect.stringContaining('The metadata server is gone.'),
    });
  });
});

describe('over a real connection', () => {
  let server: http.Server;
  let handle: http.RequestListener;
  let sockets = 0;
  let source: MetricsSource;

  beforeEach(async () => {
    nock.enableNetConnect();
    sockets = 0;
    server = http.createServer((request, response) => handle(request, response));
    server.on('connection', () => {
      sockets += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    source = { type: 'Prometheus', address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('an answer that drips in for ever ends with its time, and so does its connection', async () => {
    const closed = new Promise<void>((resolve) => {
      handle = (_, response) => {
        const drip = setInterval(() => response.write(' '), 2);
        response.on('close', () => {
          clearInterval(drip);
          resolve();
        });
      };
    });
    const failure = await failed(client({ tryMs: 30, retries: 0 }).instant(source, 'up', 0));
    expect(failure).toMatchObject({ reason: 'ProviderError', message: expect.stringContaining('timeout') });
    await closed;
  });

  it('a try that gets no answer is given up in time for another', async () => {
    handle = (_, response) => {
      handle = (_, response) => response.end(JSON.stringify(empty));
      response.write(' ');
    };
    expect(await client({ tryMs: 30 }).instant(source, 'up', 0)).toEqual([]);
    expect(calls).toEqual(['instant ProviderError', 'instant OK']);
  });

  it('a server that never answers does not hold up the caller longer than the total', async () => {
    handle = () => {};
    const failure = await failed(client({ tryMs: 1000, totalMs: 30, retries: 50 }).instant(source, 'up', 0));
    expect(failure.message).toContain('timeout');
    expect(calls).toHaveLength(1);
  });

  it('an answer beyond the size limit is cut off while it arrives', async () => {
    let written = 0;
    const closed = new Promise<void>((resolve) => {
      handle = (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(1000))) written += 1000;
        };
        response.on('drain', more);
        response.on('close', resolve);
        more();
      };
    });
    const failure = await failed(client({ maxBytes: 5000 }).instant(source, 'up', 0));
    expect(failure).toMatchObject({
      reason: 'ProviderError',
      message: expect.stringContaining('larger than 5000 bytes'),
    });
    expect(calls).toEqual(['instant ProviderError']);
    await closed;
    expect(written).toBeLessThan(50_000_000);
  });

  it('a connection that is refused is tried again and named', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const failure = await failed(client().instant(source, 'up', 0));
    expect(failure.message).toContain('ECONNREFUSED');
    expect(calls).toHaveLength(3);
  });

  it('a hundred queries share a few kept connections', async () => {
    handle = (_, response) => response.end(JSON.stringify(empty));
    const shared = client();
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 25 }, () => shared.instant(source, 'up', 0)));
    }
    expect(sockets).toBeLessThanOrEqual(8);
  });
});
