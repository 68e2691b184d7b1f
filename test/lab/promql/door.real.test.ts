/** The lab's HTTP door beside the real one: the same requests, the same documents. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheusDoor } from '../../../src/lab/doors/prometheus.ts';
import { prometheusProgram, type RealPrometheus, startPrometheus } from './real-prometheus.ts';
import { remoteWrite } from './remote-write.ts';
import { endMs, inOrder, labStore, startMs } from './sample-world.ts';

const at = String((startMs + 3_600_123) / 1000);
const [start, end] = [String(startMs / 1000), String(endMs / 1000)];

/** Refusals are compared with their messages. */
const requests: readonly (readonly [path: string, parameters: Readonly<Record<string, string>>])[] = [
  ['query', { query: 'http_requests_total', time: at }],
  ['query', { query: 'temperature', time: '2026-01-01T00:10:00.5Z' }],
  ['query', { query: 'temperature', time: '2026-01-01T01:10:00+01:00' }],
  ['query', { query: 'temperature[1m]', time: at }],
  ['query', { query: 'level / 0', time: at }],
  ['query', { query: '0 / 0', time: at }],
  ['query', { query: '1 / 3', time: at }],
  ['query', { query: 'vector(1e-7)', time: at }],
  ['query', { query: 'vector(123456789e15)', time: at }],
  ['query', { query: 'vector(-0)', time: at }],
  ['query', { query: 'level', time: 'yesterday' }],
  ['query', { query: '{place="out", unit="C"} * 2', time: at }],
  ['query_range', { query: 'temperature', start, end, step: '5m' }],
  ['query_range', { query: 'sum(level) by (place)', start, end, step: '301.5' }],
  ['query_range', { query: 'time()', start, end, step: '1h' }],
  ['query_range', { query: 'level', start: end, end: start, step: '1' }],
  ['query_range', { query: 'level', start, end, step: '0' }],
  ['query_range', { query: 'level', start, end, step: '-1' }],
  ['query_range', { query: 'level', start, end, step: 'often' }],
  ['query_range', { query: 'level', start, end, step: '0.1' }],
  ['query_range', { query: 'level', end, step: '1' }],
  ['series', { 'match[]': '{place=~"in|lab"}', start, end }],
  ['series', { 'match[]': 'nothing_at_all', start, end }],
  ['series', {}],
  ['labels', { start, end }],
  ['labels', { 'match[]': 'level', start, end }],
  ['label/place/values', { start, end }],
  ['label/__name__/values', { start, end }],
  ['label/status/values', { 'match[]': 'http_requests_total{revision_name="api-4"}', start, end }],
  ['label/nowhere/values', { start, end }],
  ['label/a-b/values', {}],
];

/** Where the words depend on the parser, or on the order of series, only the kind of refusal is compared. */
const otherwiseWorded: readonly (readonly [path: string, parameters: Readonly<Record<string, string>>])[] = [
  ['query', { query: 'sum(', time: at }],
  ['query', { query: 'rate(level)', time: at }],
  ['query', { query: 'level + on() temperature', time: at }],
  ['query', {}],
  ['query_range', { query: 'level[1m]', start, end, step: '60' }],
  ['series', { 'match[]': '{}' }],
  ['series', { 'match[]': 'rate(level[1m])' }],
];

describe.skipIf(prometheusProgram === null)('The Prometheus door answers as Prometheus does', () => {
  let prometheus: RealPrometheus;
  let server: Server;
  let doorUrl: string;
  beforeAll(async () => {
    prometheus = await startPrometheus(prometheusProgram!);
    for (const piece of inOrder()) await remoteWrite(prometheus.url, piece);
    server = createServer(prometheusDoor({ store: labStore(), nowMs: () => endMs }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    doorUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server?.close();
    await prometheus?.stop();
  });

  test.for(requests)('%s %j', async ([path, parameters]) => {
    expect(await get(doorUrl, path, parameters)).toEqual(await get(prometheus.url, path, parameters));
  });

  test.for(otherwiseWorded)('%s %j, but for the words', async ([path, parameters]) => {
    const [door, real] = [await get(doorUrl, path, parameters), await get(prometheus.url, path, parameters)];
    expect(door).toEqual({ status: real.status, document: { ...real.document, error: expect.any(String) } });
  });
});

interface Answer {
  readonly status: number;
  readonly document: { readonly data?: unknown };
}

/** Lists of series are sorted: their order says nothing. */
async function get(url: string, path: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const document = (await response.json()) as { data?: { result?: unknown } | unknown[] };
  const list = Array.isArray(document.data) ? document.data : document.data?.result;
  if (Array.isArray(list) && typeof list[0] === 'object') list.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  return { status: response.status, document };
}

function sortKey(series: { readonly metric?: object }): string {
  return JSON.stringify(Object.entries(series.metric ?? series).sort());
}
