import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthClient } from 'google-auth-library';
import nock from 'nock';
import { afterEach, describe, expect, it } from 'vitest';
import { boundToGoogle, boundToLab, loopbackOrigin } from '../../src/cloudrun/access.ts';
import { googleCredentials } from '../../src/cloudrun/credentials.ts';
import { createServices } from '../../src/cloudrun/services.ts';
import { credentials, ref, serviceJson } from './google.ts';

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('Google credentials', () => {
  const refused = [
    'http://run.googleapis.com/',
    'https://run.googleapis.com:8443/',
    'https://run.googleapis.com.evil.example/',
    'https://googleapis.com.evil.example/',
    'https://evilgoogleapis.com/',
    'https://run.googleapis.com@evil.example/',
    'https://a.b.googleapis.com/',
    'http://127.0.0.1:8080/',
    'https://prometheus.example.com/api/v1/query',
  ];
  for (const address of refused) {
    it(`are not given to ${address}`, async () => {
      const client = boundToGoogle(credentials(), '1.0.0');
      await expect(client.getRequestHeaders(address)).rejects.toThrow('Refused to send credentials');
      await expect(client.request({ url: address })).rejects.toThrow('Refused to send credentials');
      await expect(client.fetch(address)).rejects.toThrow('Refused to send credentials');
    });
  }

  for (const address of ['https://run.googleapis.com/v2/x', 'https://monitoring.googleapis.com/v1/x']) {
    it(`are given to ${address}`, async () => {
      const headers = await boundToGoogle(credentials(), '1.0.0').getRequestHeaders(address);
      expect(headers.get('authorization')).toBe('Bearer token-of-the-test');
    });
  }

  it('are never handed out as a bare token, nor without an address', async () => {
    const client = boundToGoogle(credentials(), '1.0.0');
    await expect(client.getAccessToken()).rejects.toThrow('address');
    await expect(client.getRequestHeaders()).rejects.toThrow();
  });

  it('do not follow a redirect', async () => {
    nock('https://run.googleapis.com').get('/v2/x').reply(302, '', { location: 'https://evil.googleapis.com/v2/x' });
    await expect(
      boundToGoogle(credentials(), '1.0.0').request({ url: 'https://run.googleapis.com/v2/x' }),
    ).rejects.toThrow(/redirect/);
  });
});

describe('waiting for credentials', () => {
  const options = { version: '1.0.0', signal: new AbortController().signal, onWaiting: () => {}, firstRetryMs: 1 };

  it('tries until they yield a token, telling what is missing each time', async () => {
    const said: string[] = [];
    let tries = 0;
    const resolve = async (): Promise<AuthClient> => {
      tries += 1;
      if (tries === 1) throw new Error('The metadata server does not answer.');
      if (tries === 2) throw new TypeError('The file cannot be read.');
      return credentials();
    };
    const client = await googleCredentials({ ...options, resolve, onWaiting: (message) => said.push(message) });
    expect((await client.getRequestHeaders('https://run.googleapis.com/')).get('authorization')).toContain(
      'token-of-the-test',
    );
    expect(said).toEqual([
      expect.stringContaining('The metadata server does not answer.'),
      expect.stringContaining('The file cannot be read.'),
    ]);
  });

  it('ends at once when it is aborted', async () => {
    const abort = new AbortController();
    const waiting = googleCredentials({
      ...options,
      signal: abort.signal,
      resolve: () => Promise.reject(new Error('Nothing.')),
      firstRetryMs: 1_000_000,
      onWaiting: () => setImmediate(() => abort.abort(new Error('Shutting down.'))),
    });
    await expect(waiting).rejects.toThrow('Shutting down.');
  });

  it('binds what it found to Google', async () => {
    const client = await googleCredentials({ ...options, resolve: async () => credentials() });
    await expect(client.request({ url: 'https://example.com/' })).rejects.toThrow('Refused');
  });
});

describe('the address of a lab', () => {
  for (const address of [
    'http://127.0.0.1:8080',
    'http://localhost:1',
    'http://[::1]:8080',
    'http://127.0.0.1:8080/',
  ]) {
    it(`may be ${address}`, () => expect(loopbackOrigin(address).href).toContain('http://'));
  }
  const refused = [
    'https://127.0.0.1:8080',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1:8080',
    'http://run.googleapis.com',
    'http://user@127.0.0.1:8080',
    'http://127.0.0.1:8080/v2',
    'not an address',
    '',
  ];
  for (const address of refused) {
    it(`may not be "${address}"`, () => expect(() => loopbackOrigin(address)).toThrow('is not a lab'));
  }

  it('gets no credentials, and nothing else is reached with its client', async () => {
    const client = boundToLab(loopbackOrigin('http://127.0.0.1:8080'), '1.0.0');
    expect([...(await client.getRequestHeaders('http://127.0.0.1:8080/x'))]).toEqual([]);
    await expect(client.request({ url: 'http://127.0.0.1:8081/x' })).rejects.toThrow('Refused');
  });
});

describe('over a real connection', () => {
  it('sends our user agent, no credentials, and fifty reads at once over at most two connections', async () => {
    const agents = new Set<string | undefined>();
    const authorizations = new Set<string | undefined>();
    let connections = 0;
    const server = http.createServer((request, response) => {
      agents.add(request.headers['user-agent']);
      authorizations.add(request.headers.authorization);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(serviceJson()));
    });
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const services = await createServices({
        access: { labOrigin: loopbackOrigin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) },
        version: '1.2.3',
        clock: { nowMs: () => 0 },
        signal: new AbortController().signal,
        onCall: () => {},
        onListDenied: () => {},
      });
      await Promise.all(Array.from({ length: 50 }, () => services.read(ref)));
      expect(connections).toBeLessThanOrEqual(2);
      expect([...agents]).toEqual([expect.stringMatching(/^steadyrun\/1\.2\.3 /)]);
      expect([...authorizations]).toEqual([undefined]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
