import { describe, expect, test } from 'vitest';
import { shareBelow } from '../../src/scenario/lognormal.ts';
import { API, binomialBounds, HOUR_MS, latest, live, MINUTE_MS, OLD, START_MS, samples, worldOf } from './worlds.ts';

const COUNT = 'run_googleapis_com:request_count';
const LATENCY = 'run_googleapis_com:request_latencies';
const to = (revision: string, percent = 100) => ({ revision, percent });

describe("the platform's metrics", () => {
  test('come every minute and are seen two minutes late', () => {
    const world = worldOf();
    live(world, 10 * MINUTE_MS - 1);
    const times = samples(world, COUNT, { response_code: '200' })[0]!.map(
      (sample) => (sample.atMs - START_MS) / MINUTE_MS,
    );
    expect(times).toEqual([1, 2, 3, 4, 5, 6, 7]);
    live(world, 1);
    expect(samples(world, COUNT, { response_code: '200' })[0]!.at(-1)!.atMs).toBe(START_MS + 8 * MINUTE_MS);
  });

  test('count every answer by its class, with the labels of Cloud Monitoring', () => {
    const world = worldOf({ env: { LAB_ERROR_PERCENT: '2' } }, { platformDelayMs: 0 });
    live(world, 10 * MINUTE_MS);
    const { requests, errors } = world.truth('api').byRevision[OLD]!;
    const labels = {
      monitored_resource: 'cloud_run_revision',
      project_id: API.project,
      location: API.region,
      service_name: 'api',
      configuration_name: 'api',
      revision_name: OLD,
    };
    expect(latest(world, COUNT, labels)).toBe(requests);
    expect(latest(world, COUNT, { ...labels, response_code: '500', response_code_class: '5xx' })).toBe(errors);
    expect(latest(world, COUNT, { ...labels, response_code_class: '4xx' })).toBeGreaterThan(0);
    expect(latest(world, `${LATENCY}_count`, labels)).toBe(requests);
    expect(latest(world, `${LATENCY}_bucket`, { ...labels, le: '+Inf' })).toBe(requests);
  });

  test('tell latencies in milliseconds', () => {
    const world = worldOf({}, { platformDelayMs: 0 });
    live(world, HOUR_MS);
    const total = latest(world, `${LATENCY}_count`);
    const boundary = 1.15 ** 41;
    const [least, most] = binomialBounds(total, shareBelow({ p50: 110, p95: 250, p99: 350 }, boundary));
    const below = latest(world, `${LATENCY}_bucket`, { le: String(Number(boundary.toFixed(4))) });
    expect(below).toBeGreaterThan(least);
    expect(below).toBeLessThan(most);
    expect(latest(world, `${LATENCY}_sum`) / total).toBeCloseTo(124.6, -0.5);
  });

  test('of a class are born with its first request', () => {
    const world = worldOf({ env: { LAB_ERROR_PERCENT: '0' } }, { platformDelayMs: 0 });
    live(world, 10 * MINUTE_MS);
    expect(samples(world, COUNT, { response_code_class: '5xx' })).toEqual([]);
    world.event('api', { at: '0s', for: '1m', on: 'Both', errorPercent: 50 });
    live(world, 2 * MINUTE_MS);
    const [born] = samples(world, COUNT, { response_code_class: '5xx' });
    expect(born![0]!.atMs).toBe(START_MS + 11 * MINUTE_MS);
    expect(born![0]!.value).toBeGreaterThan(2000);
  });

  test('show the containers: CPU and memory as fractions, requests at a time, instances', () => {
    const world = worldOf({ env: { LAB_MEMORY_MIB: '256/0' } }, { platformDelayMs: 0, historyMs: 30 * MINUTE_MS });
    live(world, HOUR_MS);
    const mean = (name: string) =>
      latest(world, `run_googleapis_com:${name}_sum`) / latest(world, `run_googleapis_com:${name}_count`);
    expect(mean('container_cpu_utilizations')).toBeGreaterThan(0.3);
    expect(mean('container_cpu_utilizations')).toBeLessThan(0.6);
    expect(mean('container_memory_utilizations')).toBeCloseTo(0.5, 6);
    expect(
      latest(world, 'run_googleapis_com:container_max_request_concurrencies_count', { state: 'active' }),
    ).toBeGreaterThan(0);
    expect(latest(world, 'run_googleapis_com:container_instance_count', { state: 'active' })).toBe(
      world.service('api').latestReady.fleet.wanted,
    );
  });

  test('never see a request that was refused before it reached an instance', () => {
    const world = worldOf({ rps: 300 }, { platformDelayMs: 0 });
    world.change('api', { scaling: { minInstances: 0, maxInstances: 1, manualInstances: null } });
    live(world, 10 * MINUTE_MS);
    const { requests } = world.truth('api').byRevision[OLD]!;
    expect(latest(world, COUNT)).toBe(world.service('api').latestReady.fleet.counters().requests);
    expect(latest(world, COUNT)).toBeLessThan(requests / 2);
  });
});

describe("the app's metrics", () => {
  test('come every 15 s at once, from each instance', () => {
    const world = worldOf({}, { historyMs: 30 * MINUTE_MS });
    const instances = world.service('api').latestReady.fleet.instances.map((instance) => `${instance.id}:8080`);
    live(world, 15_000);
    for (const instance of instances) {
      const [series] = samples(world, 'http_requests_total', {
        job: 'api',
        revision_name: OLD,
        status: '200',
        instance,
      });
      expect(series!.at(-1)!.atMs).toBe(START_MS + 15_000);
      expect(series!.at(-1)!.atMs - series!.at(-2)!.atMs).toBe(15_000);
    }
  });

  test('count what the truth counts', () => {
    const world = worldOf({ rps: 50, websockets: true, env: { LAB_ERROR_PERCENT: '2' } });
    live(world, 10 * MINUTE_MS);
    const { requests, errors, slow, connections, disconnects } = world.truth('api').byRevision[OLD]!;
    expect(latest(world, 'http_requests_total')).toBe(requests);
    expect(latest(world, 'http_requests_total', { status: '500' })).toBe(errors);
    expect(latest(world, 'http_server_duration_seconds_count')).toBe(requests);
    expect(requests - latest(world, 'http_server_duration_seconds_bucket', { le: '0.3' })).toBe(slow);
    expect(latest(world, 'http_server_duration_seconds_sum') / requests).toBeCloseTo(0.1246, 2);
    expect(latest(world, 'ws_connections_total')).toBe(connections);
    expect(latest(world, 'ws_disconnects_total')).toBe(disconnects);
    expect(latest(world, 'ws_message_duration_seconds_count')).toBe(connections * 5);
  });

  test('tell how long messages take by themselves, where that is said', () => {
    const world = worldOf({ websockets: true, env: { LAB_MESSAGE_LATENCY_MS: '20/40/60' } });
    live(world, 10 * MINUTE_MS);
    const share = (name: string) =>
      latest(world, `${name}_bucket`, { le: '0.1' }) / latest(world, `${name}_bucket`, { le: '+Inf' });
    expect(share('ws_message_duration_seconds')).toBeGreaterThan(0.99);
    expect(share('http_server_duration_seconds')).toBeLessThan(0.6);
  });

  test('tell of a database what Cloud SQL tells of it without a revision, and as late as Google does', () => {
    const world = worldOf({ rps: 50, database: true, env: { LAB_DATABASE_ERROR_PERCENT: '3' } });
    live(world, 10 * MINUTE_MS);
    const asked = latest(world, 'db_connections_total');
    expect(asked).toBe(latest(world, 'http_requests_total'));
    expect(latest(world, 'db_connection_errors_total') / asked).toBeCloseTo(0.03, 2);
    const of = 'cloudsql_googleapis_com:client_connector_closed_connection_count';
    const [errors] = samples(world, of, { status: 'error' });
    const [fine] = samples(world, of, { status: 'success' });
    expect(errors!.at(-1)!.value / fine!.at(-1)!.value).toBeCloseTo(0.03 / 0.97, 2);
    expect(errors!.at(-1)!.atMs).toBeLessThanOrEqual(world.nowMs - 2 * MINUTE_MS);
    expect(samples(world, of, { revision_name: OLD })).toEqual([]);
  });

  test('tell the databases of several services apart', () => {
    const world = worldOf(
      { database: true },
      { services: [API, { ...API, name: 'chat' }].map((ref) => ({ ...ref, rps: 10, database: true })) },
    );
    live(world, 10 * MINUTE_MS);
    const of = 'cloudsql_googleapis_com:client_connector_closed_connection_count';
    for (const resource_id of ['api', 'chat']) expect(samples(world, of, { resource_id })).toHaveLength(2);
  });

  test('know nothing of a database where there is none', () => {
    const world = worldOf();
    live(world, 10 * MINUTE_MS);
    const names = ['db_connections_total', 'cloudsql_googleapis_com:client_connector_closed_connection_count'];
    expect(names.flatMap((name) => samples(world, name))).toEqual([]);
  });

  test('of a status are born with its first answer', () => {
    const world = worldOf({ env: { LAB_ERROR_PERCENT: '0' } });
    live(world, 10 * MINUTE_MS);
    expect(samples(world, 'http_requests_total', { status: '500' })).toEqual([]);
  });

  test('know nothing of WebSockets where there are none', () => {
    const world = worldOf();
    live(world, MINUTE_MS);
    expect(samples(world, 'ws_connections_total')).toEqual([]);
  });

  test('end with their instance', () => {
    const world = worldOf({ traffic: [to(OLD)] });
    const fresh = world.deploy('api');
    live(world, MINUTE_MS);
    world.setTraffic('api', [to(fresh)]);
    live(world, HOUR_MS);
    for (const series of samples(world, 'http_requests_total', { revision_name: OLD })) {
      expect(series.at(-1)!.atMs).toBeLessThan(START_MS + 20 * MINUTE_MS);
    }
    expect(samples(world, COUNT, { revision_name: OLD, response_code: '200' })[0]!.at(-1)!.atMs).toBeLessThan(
      START_MS + 20 * MINUTE_MS,
    );
  });
});

describe('trouble with the metrics', () => {
  const newestMinutes = (world: ReturnType<typeof worldOf>, name: string) =>
    Math.max(...samples(world, name).map((series) => series.at(-1)?.atMs ?? 0)) / MINUTE_MS - START_MS / MINUTE_MS;

  test('an outage hides samples, which appear after it with their own times', () => {
    const world = worldOf();
    world.event(null, { at: '10m', for: '10m', on: 'Metrics', outage: true });
    live(world, 19 * MINUTE_MS);
    expect(newestMinutes(world, 'http_requests_total')).toBeLessThanOrEqual(10);
    expect(newestMinutes(world, COUNT)).toBeLessThanOrEqual(8);
    live(world, MINUTE_MS);
    expect(newestMinutes(world, 'http_requests_total')).toBe(20);
    expect(newestMinutes(world, COUNT)).toBe(18);
    const times = samples(world, 'http_requests_total', { status: '200' })[0]!.map((sample) => sample.atMs);
    expect(times.filter((atMs) => atMs > START_MS + 10 * MINUTE_MS && atMs < START_MS + 20 * MINUTE_MS)).toHaveLength(
      39,
    );
  });

  test('a delay adds to the usual one, and what was seen stays seen', () => {
    const world = worldOf({}, { appDelayMs: 30_000 });
    world.event('api', { at: '10m', for: '10m', on: 'Metrics', delay: '3m' });
    live(world, 11 * MINUTE_MS);
    expect(newestMinutes(world, 'http_requests_total')).toBe(9.25); // up to the last moment before the event
    live(world, 8 * MINUTE_MS);
    expect(newestMinutes(world, 'http_requests_total')).toBe(15.5);
    expect(newestMinutes(world, COUNT)).toBe(14);
  });
});
