/** The Admin API v1 on the lab, as gcloud speaks it: it reads a service whole, changes it, and sends it back whole. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CloudRunDoor } from '../../../src/lab/doors/cloudrun.ts';
import type { JsonObject } from '../../../src/lab/world/json.ts';
import type { World } from '../../../src/lab/world.ts';
import { OLD, worldOf } from '../worlds.ts';
import { serve } from './serve.ts';

const API = '/apis/serving.knative.dev/v1/namespaces/acme/services/api';

interface Shown {
  readonly metadata: { readonly annotations: JsonObject; readonly resourceVersion: string };
  readonly spec: {
    readonly template: {
      readonly metadata: JsonObject;
      readonly spec: { readonly containers: readonly JsonObject[] } & JsonObject;
    };
    readonly traffic: readonly JsonObject[];
  };
  readonly status: JsonObject & { readonly conditions: readonly JsonObject[] };
  readonly items: readonly { readonly metadata: JsonObject }[];
  readonly error: { readonly status: string; readonly message: string };
}

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

async function call(method: string, path: string, body?: unknown): Promise<{ code: number; json: Shown }> {
  const payload = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(origin + path, { method, ...payload });
  return { code: response.status, json: (await response.json()) as Shown };
}

const service = () => world.service('api');
const seconds = (count: number) => world.advanceTo(world.nowMs + count * 1000);

/** The service as it is read, with another container or other targets. */
async function changed(container: JsonObject, more: JsonObject = {}): Promise<object> {
  const { json } = await call('GET', API);
  const { template } = json.spec;
  const containers = [{ ...template.spec.containers[0], ...container }];
  return {
    ...json,
    spec: { ...json.spec, template: { ...template, spec: { ...template.spec, containers } }, ...more },
  };
}

const variable = (name: string, value: string): JsonObject => ({ env: [{ name, value }] });

describe('what is sent back as it was read', () => {
  test.each<[string, () => unknown]>([
    ['a fresh service', () => undefined],
    ['one with named targets and tags', () => world.setTraffic('api', [{ revision: OLD, percent: 100, tag: 'old' }])],
    [
      'one with limits',
      () => world.change('api', { scaling: { minInstances: 2, maxInstances: 9, manualInstances: null } }),
    ],
    [
      'one that is scaled by hand',
      () => world.change('api', { scaling: { minInstances: 0, maxInstances: 0, manualInstances: 3 } }),
    ],
    [
      'one with labels and annotations',
      () => world.change('api', { labels: { team: 'web' }, annotations: { note: 'mine' } }),
    ],
    [
      'one within the network only',
      () => world.change('api', { settings: { ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY', launchStage: 'BETA' } }),
    ],
    [
      'one whose template says what v1 has no word for',
      () =>
        world.change('api', {
          template: {
            ...service().spec.template,
            scaling: { minInstanceCount: 1, maxInstanceCount: 40, cpuUtilization: 0.5 },
            maxInstanceRequestConcurrency: 20,
            timeout: '60s',
            serviceAccount: 'runner@acme.example',
            sessionAffinity: true,
            labels: { a: 'b' },
            annotations: { c: 'd' },
          },
        }),
    ],
  ])('changes nothing: %s', async (_, make) => {
    make();
    seconds(30);
    const { spec, generation } = service();
    const { json } = await call('GET', API);
    expect((await call('PUT', API, json)).code).toBe(200);
    expect(service().spec).toEqual(spec);
    expect(service().generation).toBe(generation);
  });
});

describe('a deploy', () => {
  test('makes a revision that behaves as its variables say, and LATEST follows', async () => {
    const { code, json } = await call('PUT', API, await changed(variable('LAB_ERROR_PERCENT', '5')));
    expect(code).toBe(200);
    expect(json.status.conditions[0]).toMatchObject({ type: 'Ready', status: 'Unknown' });
    expect(json.status.observedGeneration).toBe(1);
    seconds(30);
    const { name, behaviour } = service().latestReady;
    expect(behaviour.errorPercent).toBe(5);
    expect((await call('GET', API)).json.status).toMatchObject({
      observedGeneration: 2,
      latestReadyRevisionName: name,
      conditions: [
        { status: 'True' },
        { type: 'RoutesReady', status: 'True' },
        { type: 'ConfigurationsReady', status: 'True' },
      ],
      traffic: [{ revisionName: name, latestRevision: true, percent: 100 }],
    });
  });

  test('that does not start says why, and is done', async () => {
    await call('PUT', API, await changed(variable('LAB_START_FAILS', '1')));
    seconds(30);
    const { status } = (await call('GET', API)).json;
    const message = expect.stringContaining('The container failed to start');
    expect(status).toMatchObject({ observedGeneration: 2, latestReadyRevisionName: OLD });
    expect(status.conditions).toMatchObject([
      { type: 'Ready', status: 'False', message },
      { type: 'RoutesReady' },
      { type: 'ConfigurationsReady', status: 'False', message },
    ]);
  });

  test('sets instances, concurrency and names of its own', async () => {
    const sent = (await changed({ resources: { limits: { cpu: '2', memory: '1Gi' } } })) as Shown;
    const { template } = sent.spec;
    const metadata = { name: 'api-mine', annotations: { 'autoscaling.knative.dev/maxScale': '7', note: 'x' } };
    const spec = { ...template.spec, containerConcurrency: 33 };
    const annotations = { ...sent.metadata.annotations, 'run.googleapis.com/maxScale': '9' };
    const { code } = await call('PUT', API, {
      ...sent,
      metadata: { ...sent.metadata, annotations },
      spec: { ...sent.spec, template: { metadata, spec } },
    });
    expect(code).toBe(200);
    const { name, resources, template: made } = service().latestCreated;
    expect(name).toBe('api-mine');
    expect(resources).toMatchObject({ cpus: 2, memoryMib: 1024, concurrency: 33, maxInstances: 7 });
    expect(made.annotations).toEqual({ note: 'x' });
    expect(service().spec.scaling.maxInstances).toBe(9);
  });

  test('moves traffic to named revisions, and back to LATEST', async () => {
    await call('PUT', API, await changed({}, { traffic: [{ revisionName: OLD, percent: 100, tag: 'good' }] }));
    expect(service().spec.traffic).toEqual([{ revision: OLD, percent: 100, tag: 'good' }]);
    await call('PUT', API, await changed({}, { traffic: [{ latestRevision: true, percent: 100 }] }));
    expect(service().spec.traffic).toEqual([{ revision: null, percent: 100 }]);
  });

  test('that is only tried changes nothing', async () => {
    const { code } = await call('PUT', `${API}?dryRun=all`, await changed(variable('MINE', '1')));
    expect([code, service().generation]).toEqual([200, 1]);
  });

  test.each<[string, number, string, () => Promise<object>]>([
    ['from before another one', 409, 'ABORTED', () => changed({ ...variable('MINE', '1') })],
    [
      'with a variable that is none of the lab',
      400,
      'did you mean LAB_ERROR_PERCENT?',
      () => changed(variable('LAB_EROR_PERCENT', '5')),
    ],
    [
      'with a secret',
      400,
      'the lab has no secrets',
      () => changed({ env: [{ name: 'KEY', valueFrom: { secretKeyRef: {} } }] }),
    ],
    [
      'to a revision that is not there',
      400,
      "'api-9' does not exist",
      () => changed({}, { traffic: [{ revisionName: 'api-9', percent: 100 }] }),
    ],
  ])('is refused: %s', async (name, code, told, make) => {
    const body = await make();
    if (name.startsWith('from before')) world.deploy('api');
    const answer = await call('PUT', API, body);
    expect(answer.code).toBe(code);
    expect(JSON.stringify(answer.json.error)).toContain(told);
  });
});

describe('gcloud on its way', () => {
  test('finds the services of a region, and of all', async () => {
    const names = async (region: string) =>
      (await call('GET', `/v1/projects/acme/locations/${region}/services`)).json.items.map(
        ({ metadata }) => metadata.name,
      );
    expect(await names('europe-west1')).toEqual(await names('-'));
    expect(await names('-')).toContain('api');
    expect(await names('us-central1')).toEqual([]);
  });

  test('finds the revisions of one service, the newest first', async () => {
    const newer = world.deploy('api');
    const label = encodeURIComponent('serving.knative.dev/service = api');
    const { json } = await call('GET', `/apis/serving.knative.dev/v1/namespaces/acme/revisions?labelSelector=${label}`);
    expect(json.items.map(({ metadata }) => metadata.name)).toEqual([newer, OLD]);
  });

  test('learns that project and API are there, and that it may do everything', async () => {
    expect((await call('GET', '/v1/projects/acme')).json).toMatchObject({
      projectId: 'acme',
      lifecycleState: 'ACTIVE',
    });
    expect((await call('GET', '/v1/projects/acme/services/run.googleapis.com')).json).toMatchObject({
      state: 'ENABLED',
    });
    const path = '/v1/projects/acme/locations/europe-west1/services/api:testIamPermissions';
    expect((await call('POST', path, { permissions: ['x'] })).json).toEqual({ permissions: ['x'] });
  });

  test('deletes a service; then it is not found', async () => {
    expect((await call('DELETE', API)).json).toMatchObject({ status: 'Success' });
    expect((await call('GET', API)).json.error.status).toBe('NOT_FOUND');
  });

  test('is told what the lab does not do', async () => {
    const { code, json } = await call('POST', '/apis/serving.knative.dev/v1/namespaces/acme/services', {});
    expect([code, json.error.status]).toEqual([501, 'UNIMPLEMENTED']);
  });
});
