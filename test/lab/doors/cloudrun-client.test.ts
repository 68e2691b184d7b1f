/** The lab's Cloud Run, driven by Google's own client. */
import { RevisionsClient, ServicesClient } from '@google-cloud/run';
import { PassThroughClient } from 'google-auth-library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nextRequests } from '../../../src/lab/adminapi/faults.ts';
import { CloudRunDoor } from '../../../src/lab/doors/cloudrun.ts';
import type { World } from '../../../src/lab/world.ts';
import { live, MINUTE_MS, OLD, worldOf } from '../worlds.ts';
import { serve } from './serve.ts';

const NAME = 'projects/acme/locations/europe-west1/services/api';
const REVISION = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
const once = { retry: null } as const;

let world: World;
let services: ServicesClient;
let revisions: RevisionsClient;
let faults: ReturnType<typeof nextRequests>;
let end: () => Promise<void>;

beforeEach(async () => {
  world = worldOf({}, { manners: {} });
  faults = () => undefined;
  const door = new CloudRunDoor({ world, faults: (question) => faults(question) });
  const server = await serve((request, response) => door.handle(request, response));
  const options = {
    fallback: true,
    protocol: 'http',
    apiEndpoint: '127.0.0.1',
    port: server.port,
    universeDomain: 'googleapis.com',
    authClient: new PassThroughClient(),
  } as const;
  services = new ServicesClient(options);
  revisions = new RevisionsClient(options);
  end = async () => {
    await Promise.all([services.close(), revisions.close()]);
    await server.close();
  };
});
afterEach(() => end());

describe("Google's client reads", () => {
  test('a service', async () => {
    const [service] = await services.getService({ name: NAME }, once);
    expect(service).toMatchObject({
      name: NAME,
      generation: '1',
      observedGeneration: '1',
      reconciling: false,
      latestReadyRevision: `${NAME}/revisions/${OLD}`,
      latestCreatedRevision: `${NAME}/revisions/${OLD}`,
      traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }],
      trafficStatuses: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', revision: OLD, percent: 100 }],
      terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' },
      ingress: 'INGRESS_TRAFFIC_ALL',
      etag: world.service('api').etag,
    });
    expect(Number(service.createTime!.seconds)).toBe(world.service('api').createdMs / 1000);
  });

  test('all services of a region, page by page', async () => {
    world = worldOf(
      {},
      { services: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ project: 'acme', region: 'r', name, rps: 1 })) },
    );
    const door = new CloudRunDoor({ world });
    const server = await serve((request, response) => door.handle(request, response));
    const client = new ServicesClient({
      fallback: true,
      protocol: 'http',
      apiEndpoint: '127.0.0.1',
      port: server.port,
      universeDomain: 'googleapis.com',
      authClient: new PassThroughClient(),
    });
    const [all] = await client.listServices({ parent: 'projects/acme/locations/r', pageSize: 2 }, once);
    expect(all.map(({ name }) => name?.split('/').at(-1))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect((await client.listServices({ parent: 'projects/acme/locations/elsewhere' }, once))[0]).toEqual([]);
    await client.close();
    await server.close();
  });

  test('revisions, newest first, and why one did not start', async () => {
    const broken = world.deploy('api', { env: { LAB_START_FAILS: '1' }, concurrency: 12 });
    live(world, MINUTE_MS);
    const [revision] = await revisions.getRevision({ name: `${NAME}/revisions/${broken}` }, once);
    expect(revision).toMatchObject({
      name: `${NAME}/revisions/${broken}`,
      maxInstanceRequestConcurrency: 12,
      containers: [
        { env: [{ name: 'LAB_START_FAILS', value: '1' }], resources: { limits: { cpu: '1', memory: '512Mi' } } },
      ],
      conditions: [{ type: 'Ready', state: 'CONDITION_FAILED', revisionReason: 'HEALTH_CHECK_CONTAINER_ERROR' }],
    });
    const [all] = await revisions.listRevisions({ parent: NAME }, once);
    expect(all.map(({ name }) => name?.split('/').at(-1))).toEqual([broken, OLD]);
    const [service] = await services.getService({ name: NAME }, once);
    expect(service.terminalCondition).toMatchObject({ state: 'CONDITION_FAILED', reason: 'REVISION_FAILED' });
    await expect(revisions.getRevision({ name: `${NAME}/revisions/nope` }, once)).rejects.toMatchObject({ code: 5 });
  });
});

describe("Google's client writes", () => {
  const traffic = [
    { type: REVISION, revision: OLD, percent: 100 },
    { type: REVISION, revision: OLD, percent: 0, tag: 'stable' },
  ] as const;
  const update = (etag: string, more: object = {}) =>
    services.updateService(
      { service: { name: NAME, etag, traffic: [...traffic] }, updateMask: { paths: ['traffic'] }, ...more },
      once,
    );

  test('the traffic, with a mask and an etag, and waits for the operation', async () => {
    const before = world.service('api');
    const { etag, spec } = before;
    const [operation] = await update(etag);
    expect(operation.done).toBeFalsy();
    expect(before.spec.traffic).toEqual([
      { revision: OLD, percent: 100 },
      { revision: OLD, percent: 0, tag: 'stable' },
    ]);
    expect(before.spec.template).toEqual(spec.template);
    expect(before.routes.served).toEqual([{ revision: null, percent: 100 }]);
    live(world, 4000);
    await operation.promise();
    const [after] = await services.getService({ name: NAME }, once);
    expect(after).toMatchObject({ reconciling: false, generation: '2', observedGeneration: '2' });
    expect(after.trafficStatuses?.[1]).toMatchObject({
      tag: 'stable',
      uri: expect.stringContaining('https://stable---api-'),
    });
    expect(after.etag).not.toBe(etag);
    await expect(services.checkUpdateServiceProgress(operation.name!)).resolves.toMatchObject({ done: true });
  });

  test('only to see whether it could: nothing changes, errors come as they would', async () => {
    const { etag } = world.service('api');
    await update(etag, { validateOnly: true });
    expect(world.service('api')).toMatchObject({ etag, generation: 1 });
    await expect(update('"old"', { validateOnly: true })).rejects.toMatchObject({ code: 10 });
    const half = { name: NAME, etag, traffic: [{ type: REVISION, revision: OLD, percent: 50 } as const] };
    await expect(
      services.updateService({ service: half, updateMask: { paths: ['traffic'] }, validateOnly: true }, once),
    ).rejects.toMatchObject({ code: 3, message: expect.stringContaining('sum to 50') });
  });

  test('a part of the scaling and leaves the rest', async () => {
    const { etag, spec } = world.service('api');
    const service = { name: NAME, etag, scaling: { maxInstanceCount: 7 } };
    await services.updateService({ service, updateMask: { paths: ['scaling.max_instance_count'] } }, once);
    expect(world.service('api').spec).toEqual({ ...spec, scaling: { ...spec.scaling, maxInstances: 7 } });
  });

  test('the concurrency, which makes a revision; a pinned name that is taken is refused', async () => {
    const mask = { paths: ['template.revision', 'template.max_instance_request_concurrency'] };
    const template = { revision: '', maxInstanceRequestConcurrency: 40 };
    await services.updateService({ service: { name: NAME, template }, updateMask: mask }, once);
    const { latestCreated } = world.service('api');
    expect(latestCreated.name).toMatch(/^api-00002-/);
    expect(latestCreated.resources.concurrency).toBe(40);
    expect(latestCreated.template.containers).toEqual(world.service('api').revisions.get(OLD)!.template.containers);
    const clash = { revision: OLD, maxInstanceRequestConcurrency: 50 };
    await expect(
      services.updateService({ service: { name: NAME, template: clash }, updateMask: mask }, once),
    ).rejects.toMatchObject({ code: 6 });
  });

  test('the whole service that it read, unchanged: nothing changes', async () => {
    world.setTraffic('api', [{ revision: OLD, percent: 100 }]);
    live(world, 5000);
    const { etag } = world.service('api');
    const [service] = await services.getService({ name: NAME }, once);
    await services.updateService({ service }, once);
    expect(world.service('api').etag).toBe(etag);
  });
});

describe('what goes wrong on request', () => {
  test('an answer before and after the request was obeyed', async () => {
    const { etag } = world.service('api');
    const service = { name: NAME, etag, traffic: [{ type: REVISION, revision: OLD, percent: 100 } as const] };
    const update = () => services.updateService({ service, updateMask: { paths: ['traffic'] } }, once);
    faults = nextRequests(1, { kind: 'Answer', code: 429, status: 'RESOURCE_EXHAUSTED', retryAfterSeconds: 7 });
    await expect(update()).rejects.toMatchObject({ code: 8 });
    expect(world.service('api').etag).toBe(etag);
    faults = nextRequests(1, { kind: 'Answer', code: 503, status: 'UNAVAILABLE', applied: true });
    await expect(update()).rejects.toMatchObject({ code: 14 });
    expect(world.service('api').etag).not.toBe(etag);
  });

  test('a lost reply and a page that is no JSON', async () => {
    faults = nextRequests(1, { kind: 'Reset' }, ({ method }) => method === 'GET');
    await expect(services.getService({ name: NAME }, once)).rejects.toMatchObject({ code: 14 });
    faults = nextRequests(1, { kind: 'Page', code: 502 });
    await expect(services.getService({ name: NAME }, once)).rejects.toThrow();
    await services.getService({ name: NAME }, once);
  });
});
