/** What is asked is remembered for those who ask again, not for ever: an operator runs for months, over thousands of revisions. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import type { MetricsSource } from '../../src/policy/policy.ts';
import { createPromqlClient } from '../../src/prometheus/http.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import type { Matrix, PromqlClient } from '../../src/prometheus/promql.ts';
import { collected, heldBytes } from '../collected.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const startMs = Date.parse('2026-01-05T08:00:00Z');
const source: MetricsSource = { type: 'GoogleManagedPrometheus', project: 'acme' };
const service = { project: 'acme', region: 'europe-west1', name: 'api' };

/** Every minute of every revision that is asked for shows something. */
const full: PromqlClient = {
  instant: () => Promise.reject(new Error('an instant')),
  range: async (_, query, fromMs, toMs, stepMs): Promise<Matrix> => {
    const [, revisions = ''] = /revision_name=~?"([^"]*)"/.exec(query) ?? [];
    const points = Array.from({ length: (toMs - fromMs) / stepMs + 1 }, (_, i) => ({
      atMs: fromMs + i * stepMs,
      value: 0.1 + i / 10_000,
    }));
    return revisions.split('|').flatMap((revision_name) =>
      ['cpu', 'memory', 'peakInFlight'].map((steadyrun_part) => ({
        labels: { service_name: 'api', location: 'europe-west1', revision_name, steadyrun_part },
        points,
      })),
    );
  },
};

test('of 150 revisions of a service, a day of each, the minutes of those that serve are held', async () => {
  const metrics = new PromqlMetrics(full);
  const look = async (deploy: number) => {
    const nowMs = startMs + deploy * 3 * hourMs;
    const revisions = [`api-${deploy}`, `api-${deploy + 1}`];
    const answer = await metrics.saturation({ source, service, revisions, fromMs: nowMs - dayMs, nowMs });
    expect(answer.kind === 'Known' && Object.keys(answer.value).toSorted()).toEqual(revisions.toSorted());
  };
  await look(0);
  const held = await heldBytes(async () => {
    for (let deploy = 1; deploy <= 150; deploy++) await look(deploy);
  });
  expect(held).toBeLessThan(2e6);
});

test('the budget of an objective that nobody asks about any more is forgotten once it could not go on', async () => {
  const metrics = new PromqlMetrics({ instant: async () => [], range: async () => [] });
  const ask = (name: string, toMs: number) =>
    metrics.budget({
      source,
      service: { ...service, name },
      revisionLabel: 'revision_name',
      fromMs: toMs - 30 * dayMs,
      toMs,
      series: [{ name: 'availability', indicator: { kind: 'Requests' }, timeSliceMs: null, allowedBadFraction: 0.001 }],
    });
  await ask('api', startMs);
  const held = await heldBytes(async () => {
    for (let gone = 0; gone < 100; gone++) await ask(`gone-${gone}`, startMs);
    await ask('api', startMs + 4 * dayMs);
  });
  expect(held).toBeLessThan(5e5);
});

test('a question that was answered leaves nothing but its two limits behind, until they have passed, whatever is collected while it is under way', async () => {
  const server = createServer(async (_, response) => {
    await collected();
    response
      .writeHead(200, { connection: 'close' })
      .end('{"status":"success","data":{"resultType":"vector","result":[]}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const labOrigin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const limits = { tryMs: 60_000, totalMs: 60_000, maxBytes: 1e6, retries: 0, firstRetryMs: 1 };
  const signal = new AbortController().signal;
  const client = createPromqlClient({ access: { labOrigin }, version: '0', signal, onCall: () => {}, limits });
  try {
    await client.instant(source, 'up', 0);
    await collected();
    const before = signals();
    for (let i = 0; i < 10; i++) await client.instant(source, 'up', 0);
    await collected();
    expect(signals() - before).toBeLessThanOrEqual(2 * 10);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

const signals = (): number => queryObjects(AbortSignal, { format: 'count' });
