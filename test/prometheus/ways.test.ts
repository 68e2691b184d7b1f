/** POST is what Prometheus's own clients use, GET what Google documents: the one that passes is found, and kept to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { client, empty, failed } from './client.ts';

type Answer = readonly [status: number, body?: unknown];

let server: Server | undefined;
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

/** Answers each method as it is told to, and keeps what it was asked. */
async function serving(answers: { POST: Answer; GET: Answer }) {
  const asked: { method: string; path: string; query: string | null; type: string | undefined }[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '', 'http://server');
    const form = new URLSearchParams(request.method === 'POST' ? body : url.search);
    const type = request.headers['content-type'];
    asked.push({ method: request.method ?? '', path: url.pathname, query: form.get('query'), type });
    const [status, said = ''] = answers[request.method as 'POST' | 'GET'];
    response.writeHead(status).end(typeof said === 'string' ? said : JSON.stringify(said));
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source: MetricsSource = { type: 'Prometheus', address, auth: null };
  return { asked, source, answers, methods: () => asked.map(({ method }) => method).join(' ') };
}

const fine: Answer = [200, empty];
/** As Google, a proxy and nginx say it. */
const refusals: readonly Answer[] = [
  [404, { error: { code: 404, message: 'Not found.', status: 'NOT_FOUND' } }],
  [404, '<html>nothing here</html>'],
  [405, 'Method Not Allowed'],
  [405, { status: 'error', error: 'only GET' }],
  [415, ''],
];
const wide = 'up{a="&=+ é"}';
const longQuery = `up{a="${'x'.repeat(9_000)}"}`;

describe('Where POST is refused', () => {
  test.each(refusals.map((POST) => ({ POST })))(
    'with $POST the same is asked by GET, from then on at once',
    async ({ POST }) => {
      const { asked, source, methods } = await serving({ POST, GET: fine });
      const asking = client();
      expect(await asking.instant(source, wide, 60_000)).toEqual([]);
      expect(await asking.instant(source, wide, 60_000)).toEqual([]);
      expect(methods()).toBe('POST GET GET');
      expect(asked[0]?.type).toBe('application/x-www-form-urlencoded');
      expect(asked[1]).toEqual({ method: 'GET', path: '/api/v1/query', query: wide, type: undefined });
    },
  );

  it('for one kind of question, that says nothing of the other', async () => {
    const { source, methods } = await serving({ POST: [405], GET: fine });
    const asking = client();
    await asking.instant(source, 'up', 0);
    await failed(asking.range(source, 'up', 0, 60_000, 60_000));
    expect(methods()).toBe('POST GET POST GET');
  });

  it('a query that is too long for an address is not sent in one, and that is said', async () => {
    const { source, methods } = await serving({ POST: [405], GET: fine });
    const asking = client();
    await asking.instant(source, 'up', 0);
    const failure = await failed(asking.instant(source, longQuery, 0));
    expect(failure.message).toMatch(
      /answered with HTTP 405\. .* The query is too long to be asked by GET: 9,0\d\d bytes, of which 8,000 pass\.$/,
    );
    expect(methods()).toBe('POST GET POST');
  });

  it('and GET answers with another failure, that one is told, and nothing is concluded from it', async () => {
    const { source, answers, methods } = await serving({
      POST: [405],
      GET: [403, { error: { message: 'No right.' } }],
    });
    const asking = client();
    const failure = await failed(asking.instant(source, 'up', 0));
    expect(failure.message).toMatch(/answered with HTTP 403: No right\.\. The operator needs permission/);
    answers.POST = fine;
    await asking.instant(source, 'up', 0);
    expect(methods()).toBe('POST GET POST');
  });

  it('a query that GET finds wrong is a refused query', async () => {
    const { source } = await serving({ POST: [405], GET: [400, { status: 'error', error: 'parse error' }] });
    expect(await failed(client().instant(source, 'up(', 0))).toMatchObject({ isRefusal: true });
  });
});

describe('Where both are refused', () => {
  test.each<[Answer, Answer, RegExp]>([
    [
      [405, { error: 'POST is off' }],
      [404],
      /HTTP 405: POST is off\. What stands there takes no queries so: let them pass to the Prometheus API\. Asked by GET it answers with HTTP 404: no query passes\.$/,
    ],
    [
      [415],
      [405],
      /HTTP 415\. What stands there takes no queries so.* Asked by GET it answers with HTTP 405: no query passes\.$/,
    ],
    [
      [405],
      [503],
      /HTTP 405\. What stands there takes no queries so.* Asked by GET it answers with HTTP 503: no query passes\.$/,
    ],
    [
      [404],
      [404],
      /HTTP 404\. There is no Prometheus API at that address\. Asked by GET it answers with HTTP 404: no query passes\.$/,
    ],
  ])('%j and %j: the message says both, and nothing is tried again', async (POST, GET, message) => {
    const { source, methods } = await serving({ POST, GET });
    const failure = await failed(client().instant(source, 'up', 0));
    expect(failure.message).toMatch(message);
    expect(failure).toMatchObject({ isPassing: false, isRefusal: false, reason: 'ProviderError' });
    expect(methods()).toBe('POST GET');
  });
});

describe('Where POST is taken', () => {
  it('nothing is asked by GET, however long it is', async () => {
    const { source, methods } = await serving({ POST: fine, GET: fine });
    const asking = client();
    for (const query of ['up', longQuery]) expect(await asking.instant(source, query, 0)).toEqual([]);
    expect(methods()).toBe('POST POST');
  });

  test.each([400, 401, 403, 422, 429])('HTTP %i is its answer', async (status) => {
    const { source, methods } = await serving({ POST: [status], GET: fine });
    await failed(client().instant(source, 'up', 0));
    expect(methods()).toBe('POST');
  });

  it('again, that is found out when GET is refused', async () => {
    const { source, answers, methods } = await serving({ POST: [405], GET: fine });
    const asking = client();
    await asking.instant(source, 'up', 0);
    Object.assign(answers, { POST: fine, GET: [405] });
    for (let i = 0; i < 2; i++) expect(await asking.instant(source, 'up', 0)).toEqual([]);
    expect(methods()).toBe('POST GET GET POST POST');
  });
});
