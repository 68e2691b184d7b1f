/** A slow server keeps whoever only looks waiting; what is judged by does not wait for it. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { createPromqlClients } from '../../src/prometheus/http.ts';
import { empty, noSecrets } from './client.ts';

let server: Server | undefined;
afterEach(() => void server?.closeAllConnections());

/** Keeps every question that says `slow` until it is told to answer them all. */
async function serving() {
  const kept: ServerResponse[] = [];
  let asked = 0;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked++;
    if (new URLSearchParams(body).get('query') === 'slow') kept.push(response);
    else response.end(JSON.stringify(empty));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source: MetricsSource = { type: 'Prometheus', address, auth: null };
  const answer = () => kept.splice(0).forEach((response) => void response.end(JSON.stringify(empty)));
  return { source, kept, answer, asked: () => asked };
}

const clients = () =>
  createPromqlClients({
    access: { credentials: { getRequestHeaders: async () => new Headers() }, secrets: noSecrets },
    version: '9.9.9',
    signal: new AbortController().signal,
    onCall: () => undefined,
    limits: { tryMs: 60_000, totalMs: 100_000, maxBytes: 10_000, retries: 0, firstRetryMs: 1 },
  });

test.each([
  { holds: 'Looking', others: 'Judging', most: 4 },
  { holds: 'Judging', others: 'Looking', most: 8 },
] as const)(
  'of $holds at most $most are under way at a time, and $others goes on beside them',
  async ({ holds, others, most }) => {
    const { source, kept, answer, asked } = await serving();
    const by = clients();
    const held = Array.from({ length: 20 }, () => by[holds].instant(source, 'slow', 0));
    while (kept.length < most) await new Promise(setImmediate);
    for (let i = 0; i < 5; i++) expect(await by[others].instant(source, 'quick', 0)).toEqual([]);
    expect({ kept: kept.length, asked: asked() }).toEqual({ kept: most, asked: most + 5 });
    const all = Promise.all(held);
    let isOver = false;
    void all.then(() => (isOver = true));
    while (!isOver) {
      expect(kept.length).toBeLessThanOrEqual(most);
      answer();
      await new Promise(setImmediate);
    }
    expect(await all).toHaveLength(20);
  },
);
