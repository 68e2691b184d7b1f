import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth2Client } from 'google-auth-library';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundToGoogle } from '../../src/cloudrun/access.ts';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { calls, client, empty, failed, google, isolate, noSecrets, plain, signed } from './client.ts';

isolate();

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
    expect(headers.get('accept-encoding')).toBeNull();
    expect(signed).toEqual([`https://monitoring.googleapis.com${path}`]);
  });

  it('is signed by the same credentials as calls to Cloud Run', async () => {
    const sent = answered('https://monitoring.googleapis.com', /.*/, empty);
    const signer = new OAuth2Client();
    signer.setCredentials({ access_token: 'shared', expiry_date: Date.now() + 3_600_000 });
    await client({}, { credentials: boundToGoogle(signer, '9.9.9'), secrets: noSecrets }).instant(google, 'up', 0);
    expect((await sent).headers.get('authorization')).toBe('Bearer shared');
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
    await client().instant({ type: 'Prometheus', address: 'https://monitoring.googleapis.com', auth: null }, 'up', 0);
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
      const failure = await failed(client().instant({ type: 'Prometheus', address, auth: null }, 'up', 0));
      expect(failure.message).not.toContain('secret');
      expect(failure.message).toContain('http or https');
    });
  }
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
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    source = { type: 'Prometheus', address, auth: null };
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
    expect(failure).toMatchObject({
      reason: 'ProviderError',
      message: expect.stringContaining('no answer came in time'),
      isTooMuch: true,
    });
    await closed;
  });

  it('a try that gets no answer is given up in time for another', async () => {
    handle = (_, response) => {
      handle = (_, response) => response.end(JSON.stringify(empty));
      response.write(' ');
    };
    expect(await client({ tryMs: 1000 }).instant(source, 'up', 0)).toEqual([]);
    expect(calls).toEqual(['instant ProviderError', 'instant OK']);
  });

  it('a server that never answers does not hold up the caller longer than the total', async () => {
    handle = () => {};
    const failure = await failed(client({ tryMs: 1000, totalMs: 30, retries: 50 }).instant(source, 'up', 0));
    expect(failure.message).toContain('no answer came in time');
    expect(failure.isTooMuch).toBe(true);
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
      isTooMuch: true,
    });
    expect(calls).toEqual(['instant ProviderError']);
    await closed;
    expect(written).toBeLessThan(50_000_000);
  });

  it('a connection that is refused is tried again and named', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const failure = await failed(client().instant(source, 'up', 0));
    expect(failure.message).toContain('nobody listens at ');
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
