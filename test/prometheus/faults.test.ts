/** Everything that can be wrong with a metrics server, as it comes out of the port: Unknown, in words, in time. */
import { gzipSync } from 'node:zlib';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { known } from '../../src/facts/answer.ts';
import type { MetricsSource } from '../../src/policy/policy.ts';
import type { Limits } from '../../src/prometheus/http.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { calls, client, empty, isolate, plain } from './client.ts';
import { begin, drip, flood, reply, type Serve, Wire } from './wire.ts';

isolate();

const subject = {
  service: { project: 'acme', region: 'europe-west1', name: 'api' },
  revisionLabel: 'revision_name',
  objective: {
    name: 'availability',
    allowedBadFraction: 0.001,
    gate: true,
    timeSliceMs: null,
    indicator: { kind: 'Requests' as const },
  },
};
const html = '<!DOCTYPE html>\n<html><h1>Bad Gateway</h1></html>';
const error = (text: string) => ({ status: 'error', errorType: 'execution', error: text });
const vector = (...result: readonly object[]) => ({ status: 'success', data: { resultType: 'vector', result } });
const scalar = { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } };
const sample = { metric: { revision_name: 'api-1', response_code_class: '2xx' }, value: [1, '5'] };
const cut = JSON.stringify(vector(sample, sample)).slice(0, -30);
const chunked = 'transfer-encoding: chunked\r\n';
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();

/** Far above what an answer takes on a machine however busy: what is said of them is never that their time was over. */
const limits: Limits = { tryMs: 60_000, totalMs: 100_000, maxBytes: 200_000, retries: 2, firstRetryMs: 1 };
/** For servers that never answer. */
const short = { tryMs: 250, totalMs: 400 };
/** What timers may be late on a machine however busy. */
const slackMs = 20_000;

type Row = readonly [what: string, serve: Serve, says: RegExp, tries: 1 | 3, reason?: 'RateLimited'];

// biome-ignore format: a table
const answers: readonly Row[] = [
  ['400 to a query that it cannot parse', reply(400, error('parse error: unexpected "}"')), /HTTP 400: parse error/, 1],
  ['401', reply(401, 'Unauthorized'), /HTTP 401.*spec\.metrics\.authorization or basicAuth/, 1],
  ['403 as Google puts it', reply(403, { error: { code: 403, message: 'Permission denied.' } }), /HTTP 403: Permission denied.*roles\/monitoring\.viewer/, 1],
  ['404', reply(404, '404 page not found'), /HTTP 404.*no Prometheus API at that address/, 1],
  ['413', reply(413, html), /HTTP 413/, 1],
  ['422 to a query that it cannot execute', reply(422, error('query processing would load too many samples')), /HTTP 422: query processing/, 1],
  ['429 without a time', reply(429, html), /limits the rate of queries \(HTTP 429\)\.$/, 1, 'RateLimited'],
  ['429 with a time in seconds', reply(429, error('quota'), { 'retry-after': '30' }), /quota.*asks to wait 30 s/, 1, 'RateLimited'],
  ['429 with a time as a date', (socket) => reply(429, '', { 'retry-after': inSeconds(30) })(socket), /asks to wait (29|30) s/, 1, 'RateLimited'],
  ['429 with a time that is none', reply(429, '', { 'retry-after': 'soon 5' }), /HTTP 429\)\.$/, 1, 'RateLimited'],
  ['500 without a body', reply(500), /HTTP 500\.$/, 3],
  ['500 with a reason', reply(500, error('out of memory')), /HTTP 500: out of memory/, 3],
  ['502 without a body', reply(502), /HTTP 502\.$/, 3],
  ['502 with a web page', reply(502, html, { 'content-type': 'text/html' }), /HTTP 502\.$/, 3],
  ['503 without a body', reply(503), /HTTP 503\.$/, 3],
  ['503 with a reason', reply(503, error('TSDB not ready')), /HTTP 503: TSDB not ready/, 3],
  ['a redirect', reply(307, '', { location: 'https://login.example.com/?token=s3cr3t' }), /HTTP 307.*Redirects are not followed(?!.*s3cr3t)/, 1],
  ['204', reply(204), /HTTP 204/, 1],
  ['206', reply(206, empty), /HTTP 206/, 1],
  ['a web page with 200', reply(200, html, { 'content-type': 'text/html' }), /a web page instead of JSON/, 1],
  ['a text with 200', reply(200, 'pong'), /text instead of JSON/, 1],
  ['nothing with 200', reply(200), /nothing at all/, 3],
  ['JSON that is null', reply(200, 'null'), /JSON that is no answer/, 1],
  ['an error with 200', reply(200, error('expanding series: context deadline exceeded')), /did not answer the query: expanding series/, 1],
  ['no status at all', reply(200, { data: empty.data }), /did not answer the query: no explanation/, 1],
  ['a warning', reply(200, { ...vector(sample), warnings: ['store a:\n timed out', 'store b timed out'] }), /may be incomplete: store a: timed out; store b timed out/, 1],
  ['a warning beside a remark', reply(200, { ...vector(sample), warnings: ['PromQL info: x', 'partial'] }), /may be incomplete: partial/, 1],
  ['a warning that is no list', reply(200, { ...vector(sample), warnings: 'partial' }), /may be incomplete: partial/, 1],
  ['a warning that is no text', reply(200, { ...vector(sample), warnings: [{ toString: 1 }] }), /may be incomplete: one that cannot be read/, 1],
  ['a part, as VictoriaMetrics says it', reply(200, { ...vector(sample), isPartial: true }), /only a part/, 1],
  ['a scalar', reply(200, scalar), /scalar instead of a vector/, 1],
  ['a result of a type that is no text', reply(200, { status: 'success', data: { resultType: { toString: 1 }, result: [] } }), /something else instead of a vector/, 1],
  ['no result', reply(200, { status: 'success', data: { resultType: 'vector' } }), /instead of a vector/, 1],
  ['a value that is no number', reply(200, vector({ ...sample, value: [1, 'many'] })), /cannot be read/, 1],
  ['a value that is a number and no text', reply(200, vector({ ...sample, value: [1, 5] })), /cannot be read/, 1],
  ['JSON cut in the middle, the connection closed in order', reply(200, cut), /broken JSON, as if it were cut off/, 3],
  ['JSON cut in the middle of what was announced', reply(200, cut, { 'content-length': '9999' }), /could not be asked: the connection was cut/, 3],
  ['JSON cut in the middle of a chunk', begin(chunked, (socket) => socket.end(`40\r\n${cut.slice(0, 20)}`)), /could not be asked: the connection was cut/, 3],
  ['a reset in the middle', begin('content-length: 500\r\n', (socket) => socket.write('{', () => setTimeout(() => socket.resetAndDestroy(), 20))), /could not be asked: the connection was cut/, 3],
  ['a reset at once', (socket) => socket.resetAndDestroy(), /could not be asked/, 3],
  ['an end without an answer', (socket) => socket.end(), /could not be asked: the connection was cut/, 3],
  ['something that is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'), /could not be asked: what it answers is no HTTP/, 3],
  ['headers without an end', (socket) => { socket.write('HTTP/1.1 200 OK\r\n'); flood('x-more: 1\r\n'.repeat(500))(socket); }, /could not be asked: what it answers is no HTTP/, 3],
  ['bytes that are not UTF-8', reply(200, Buffer.from(JSON.stringify(vector(sample)).replace('api-1', 'api-\xff'), 'latin1')), /bytes that are no text/, 1],
  ['an answer in gzip', reply(200, gzipSync(JSON.stringify(empty)), { 'content-encoding': 'gzip' }), /compressed answer, which was not asked for/, 1],
  ['a gzip bomb', reply(200, gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }), /compressed answer, which was not asked for/, 1],
  ['lists within lists, as the result', reply(200, `{"status":"success","data":{"resultType":"vector","result":${deep(50_000)}}}`), /instead of a vector/, 1],
  ['lists within lists, as the type', reply(200, `{"status":"success","data":{"resultType":${deep(50_000)},"result":[]}}`), /something else instead of a vector/, 1],
  ['lists within lists, as a warning', reply(200, `{"status":"success","data":{},"warnings":${deep(50_000)}}`), /may be incomplete: one that cannot be read/, 1],
  ['labels that are a text', reply(200, vector({ ...sample, metric: 'api-1' })), /cannot be read/, 1],
  ['an answer without an end', begin('', flood('x'.repeat(1000))), /larger than 200000 bytes/, 1],
  ['chunks without an end', begin(chunked, flood(`64\r\n${'x'.repeat(100)}\r\n`.repeat(50))), /larger than 200000 bytes/, 1],
  ['an error without an end', (socket) => { socket.write('HTTP/1.1 500 Oops\r\n\r\n'); flood('x'.repeat(1000))(socket); }, /larger than 200000 bytes/, 1],
];

// biome-ignore format: a table
const silences: readonly (readonly [string, Serve])[] = [
  ['accepts and says nothing', () => {}],
  ['begins and then says nothing', begin('', () => {})],
  ['drips a byte at a time into its headers', (socket) => { socket.write('HTTP/1.1 200 OK\r\nx-slow: '); drip()(socket); }],
  ['drips a byte at a time into its body', begin('', drip())],
  ['promises more than it sends', begin('content-length: 500\r\n', (socket) => void socket.write('{"status":'))],
  ['answers again and again that it goes on', drip('HTTP/1.1 103 Early Hints\r\n\r\n')],
];

let wire: Wire | null = null;
beforeEach(() => nock.enableNetConnect('127.0.0.1'));
afterEach(async () => {
  await wire?.stop();
  wire = null;
});

/** What each question of the port comes to, and the longest that one took. */
async function asked(source: MetricsSource, changes: Partial<Limits> = {}) {
  const metrics = new PromqlMetrics(client({ ...limits, ...changes }));
  const startedMs = performance.now();
  const answer = await metrics.freshness({ source, ...subject }, 1_000_000);
  return { answer, tookMs: performance.now() - startedMs };
}

function expectUnknown({ answer, tookMs }: Awaited<ReturnType<typeof asked>>, says: RegExp, reason = 'ProviderError') {
  expect(answer).toEqual({ kind: 'Unknown', reason, message: expect.stringMatching(says) });
  const { message } = answer as { message: string };
  expect(message).toMatch(/^[^\n\r\t]{1,600}$/);
  expect(message).toMatch(/^Prometheus at .*\.$/);
  expect(tookMs).toBeLessThan(short.totalMs + slackMs);
}

describe('A metrics server is unknown, with a reason, in one line and in time, that answers with', () => {
  for (const [what, serve, says, tries, reason] of answers) {
    it(`${what}, asked ${tries === 1 ? 'once' : 'three times'}`, async () => {
      wire = await Wire.serving(serve);
      expectUnknown(await asked(wire.source()), says, reason);
      expect(calls).toEqual(Array(tries).fill(`instant ${reason ?? 'ProviderError'}`));
    });
  }
});

describe('A metrics server is unknown after the time of a question, and its connections end, that', () => {
  it.each(silences)('%s', async (_, serve) => {
    const ended: Promise<void>[] = [];
    wire = await Wire.serving((socket) => {
      ended.push(new Promise((resolve) => socket.on('close', () => resolve())));
      serve(socket);
    });
    expectUnknown(await asked(wire.source(), short), /could not be asked: no answer came in time/);
    expectUnknown(await asked(wire.source(), { ...short, retries: 0 }), /could not be asked: no answer came in time/);
    await Promise.all(ended);
  });
});

describe('A metrics server is unknown that cannot be reached, because', () => {
  it('nobody listens there', async () => {
    const gone = await Wire.serving(() => {});
    const source = gone.source();
    await gone.stop();
    expectUnknown(await asked(source), /could not be asked: nobody listens at 127\.0\.0\.1:\d+\./);
  });

  it('it has no address', async () => {
    const failure = Object.assign(new Error('getaddrinfo ENOTFOUND prometheus.example.com'), { code: 'ENOTFOUND' });
    nock('https://prometheus.example.com').post(/.*/).times(3).replyWithError(failure);
    expectUnknown(await asked(plain), /could not be asked: its name is not known here\./);
  });

  it('it speaks no TLS', async () => {
    wire = await Wire.serving((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expectUnknown(await asked(wire.source('https')), /could not be asked: what it answers is no TLS\./);
  });
});

describe('What a metrics server may do', () => {
  it.each([
    ['remark on a query, as Prometheus 3 does', { infos: ['PromQL info: metric might not be a counter'] }],
    ['remark on a query, as Prometheus 2 does', { warnings: ['PromQL info: metric might not be a counter'] }],
    ['have no warnings', { warnings: [], infos: [] }],
    ['have null for warnings', { warnings: null }],
    ['say that it is not partial', { isPartial: false }],
  ])('is to %s', async (_, extra) => {
    wire = await Wire.serving(reply(200, { ...vector({ metric: {}, value: [1, '990'] }), ...extra }));
    expect((await asked(wire.source())).answer).toEqual(known({ newestMs: 990_000, intervalMs: 60_000 }));
  });

  it('is not to choose a coding: none is accepted', async () => {
    wire = await Wire.serving(reply(200, empty));
    await asked(wire.source());
    expect(wire.requests).toEqual([expect.not.stringMatching(/accept-encoding/i)]);
  });
});

describe('In memory', () => {
  it('of an answer without an end no more is read than is kept', async () => {
    let written = 0;
    const chunk = 'x'.repeat(65_536);
    wire = await Wire.serving(
      begin(
        '',
        flood(chunk, (bytes) => (written += bytes)),
      ),
    );
    expectUnknown(await asked(wire.source(), { maxBytes: 1_000_000 }), /larger than 1000000 bytes/);
    // What lies in the two sockets' buffers besides.
    expect(written).toBeLessThan(20_000_000);
  });

  it('an answer of empty lists is not unfolded to many times its size', async () => {
    const body = `{"status":"success","data":{"resultType":"vector","result":[${'[],'.repeat(1_000_000)}[]]}}`;
    wire = await Wire.serving(reply(200, body));
    const before = process.memoryUsage().heapUsed;
    expectUnknown(await asked(wire.source(), { maxBytes: 4_000_000 }), /more than 250000 lists and objects/);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
  });
});
