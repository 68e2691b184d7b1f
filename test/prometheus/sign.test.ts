/** Which credentials go where, and that they are seen nowhere else. */
import nock from 'nock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MetricsSource, PrometheusAuth, SecretKey } from '../../src/policy/policy.ts';
import type { PromqlClient } from '../../src/prometheus/promql.ts';
import type { Access } from '../../src/prometheus/sign.ts';
import { calls, client, empty, failed, isolate } from './client.ts';
import { reply, Wire } from './wire.ts';

isolate();

const at = (key: string): SecretKey => ({ namespace: 'team', name: 'prom', key });
const bearer: PrometheusAuth = { kind: 'Bearer', credentials: at('token') };
const basic: PrometheusAuth = { kind: 'Basic', username: at('user'), password: at('pass') };
const sourceWith = (auth: PrometheusAuth): MetricsSource => ({
  type: 'Prometheus',
  address: 'https://prometheus.example.com',
  auth,
});

/** What the Secret team/prom holds; what is missing cannot be read. */
let held: Record<string, string>;
let reads: string[];
let forgotten: string[];
let google: string[];
let access: Access;

beforeEach(() => {
  held = { token: 's3cr3t-token', user: 'reader', pass: 'pä ss:w/&rd' };
  reads = [];
  forgotten = [];
  google = [];
  access = {
    credentials: {
      getRequestHeaders: async (url) => {
        google.push(url.href);
        return new Headers({ authorization: 'Bearer google-token' });
      },
    },
    secrets: {
      read: async ({ namespace, name, key }) => {
        reads.push(`${namespace}/${name}/${key}`);
        const value = held[key];
        if (value === undefined) throw new Error(`There is no Secret ${namespace}/${name}:\n create it.`);
        return value;
      },
      forget: ({ key }) => forgotten.push(key),
    },
  };
});

const prometheus = () => nock('https://prometheus.example.com').post('/api/v1/query');
const asking = (limits = {}): PromqlClient => client(limits, access);

/** The authorization that arrives at the server. */
async function shown(source: MetricsSource): Promise<string | null> {
  let authorization: string | null = null;
  prometheus().reply(200, (request: Request) => {
    authorization = request.headers.get('authorization');
    return empty;
  });
  await asking().instant(source, 'up', 0);
  return authorization;
}

describe('A Prometheus is shown', () => {
  it('the token of the Secret that the policy names', async () => {
    expect(await shown(sourceWith(bearer))).toBe('Bearer s3cr3t-token');
    expect(reads).toEqual(['team/prom/token']);
  });

  it('user name and password, of whatever letters', async () => {
    expect(await shown(sourceWith(basic))).toBe(`Basic ${Buffer.from('reader:pä ss:w/&rd').toString('base64')}`);
  });

  it('nothing where the policy names no Secret', async () => {
    expect(await shown({ type: 'Prometheus', address: 'https://prometheus.example.com', auth: null })).toBeNull();
    expect(reads).toEqual([]);
  });

  it('never the token for Google, not even at the address of Google', async () => {
    nock('https://monitoring.googleapis.com')
      .post('/api/v1/query')
      .reply(200, (request: Request) => {
        expect(request.headers.get('authorization')).toBe('Bearer s3cr3t-token');
        return empty;
      });
    await asking().instant({ type: 'Prometheus', address: 'https://monitoring.googleapis.com', auth: bearer }, 'up', 0);
    expect(google).toEqual([]);
  });
});

describe('A lab', () => {
  for (const auth of [bearer, basic]) {
    it(`is shown no ${auth.kind} credentials, which are not even read`, async () => {
      const arrived: unknown[] = [];
      nock('http://127.0.0.1:9')
        .post('/api/v1/query')
        .reply(200, (request: Request) => {
          arrived.push(request.headers.get('authorization'));
          return empty;
        });
      access = { ...access, labOrigin: new URL('http://127.0.0.1:9') };
      await asking().instant(sourceWith(auth), 'up', 0);
      expect({ arrived, reads }).toEqual({ arrived: [null], reads: [] });
    });
  }
});

describe('Nobody is asked, and it is said why,', () => {
  const table: readonly (readonly [string, PrometheusAuth, Record<string, string>, RegExp])[] = [
    ['when the Secret cannot be read', bearer, {}, /was not asked\. There is no Secret team\/prom: create it\.$/],
    ['when one of two cannot be read', basic, { user: 'a' }, /There is no Secret team\/prom/],
    ['when the token has a space in it', bearer, { token: 's3cr3t token' }, /holds a space or a letter/],
    ['when the token has letters that no header carries', bearer, { token: 's3cr3t–' }, /holds a space or a letter/],
    ['when the token begins with Bearer', bearer, { token: 'Bearer s3cr3t' }, /begins with the word Bearer/],
    ['when the user name holds a colon', basic, { user: 's3cr3t:', pass: 'x' }, /holds a colon/],
  ];
  for (const [what, auth, secret, says] of table) {
    it(what, async () => {
      held = secret;
      const failure = await failed(asking().instant(sourceWith(auth), 'up', 0));
      expect(failure).toMatchObject({ reason: 'ProviderError', isPassing: true });
      expect(failure.message).toMatch(says);
      expect(failure.message).not.toContain('s3cr3t');
      expect(calls).toEqual(Array(3).fill('instant ProviderError'));
    });
  }

  it('when the Secret’s value is there a moment later, it is asked after all', async () => {
    held = {};
    prometheus().reply(200, empty);
    const answer = asking({ firstRetryMs: 30 }).instant(sourceWith(bearer), 'up', 0);
    setTimeout(() => {
      held = { token: 'late' };
    }, 5);
    expect(await answer).toEqual([]);
  });

  for (const [what, source] of [
    ['Kubernetes never says what the Secret holds', sourceWith(bearer)],
    ['Google never gives a token', { type: 'GoogleManagedPrometheus', project: 'acme' } as const],
  ] as const) {
    it(`when ${what}, after the time of a question`, async () => {
      const never = () => new Promise<never>(() => {});
      access = { credentials: { getRequestHeaders: never }, secrets: { read: never, forget: () => {} } };
      const startedMs = performance.now();
      const failure = await failed(asking({ tryMs: 40, totalMs: 60 }).instant(source, 'up', 0));
      expect(failure.message).toContain('no answer came in time');
      expect(performance.now() - startedMs).toBeLessThan(20_000);
    });
  }
});

describe('Credentials that were refused', () => {
  for (const [status, times, expected] of [
    [401, 1, ['token']],
    [403, 1, ['token']],
    [400, 1, []],
    [500, 3, []],
    [200, 1, []],
  ] as const) {
    it(`are ${expected.length > 0 ? '' : 'not '}read anew after a ${status}`, async () => {
      prometheus().times(times).reply(status, empty);
      await asking()
        .instant(sourceWith(bearer), 'up', 0)
        .catch(() => {});
      expect(forgotten).toEqual(expected);
    });
  }

  it('are both read anew where there are two', async () => {
    prometheus().reply(401);
    await failed(asking().instant(sourceWith(basic), 'up', 0));
    expect(forgotten).toEqual(['user', 'pass']);
  });
});

describe('Credentials are not repeated', () => {
  const encoded = Buffer.from('reader:pä ss:w/&rd').toString('base64');
  const echoes: readonly (readonly [string, number, object])[] = [
    ['in an error', 401, { error: 'no such token: s3cr3t-token, or pä ss:w/&rd of reader' }],
    ['in an error as Google has it', 403, { error: { message: `s3cr3t-token ${encoded} google-token` } }],
    ['at the end of what is shown of a long one', 400, { error: `${'x'.repeat(280)} pä ss:w/&rd s3cr3t-token` }],
    ['in a warning', 200, { ...empty, warnings: [`s3cr3t-token ${encoded}`] }],
    ['as a type', 200, { status: 'success', data: { resultType: `s3cr3t-token ${encoded}` } }],
  ];
  for (const [where, status, body] of echoes) {
    for (const auth of [bearer, basic]) {
      it(`by a message that quotes the server, ${where}, of ${auth.kind}`, async () => {
        prometheus().reply(status, body);
        const { message } = await failed(asking().instant(sourceWith(auth), 'up', 0));
        const own = auth.kind === 'Bearer' ? /s3cr/ : new RegExp(`pä|reader|${encoded}`);
        expect(message).not.toMatch(own);
        expect(message).toContain('…');
      });
    }
  }

  it('to the place that a redirect leads to', async () => {
    nock.enableNetConnect('127.0.0.1');
    const elsewhere = await Wire.serving(reply(200, empty));
    const location = `http://127.0.0.1:${elsewhere.port}/api/v1/query`;
    const here = await Wire.serving(reply(307, '', { location }));
    const source: MetricsSource = { type: 'Prometheus', address: `http://127.0.0.1:${here.port}`, auth: bearer };
    expect((await failed(asking().instant(source, 'up', 0))).message).toContain('HTTP 307');
    expect(here.requests).toEqual([expect.stringContaining('authorization: Bearer s3cr3t-token')]);
    expect(elsewhere.requests).toEqual([]);
    await Promise.all([here.stop(), elsewhere.stop()]);
  });
});
