import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadKubeConfig, type PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import { KubernetesSecrets } from '../../src/kubernetes/http/secrets.ts';
import type { SecretKey } from '../../src/policy/policy.ts';

const wanted: SecretKey = { namespace: 'team', name: 'prom', key: 'token' };
const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64');
const holding = (value: string | Buffer, key = 'token') => ({ kind: 'Secret', data: { [key]: base64(value) } });
const refusing = (code: number, message: string) => ({ kind: 'Status', status: 'Failure', code, message });

/** An API server that knows of one Secret. */
let answer: { status: number; body: unknown };
let asked: string[];
let server: http.Server;
let config: PooledKubeConfig;
let nowMs: number;
let secrets: KubernetesSecrets;

beforeEach(async () => {
  answer = { status: 200, body: holding('s3cr3t') };
  asked = [];
  nowMs = 0;
  server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status, body } = answer;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  config = loadKubeConfig({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  secrets = new KubernetesSecrets({ config, clock: { nowMs: () => nowMs } });
});
afterEach(async () => {
  await config.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const failure = (promise: Promise<string>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('It was read.');
    },
    (error: Error) => error,
  );

describe('A Secret', () => {
  test('is read by its name alone', async () => {
    expect(await secrets.read(wanted)).toBe('s3cr3t');
    expect(asked).toEqual(['GET /api/v1/namespaces/team/secrets/prom']);
  });

  test('cannot lead to another path by its name', async () => {
    await secrets.read({ namespace: 'team', name: '../../kube-system/secrets/x?watch=1', key: 'token' });
    expect(asked).toEqual(['GET /api/v1/namespaces/team/secrets/..%2F..%2Fkube-system%2Fsecrets%2Fx%3Fwatch%3D1']);
  });

  test('is read once by all who ask at the same time', async () => {
    const values = await Promise.all(Array.from({ length: 20 }, () => secrets.read(wanted)));
    expect(new Set(values)).toEqual(new Set(['s3cr3t']));
    expect(asked).toHaveLength(1);
  });

  test('is remembered for a minute', async () => {
    await secrets.read(wanted);
    answer.body = holding('rotated');
    nowMs = 59_999;
    expect(await secrets.read(wanted)).toBe('s3cr3t');
    nowMs = 60_000;
    expect(await secrets.read(wanted)).toBe('rotated');
    expect(asked).toHaveLength(2);
  });

  test('is remembered by key, name and namespace', async () => {
    answer.body = { data: { token: base64('a'), other: base64('b') } };
    expect(await secrets.read(wanted)).toBe('a');
    expect(await secrets.read({ ...wanted, key: 'other' })).toBe('b');
    await secrets.read({ ...wanted, name: 'prom-2' });
    await secrets.read({ ...wanted, namespace: 'team-2' });
    expect(asked).toHaveLength(4);
  });

  test('is read anew once it was forgotten', async () => {
    await secrets.read(wanted);
    answer.body = holding('rotated');
    nowMs = 2000;
    secrets.forget(wanted);
    expect(await secrets.read(wanted)).toBe('rotated');
  });

  test('that was read a moment ago is not read anew for every refusal', async () => {
    await secrets.read(wanted);
    nowMs = 1999;
    secrets.forget(wanted);
    await secrets.read(wanted);
    expect(asked).toHaveLength(1);
  });

  test('that could not be read is asked for again', async () => {
    const { body } = answer;
    answer = { status: 404, body: refusing(404, 'not found') };
    await failure(secrets.read(wanted));
    answer = { status: 200, body };
    expect(await secrets.read(wanted)).toBe('s3cr3t');
  });

  test.each([
    ['as it is', 's3cr3t', 's3cr3t'],
    ['without the line break that echo adds', 's3cr3t\n', 's3cr3t'],
    ['without the line breaks of Windows', 's3cr3t\r\n\r\n', 's3cr3t'],
    ['with its spaces', ' s3 cr3t ', ' s3 cr3t '],
    ['with letters of all kinds', 'pässwörd–🔑', 'pässwörd–🔑'],
  ])('is taken %s', async (_, value, expected) => {
    answer.body = holding(value);
    expect(await secrets.read(wanted)).toBe(expected);
  });
});

describe('A Secret is refused in words that do not hold it', () => {
  const forbidden =
    'secrets "prom" is forbidden: User "system:serviceaccount:steadyrun-system:steadyrun" cannot get resource "secrets"';
  test.each([
    [
      'when there is none',
      404,
      refusing(404, 'secrets "prom" not found'),
      'There is no Secret team/prom: create it, or correct spec.metrics.',
    ],
    [
      'when it was not granted',
      403,
      refusing(403, forbidden),
      `The operator may not read the Secret team/prom (Kubernetes answered 403: ${forbidden}): deploy/components/metrics-secrets shows what to grant.`,
    ],
    [
      'when Kubernetes fails',
      500,
      refusing(500, 'etcd'),
      'Kubernetes does not say what the Secret team/prom holds; it is asked again.',
    ],
    [
      'when Kubernetes’s answer cannot be read, which its error would quote',
      200,
      `{"token":${base64('s3cr3t')}}`,
      'Kubernetes does not say what the Secret team/prom holds; it is asked again.',
    ],
    [
      'when it has other keys',
      200,
      holding('s3cr3t', 'password'),
      'The Secret team/prom has no key token: add it, or correct spec.metrics.',
    ],
    [
      'when it has no keys',
      200,
      { kind: 'Secret' },
      'The Secret team/prom has no key token: add it, or correct spec.metrics.',
    ],
    ['when it is empty', 200, holding('\n'), 'The Secret team/prom holds nothing under token: write the value there.'],
    ...['s3cr3t\nHost: evil', 's3cr3t\r', 's3cr3t\0', 's3cr3t\x7f', 's3cr3t\x85'].map(
      (value) =>
        [
          `when it is ${JSON.stringify(value)}`,
          200,
          holding(value),
          'The Secret team/prom holds a line break or another control character under token, which no header can carry: write it anew.',
        ] as const,
    ),
    [
      'when it is no text',
      200,
      holding(Buffer.from([0x73, 0xff, 0xfe])),
      'The Secret team/prom holds bytes that are no text under token, which no header can carry: write it anew.',
    ],
  ] as const)('%s', async (_, status, body, message) => {
    answer = { status, body };
    const error = await failure(secrets.read(wanted));
    expect(error.message).toBe(message);
    expect(inspect(error, { depth: null })).not.toMatch(/s3cr3t|czNjcjN0/);
  });

  test('when Kubernetes is not there', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const { message } = await failure(secrets.read(wanted));
    expect(message).toBe('Kubernetes does not say what the Secret team/prom holds; it is asked again.');
  });
});
