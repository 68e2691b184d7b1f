/** Paths that are left out of a latency: over every label that may hold them, how many there are, and where they are not told. */
import { describe, expect, test } from 'vitest';
import { pathLabels } from '../../src/counting/paths.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import { SeriesStore } from '../../src/lab/series/store.ts';
import { askedOf } from '../../src/ports/metrics.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';
import { validPolicy } from '../policy/valid.ts';

const startMs = 1_700_000_000_000;
const nowMs = startMs + 30 * 60_000;
const name = 'http_server_duration_seconds_bucket';

interface Served {
  readonly revision: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In a minute, and how many of them within 300 ms. */
  readonly requests: number;
  readonly fast: number;
}

const storeOf = (all: readonly Served[]): SeriesStore => {
  const store = new SeriesStore();
  for (const [index, { revision, labels, requests, fast }] of all.entries()) {
    for (const [le, perMinute] of [['0.3', fast] as const, ['+Inf', requests] as const]) {
      const handle = store.series(name, { instance: String(index), revision_name: revision, ...labels, le });
      for (let atMs = startMs; atMs <= nowMs; atMs += 15_000)
        handle.append(atMs, ((atMs - startMs) / 60_000) * perMinute);
    }
  }
  return store;
};

const policyWithout = (excludePaths: readonly string[] | undefined, matchers = '') =>
  validPolicy([
    {
      name: 'latency',
      indicator: {
        latency: {
          threshold: '300ms',
          query: `histogram_quantile(0.95, sum by (le) (rate(${name}${matchers}[5m])))`,
          ...(excludePaths && { excludePaths }),
        },
      },
    },
  ]);

async function measure(store: SeriesStore, policy: ReturnType<typeof policyWithout>, revisions = ['old', 'new']) {
  const queries: string[] = [];
  const client = labPromql(store);
  const metrics = new PromqlMetrics({
    ...client,
    instant: (source, query, atMs) => {
      queries.push(query);
      return client.instant(source, query, atMs);
    },
  });
  const asked = askedOf(policy, policy.objectives[0]!);
  const window = { fromMs: nowMs - 300_000, toMs: nowMs, tickMs: 15_000, revisions, createdAtMs: {} };
  return {
    inspection: await metrics.inspect(asked, nowMs),
    freshness: await metrics.freshness(asked, nowMs),
    counts: await metrics.counts({ ...asked, ...window }),
    history: await metrics.history({ ...asked, revision: 'old', toMs: nowMs, lengthMs: 300_000, tickMs: 60_000 }),
    queries,
  };
}

const served = (label: string, path: string, requests: number, fast: number, revision: string): Served => ({
  revision,
  labels: label === '' ? {} : { [label]: path },
  requests,
  fast,
});

/** Users' requests, and slow checks of the service's health. */
const world = (label: string, paths: readonly string[]): Served[] =>
  ['old', 'new'].flatMap((revision) => [
    served(label, '/', 100, 98, revision),
    ...paths.map((path) => served(label, path, 20, 0, revision)),
  ]);

describe.each(pathLabels)('Paths by the label %s', (label) => {
  test.each([
    [['/healthz']],
    [['/healthz', '/readyz']],
    [['/users/:id', '/a.b*(c)|d?']],
    [['/never-asked-for', '/healthz']],
  ])('are left out of every count: %j', async (paths) => {
    const { inspection, counts, history } = await measure(storeOf(world(label, paths)), policyWithout(paths));
    expect(inspection).toMatchObject({ kind: 'Known', value: { problem: null, buckets: { judgedAt: 0.3 } } });
    const each = { bad: 10, total: 500 };
    expect(counts).toMatchObject({ kind: 'Known', value: { byRevision: { old: each, new: each } } });
    expect(history).toMatchObject({ kind: 'Known', value: { ticks: Array(5).fill({ bad: 2, total: 100 }) } });
  });

  test('are left in where nothing asks for more', async () => {
    const { counts } = await measure(storeOf(world(label, ['/healthz'])), policyWithout(undefined));
    expect(counts).toMatchObject({ value: { byRevision: { old: { bad: 110, total: 600 } } } });
  });

  test('that one of the compared revisions does not tell make nothing known', async () => {
    const all = world(label, ['/healthz']).map((one) => (one.revision === 'new' ? { ...one, labels: {} } : one));
    const { counts } = await measure(storeOf(all), policyWithout(['/healthz']));
    expect(counts).toMatchObject({ kind: 'Unknown', message: expect.stringContaining(`${label}!=""`) });
  });
});

test('A path is the whole of it: /healthz leaves out neither /healthz/live nor /health', async () => {
  const paths = ['/healthz/live', '/health', '/HEALTHZ', '/xhealthz'];
  const { counts } = await measure(storeOf(world('route', paths)), policyWithout(['/healthz']));
  expect(counts).toMatchObject({ value: { byRevision: { new: { bad: 10 + 4 * 100, total: 500 + 4 * 100 } } } });
});

test('Of several labels each leaves out what it has: which of them is meant nobody has to say', async () => {
  const all = world('path', ['/healthz']).map((one) => ({
    ...one,
    labels: { ...one.labels, handler: 'serve', route: '/{path}' },
  }));
  const { counts } = await measure(storeOf(all), policyWithout(['/healthz']));
  expect(counts).toMatchObject({ value: { byRevision: { new: { bad: 10, total: 500 } } } });
});

test('What the query itself leaves out stays left out', async () => {
  const { counts } = await measure(
    storeOf(world('route', ['/healthz', '/readyz'])),
    policyWithout(['/healthz'], '{route!~"/readyz"}'),
  );
  expect(counts).toMatchObject({ value: { byRevision: { new: { bad: 10, total: 500 } } } });
});

test('Where no label is for paths that is said, with what to do, and nothing is counted', async () => {
  const { inspection, counts, history, freshness } = await measure(
    storeOf(world('', ['/healthz'])),
    policyWithout(['/healthz']),
  );
  const message = expect.stringMatching(/^None of the labels route, .* is on the series of .*let the app write one/);
  expect(inspection).toMatchObject({ kind: 'Known', value: { problem: { reason: 'NeverMatches', message } } });
  expect(counts).toMatchObject({ kind: 'Unknown', reason: 'InsufficientSamples', message });
  expect(history).toMatchObject({ kind: 'Unknown', message });
  expect(freshness.kind).toBe('Known');
});

test('Where nothing shows at all, that is what is said', async () => {
  const { inspection, counts } = await measure(storeOf([]), policyWithout(['/healthz']));
  expect(inspection).toMatchObject({ value: { problem: { message: expect.stringContaining('Nothing matches') } } });
  expect(counts).toMatchObject({ kind: 'Known', value: { byRevision: {} } });
});

test('The labels are asked for once in ten minutes, and by nobody who leaves nothing out', async () => {
  const asks = (queries: readonly string[]) => queries.filter((query) => query.includes('"http_route"')).length;
  expect(asks((await measure(storeOf(world('route', [])), policyWithout(['/healthz']))).queries)).toBe(1);
  expect(asks((await measure(storeOf(world('route', [])), policyWithout(undefined))).queries)).toBe(0);
});
