import { beforeEach, describe, expect, it } from 'vitest';
import type { Objective } from '../../src/policy/policy.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { type Matrix, type PromqlClient, PromqlFailure, type Vector } from '../../src/prometheus/promql.ts';

const source = { type: 'GoogleManagedPrometheus', project: 'metrics' } as const;
const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const availability: Objective = {
  name: 'availability',
  allowedBadFraction: 0.001,
  gate: true,
  indicator: { kind: 'Requests' },
};
const latency: Objective = {
  name: 'latency',
  allowedBadFraction: 0.05,
  gate: true,
  indicator: { kind: 'Latency', percentile: 95, thresholdMs: 300 },
};
const question = { source, service, objective: availability, fromMs: 1_000_000, toMs: 1_060_000, young: ['api-2'] };
const past = {
  source,
  service,
  objective: availability,
  revision: 'api-1',
  toMs: 1_060_000,
  lengthMs: 180_000,
  tickMs: 60_000,
};

let asked: unknown[];
let vector: () => Vector;
let matrix: () => Matrix;
let metrics: PromqlMetrics;

beforeEach(() => {
  asked = [];
  vector = () => [];
  matrix = () => [];
  const client: PromqlClient = {
    instant: async (...args) => {
      asked.push(args);
      return vector();
    },
    range: async (...args) => {
      asked.push(args);
      return matrix();
    },
  };
  metrics = new PromqlMetrics(client);
});

const failing = (reason: 'ProviderError' | 'RateLimited') => (): never => {
  throw new PromqlFailure(reason, 'Not now.', { isPassing: false });
};

describe('counts', () => {
  it('come from one query at the end of the window', async () => {
    vector = () => [
      { labels: { revision_name: 'api-1', response_code_class: '2xx' }, value: 95 },
      { labels: { revision_name: 'api-2', response_code_class: '5xx' }, value: 5 },
    ];
    expect(await metrics.counts(question)).toEqual({
      kind: 'Counts',
      objective: 'availability',
      fromMs: 1_000_000,
      toMs: 1_060_000,
      byRevision: { 'api-1': { bad: 0, total: 95 }, 'api-2': { bad: 5, total: 5 } },
    });
    expect(asked).toEqual([[source, expect.stringMatching(/offset 60s.*revision_name=~"api-2"/), 1_060_000]]);
  });

  it('are counts, of nothing, when nothing matched', async () => {
    expect(await metrics.counts(question)).toMatchObject({ kind: 'Counts', byRevision: {} });
  });

  it('are unknown, with the reason, when they cannot be had', async () => {
    vector = failing('RateLimited');
    expect(await metrics.counts(question)).toEqual({
      kind: 'Unknown',
      objective: 'availability',
      reason: 'RateLimited',
      message: 'Not now.',
    });
  });

  it('are unknown when one of them is no number', async () => {
    vector = () => [{ labels: { revision_name: 'api-1', response_code_class: '2xx' }, value: Number.NaN }];
    expect(await metrics.counts(question)).toMatchObject({
      kind: 'Unknown',
      reason: 'ProviderError',
      objective: 'availability',
    });
  });

  it('of latencies are unknown without a boundary for the threshold', async () => {
    vector = () => [
      { labels: { revision_name: 'api-1', le: '100' }, value: 1 },
      { labels: { revision_name: 'api-1', le: '+Inf' }, value: 2 },
    ];
    expect(await metrics.counts({ ...question, objective: latency })).toMatchObject({
      kind: 'Unknown',
      reason: 'InsufficientSamples',
      message: expect.stringContaining('100 ms'),
    });
  });

  it('let a mistake of ours through instead of calling it an outage', async () => {
    await expect(metrics.counts({ ...question, toMs: question.fromMs })).rejects.toThrow(RangeError);
  });
});

describe('freshness', () => {
  it('is the time of the newest sample', async () => {
    vector = () => [{ labels: {}, value: 1_700_000_000.25 }];
    expect(await metrics.freshness(source, service, 5)).toEqual({ newestMs: 1_700_000_000_250, intervalMs: 60_000 });
    expect(asked).toEqual([[source, expect.stringMatching(/^max\(timestamp\(/), 5]]);
  });

  for (const [what, value] of Object.entries({ nothing: [], 'not a number': [{ labels: {}, value: Number.NaN }] })) {
    it(`is null when the answer is ${what}`, async () => {
      vector = () => value;
      expect(await metrics.freshness(source, service, 5)).toEqual({ newestMs: null, intervalMs: 60_000 });
    });
  }

  it('is unknown when it cannot be had', async () => {
    vector = failing('ProviderError');
    expect(await metrics.freshness(source, service, 5)).toMatchObject({ kind: 'Unknown', reason: 'ProviderError' });
  });
});

describe('history', () => {
  const points = (...pairs: [number, number][]) => pairs.map(([atMs, value]) => ({ atMs, value }));

  it('is one tally a tick, oldest first and empty where nothing was seen, from a query about that revision alone', async () => {
    matrix = () => [
      { labels: { revision_name: 'api-1', response_code_class: '5xx' }, points: points([1_060_000, 1]) },
      {
        labels: { revision_name: 'api-1', response_code_class: '2xx' },
        points: points([940_000, 10], [1_060_000, 30]),
      },
    ];
    expect(await metrics.history(past)).toEqual({
      objective: 'availability',
      tickMs: 60_000,
      ticks: [
        { bad: 0, total: 10 },
        { bad: 0, total: 0 },
        { bad: 1, total: 31 },
      ],
    });
    expect(asked).toEqual([[source, expect.stringContaining('revision_name="api-1"'), 940_000, 1_060_000, 60_000]]);
  });

  it('counts nothing in full that was born on the way', async () => {
    await metrics.history(past);
    expect(asked).toEqual([[source, expect.not.stringContaining('=~'), 940_000, 1_060_000, 60_000]]);
  });

  it('counts nothing in a tick whose counts are no numbers', async () => {
    const labels = { revision_name: 'api-1', response_code_class: '2xx' };
    matrix = () => [{ labels, points: points([940_000, Number.NaN], [1_000_000, 4]) }];
    expect(await metrics.history(past)).toMatchObject({
      ticks: [
        { bad: 0, total: 0 },
        { bad: 0, total: 4 },
        { bad: 0, total: 0 },
      ],
    });
  });

  it('is unknown when it cannot be had', async () => {
    matrix = failing('ProviderError');
    expect(await metrics.history(past)).toMatchObject({
      kind: 'Unknown',
      reason: 'ProviderError',
      message: 'Not now.',
    });
  });
});
