/** The lab's Cloud Run, as curl and other plain clients see it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CloudRunDoor } from '../../../src/lab/doors/cloudrun.ts';
import type { World } from '../../../src/lab/world.ts';
import { live, MINUTE_MS, OLD, worldOf } from '../worlds.ts';
import { call as ask, serve } from './serve.ts';

const PARENT = '/v2/projects/acme/locations/europe-west1';
const API = `${PARENT}/services/api`;

let world: World;
let origin: string;
let end: () => Promise<void>;

beforeEach(async () => {
  world = worldOf({}, { manners: {} });
  const door = new CloudRunDoor({ world });
  const server = await serve((request, response) => door.handle(request, response));
  origin = server.origin;
  end = server.close;
});
afterEach(() => end());

const call = (method: string, path: string, body?: unknown, userAgent?: string) =>
  ask(method, origin + path, body, userAgent);

describe('a plain client', () => {
  test('gets enums by name, 64-bit numbers as text and times in RFC 3339', async () => {
    const { code, json } = await call('GET', API);
    expect(code).toBe(200);
    expect(json).toMatchObject({
      generation: '1',
      createTime: '2026-01-01T00:00:00.000Z',
      traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }],
      terminalCondition: { state: 'CONDITION_SUCCEEDED' },
    });
  });

  test('gets enums by number where it asks for them', async () => {
    const { json } = await call('GET', `${API}?$alt=json%3Benum-encoding=int`);
    expect(json).toMatchObject({
      traffic: [{ type: 1 }],
      terminalCondition: { type: 'Ready', state: 4 },
      ingress: 1,
      launchStage: 4,
    });
  });

  test.each(['TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', 2])('may send an enum as %s', async (type) => {
    const { code } = await call('PATCH', `${API}?updateMask=traffic`, {
      traffic: [{ type, revision: OLD, percent: 100 }],
    });
    expect(code).toBe(200);
    expect(world.service('api').spec.traffic).toEqual([{ revision: OLD, percent: 100 }]);
  });

  test.each(['scaling.maxInstanceCount', 'scaling.max_instance_count'])('may write its mask as %s', async (mask) => {
    await call('PATCH', `${API}?updateMask=${mask}`, { scaling: { max_instance_count: 9, minInstanceCount: 3 } });
    expect(world.service('api').spec.scaling).toEqual({ minInstances: 0, maxInstances: 9, manualInstances: null });
  });

  test('changes only what the mask names, and clears what the mask names and the body does not hold', async () => {
    await call('PATCH', `${API}?updateMask=labels,description`, {
      labels: { team: 'a' },
      description: 'x',
      annotations: { b: 'c' },
    });
    expect(world.service('api').spec).toMatchObject({
      labels: { team: 'a' },
      annotations: {},
      settings: { description: 'x' },
    });
    await call('PATCH', `${API}?updateMask=description`, {});
    expect(world.service('api').spec.settings).not.toHaveProperty('description');
    expect(world.service('api').spec.labels).toEqual({ team: 'a' });
  });

  test('without a mask replaces everything: no traffic means LATEST', async () => {
    world.setTraffic('api', [{ revision: OLD, percent: 100 }]);
    const { template } = world.service('api').spec;
    const { code } = await call('PATCH', API, { template });
    expect(code).toBe(200);
    expect(world.service('api').spec.traffic).toEqual([{ revision: null, percent: 100 }]);
  });

  test('deploys trouble by the environment of the container', async () => {
    const containers = [{ image: 'x', env: [{ name: 'LAB_ERROR_PERCENT', value: '40' }] }];
    const { code, json } = await call('PATCH', `${API}?updateMask=template`, { template: { containers } });
    expect(code).toBe(200);
    expect(json.metadata).toMatchObject({ reconciling: true, '@type': expect.stringContaining('Service') });
    live(world, 10 * MINUTE_MS);
    const { json: done } = await call('GET', `/v2/${json.name}`);
    expect(done).toMatchObject({
      done: true,
      response: { latestReadyRevision: expect.stringContaining('api-00002-') },
    });
    expect(world.truth('api').bad).toBeGreaterThan(20_000);
  });

  test('is told in words why a deployment is refused', async () => {
    const containers = [{ image: 'x', env: [{ name: 'LAB_ERROR_PERCENT', value: '140' }] }];
    const { code, json } = await call('PATCH', `${API}?updateMask=template`, { template: { containers } });
    expect(code).toBe(400);
    expect(json).toEqual({
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: 'LAB_ERROR_PERCENT=140: it must be a number from 0 to 100',
        details: [],
      },
    });
  });

  test.each<[string, string, unknown, number, string]>([
    ['an unknown field', `${API}?updateMask=traffic`, { trafic: [] }, 400, 'Unknown name "trafic"'],
    [
      'an unknown field of the template',
      `${API}?updateMask=template`,
      { template: { concurrency: 1 } },
      400,
      'Unknown name "concurrency"',
    ],
    [
      'a mask of something that cannot be changed',
      `${API}?updateMask=uid`,
      {},
      400,
      "'uid' is no field that can be updated",
    ],
    [
      'an unknown enum',
      `${API}?updateMask=traffic`,
      { traffic: [{ type: 'LATEST', percent: 100 }] },
      400,
      "Invalid value at 'type'",
    ],
    [
      'an unknown revision',
      `${API}?updateMask=traffic`,
      { traffic: [{ type: 2, revision: 'x', percent: 100 }] },
      400,
      'does not exist',
    ],
    ['no container', `${API}?updateMask=template`, { template: {} }, 400, 'at least one container'],
    [
      'manual scaling without a number',
      `${API}?updateMask=scaling`,
      { scaling: { scalingMode: 'MANUAL' } },
      400,
      'manual_instance_count',
    ],
    ['another service', `${API}x?updateMask=labels`, {}, 404, "'apix'"],
    ['an etag of yesterday', `${API}?updateMask=labels`, { etag: '"x"', labels: { a: 'b' } }, 409, 'etag'],
  ])('with %s is refused, and nothing changes', async (_, path, body, code, words) => {
    const { etag } = world.service('api');
    const answer = await call('PATCH', path, body);
    expect(answer.code).toBe(code);
    expect(answer.json.error.message).toContain(words);
    expect(world.service('api').etag).toBe(etag);
  });

  test('may set manual scaling to none at all', async () => {
    await call('PATCH', `${API}?updateMask=scaling`, { scaling: { scalingMode: 2, manualInstanceCount: 0 } });
    expect(world.service('api').spec.scaling.manualInstances).toBe(0);
    expect((await call('GET', API)).json.scaling).toEqual({ scalingMode: 'MANUAL', manualInstanceCount: 0 });
  });

  test('deletes a revision that does not serve, and a service', async () => {
    expect((await call('DELETE', `${API}/revisions/${OLD}`)).json.error.status).toBe('FAILED_PRECONDITION');
    world.deploy('api');
    live(world, MINUTE_MS);
    expect((await call('DELETE', `${API}/revisions/${OLD}`)).code).toBe(200);
    expect((await call('GET', `${API}/revisions/${OLD}`)).code).toBe(404);
    expect((await call('DELETE', API)).code).toBe(200);
    expect((await call('GET', API)).code).toBe(404);
  });

  test('lists the revisions of all services of a region', async () => {
    const { json } = await call('GET', `${PARENT}/services/-/revisions`);
    expect(json.revisions.map(({ name }) => name)).toEqual([
      `projects/acme/locations/europe-west1/services/api/revisions/${OLD}`,
    ]);
    expect((await call('GET', '/v2/projects/acme/locations/-/services')).code).toBe(400);
  });

  test('may wait for an operation, and ask what it may do', async () => {
    const { json } = await call('PATCH', `${API}?updateMask=labels`, { labels: { a: 'b' } });
    live(world, 5000);
    expect((await call('POST', `/v2/${json.name}:wait`, { timeout: '10s' })).json.done).toBe(true);
    const permissions = ['run.services.update'];
    expect((await call('POST', `${API}:testIamPermissions`, { permissions })).json).toEqual({ permissions });
  });

  test('is remembered with what it wrote; the operator by its user agent', async () => {
    await call('PATCH', `${API}?updateMask=labels`, { labels: { a: 'b' } }, 'gcloud/528');
    await call('PATCH', `${API}?updateMask=annotations,labels`, { annotations: { c: 'd' } }, 'steadyrun/0.1.0');
    expect(world.truth('api').writes).toMatchObject([
      { by: 'gcloud/528', kind: 'labels', body: { labels: { a: 'b' } } },
      { by: 'operator', kind: 'labels,annotations' },
    ]);
    expect((await call('GET', API)).json.lastModifier).toBe('steadyrun@acme.iam.gserviceaccount.com');
  });

  test('learns what the lab does not do', async () => {
    expect((await call('POST', `${PARENT}/services?serviceId=new`, {})).json.error.status).toBe('UNIMPLEMENTED');
    expect((await call('GET', '/v2/projects/acme/locations/europe-west1/jobs')).code).toBe(404);
    expect((await call('GET', '/nothing')).code).toBe(404);
  });
});
