import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from '../../src/lab/lab.ts';
import { call } from './doors/serve.ts';
import { OLD } from './worlds.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start({ seed: 3, speed: 600 });
});
afterAll(() => lab.close());

const get = (url: string) => call('GET', url);
const post = (url: string, body: unknown) => call('POST', url, body);

describe('a lab', () => {
  test('says where everything is', async () => {
    const { json } = await get(`${lab.description.url}/`);
    expect(json).toEqual(lab.description);
    expect(Object.keys(json)).toEqual([
      'url',
      'kubeconfig',
      'kubernetes',
      'cloudRun',
      'prometheus',
      'logging',
      'seed',
      'speed',
      'services',
    ]);
    expect(json.services).toEqual([
      { project: 'acme', region: 'europe-west1', name: 'api' },
      { project: 'acme', region: 'europe-west1', name: 'chat' },
    ]);
    const { url, kubernetes, cloudRun, prometheus, logging } = lab.description;
    for (const door of [url, kubernetes, cloudRun, prometheus, logging])
      expect(door).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('holds a fresh service: its first revision, on LATEST', async () => {
    const { json } = await get(`${lab.description.cloudRun}/v2/projects/acme/locations/europe-west1/services/api`);
    expect(json).toMatchObject({ traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }] });
    expect(json.latestReadyRevision).toContain(OLD);
  });

  test('has a Kubernetes that its kubeconfig leads to', async () => {
    expect(readFileSync(lab.description.kubeconfig, 'utf8')).toContain(lab.description.kubernetes);
    const { json } = await get(`${lab.description.kubernetes}/apis/steadyrun.dev/v1alpha1/slopolicies`);
    expect(json).toMatchObject({ kind: 'SLOPolicyList', items: [] });
  });

  test('has metrics that reach back before its start', async () => {
    const query = encodeURIComponent('sum(rate(http_requests_total{job="api"}[30m]))');
    const { json } = await get(`${lab.description.prometheus}/api/v1/query?query=${query}`);
    expect(Number(json.data.result[0]!.value[1])).toBeGreaterThan(95);
    expect(Number(json.data.result[0]!.value[1])).toBeLessThan(105);
  });

  test('tells its time so that others can keep it', async () => {
    const { json } = await get(`${lab.description.url}/lab/v1/clock`);
    expect(json.speed).toBe(600);
    const before = lab.clock.nowMs();
    const kept = json.nowMs + (Date.now() - json.wallMs) * json.speed;
    const after = lab.clock.nowMs();
    // The wall's clock tells whole milliseconds.
    expect(kept).toBeGreaterThanOrEqual(before - 600);
    expect(kept).toBeLessThanOrEqual(after + 600);
  });

  test('lives on by itself, and is never behind its clock when it is asked', async () => {
    const before = lab.clock.nowMs();
    const { json } = await get(`${lab.description.url}/lab/v1/truth?service=api`);
    expect(Date.parse(json.now)).toBeGreaterThanOrEqual(before);
    expect(json).toMatchObject({ byRevision: { [OLD]: { percent: 100 } }, writes: [] });
  });

  test('makes the trouble that is asked for', async () => {
    const event = { service: 'api', at: '0s', for: '100h', on: 'Candidate', errorPercent: 60 };
    const { code, json } = await post(`${lab.description.url}/lab/v1/events`, event);
    expect(code).toBe(200);
    expect(Date.parse(json.starts)).toBeGreaterThan(0);
    const { bad } = lab.world.truth('api');
    await expect.poll(() => lab.world.truth('api').bad - bad, { interval: 5, timeout: 60_000 }).toBeGreaterThan(200);
  });

  test.each([
    [
      'trouble of an unknown kind',
      { service: 'api', at: '0s', for: '1h', on: 'Both', explode: 1 },
      400,
      'explode: there is no such field',
    ],
    ['trouble without a beginning', { service: 'api', for: '1h', on: 'Both', errorPercent: 1 }, 400, 'at: '],
    [
      'trouble elsewhere',
      { service: 'shop', at: '0s', for: '1h', on: 'Both', errorPercent: 1 },
      404,
      "no service 'shop'",
    ],
    [
      'trouble with a number for a name',
      { service: 5, at: '0s', for: '1h', on: 'Both', errorPercent: 1 },
      400,
      'service: ',
    ],
  ])('refuses %s in words', async (_, event, code, words) => {
    const answer = await post(`${lab.description.url}/lab/v1/events`, event);
    expect(answer.code).toBe(code);
    expect(answer.json.error.message).toContain(words);
  });

  test.each([
    ['/lab/v1/truth?service=shop', 404, "no service 'shop'"],
    ['/lab/v1/truth', 400, 'say whose truth'],
    ['/lab/v1/nothing', 404, 'there is nothing at GET /lab/v1/nothing'],
  ])('answers %s with %d', async (path, code, words) => {
    const answer = await get(lab.description.url + path);
    expect(answer.code).toBe(code);
    expect(answer.json.error.message).toContain(words);
  });
});

test('a lab that ends takes its kubeconfig and its doors with it', async () => {
  const short = await Lab.start({ seed: 1, speed: 1, historyMs: 0 });
  const { kubeconfig, cloudRun, url } = short.description;
  await short.close();
  expect(existsSync(kubeconfig)).toBe(false);
  await expect(fetch(cloudRun)).rejects.toThrow();
  await expect(fetch(url)).rejects.toThrow();
});

test('a lab whose port is taken does not start, and leaves nothing behind', async () => {
  const port = Number(new URL(lab.description.url).port);
  await expect(Lab.start({ seed: 1, speed: 1, historyMs: 0, port })).rejects.toThrow(
    `port ${port} cannot be had: it is in use; --port takes another, and 0 any`,
  );
});
