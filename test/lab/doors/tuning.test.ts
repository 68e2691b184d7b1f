/** What tuning asks over HTTP: scaling targets, digests, tags that move, and the log of kills. */
import { RevisionsClient, ServicesClient } from '@google-cloud/run';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from '../../../src/lab/lab.ts';
import { populationFrom } from '../../../src/lab/population.ts';
import { OLD } from '../worlds.ts';
import { call } from './serve.ts';

const NAME = 'projects/acme/locations/r/services/api';
const services = populationFrom(`
- project: acme
  region: r
  name: api
  rps: 60
  image: registry.example/app:latest
  quota: 30
  traffic: [{revision: ${OLD}, percent: 100}]
  env: {LAB_MEMORY_MIB: 180/5, LAB_LATENCY_MS: 900/1500/2000, LAB_CPU_MS_PER_REQUEST: 1}
  template: {concurrency: 80, cpu: 1, memory: 300Mi, maxInstances: 20}
  scaling: {minInstances: 1, maxInstances: 10}
`);

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ seed: 3, speed: 60, services, historyMs: 20 * 60_000 });
});
afterAll(() => lab.close());

const patch = (mask: string, body: object) =>
  call('PATCH', `${lab.description.cloudRun}/v2/${NAME}?updateMask=${mask}`, body);
const show = async () => (await call('GET', `${lab.description.cloudRun}/v2/${NAME}`)).json as unknown as Shown;
interface Shown {
  readonly template: { readonly scaling?: object; readonly maxInstanceRequestConcurrency?: number };
}

describe('scaling targets', () => {
  test.each([
    ['template.scaling.cpuUtilization', { cpuUtilization: 0.4 }, { maxInstanceCount: 20, cpuUtilization: 0.4 }],
    [
      'template.scaling.concurrency_utilization',
      { concurrencyUtilization: 0 },
      { maxInstanceCount: 20, cpuUtilization: 0.4, concurrencyUtilization: 0 },
    ],
  ])('are set by the mask %s, and shown', async (mask, scaling, shown) => {
    expect((await patch(mask, { template: { scaling } })).code).toBe(200);
    expect((await show()).template.scaling).toEqual(shown);
  });

  test.each([
    [{ cpuUtilization: 0.05 }, 'cpuUtilization: must be from 0.1 to 0.9'],
    [{ cpuUtilization: 0.95 }, 'cpuUtilization: must be from 0.1 to 0.9'],
    [{ cpuUtilization: 0, concurrencyUtilization: 0 }, 'must not both be 0'],
    [{ cpuUtilisation: 0.5 }, 'Unknown name "cpuUtilisation"'],
    [{ maxInstanceCount: 31 }, 'Max instances must be set to 30 or fewer to set the requested total CPU.'],
  ])('%o is refused in words', async (scaling, words) => {
    const { code, json } = await patch('template.scaling', { template: { scaling } });
    expect([code, json.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(json.error.message).toContain(words);
  });

  test("survive a narrow mask of Google's client, which does not know them, and not its whole template", async () => {
    const port = Number(new URL(lab.description.cloudRun).port);
    const options = {
      fallback: true,
      protocol: 'http',
      apiEndpoint: '127.0.0.1',
      port,
      universeDomain: 'googleapis.com',
    } as const;
    const client = new ServicesClient({ ...options, authClient: new PassThroughClient() });
    const revisions = new RevisionsClient({ ...options, authClient: new PassThroughClient() });
    await patch('template.scaling.cpuUtilization', { template: { scaling: { cpuUtilization: 0.4 } } });
    const [seen] = await client.getService({ name: NAME });
    const narrow = { paths: ['template.revision', 'template.max_instance_request_concurrency'] };
    await client.updateService({
      service: { name: NAME, template: { maxInstanceRequestConcurrency: 60 } },
      updateMask: narrow,
    });
    expect((await show()).template).toMatchObject({
      maxInstanceRequestConcurrency: 60,
      scaling: { cpuUtilization: 0.4 },
    });
    await client.updateService({
      service: { name: NAME, template: seen.template! },
      updateMask: { paths: ['template'] },
    });
    expect((await show()).template.scaling).toEqual({ maxInstanceCount: 20 });
    await Promise.all([client.close(), revisions.close()]);
  });
});

test('v1 tells which code a revision runs; a tag that is moved changes what is made from it next', async () => {
  const digestOf = async (revision: string) => {
    const path = `/apis/serving.knative.dev/v1/namespaces/acme/revisions/${revision}`;
    const { json } = await call('GET', lab.description.cloudRun + path);
    return (json as unknown as { status: { imageDigest: string } }).status.imageDigest;
  };
  const digest = `sha256:${'ab'.repeat(32)}`;
  const moved = await call('POST', `${lab.description.url}/lab/v1/images`, {
    image: 'registry.example/app:latest',
    digest,
  });
  expect(moved).toMatchObject({ code: 200, json: { digest } });
  await patch('template.revision,template.maxInstanceRequestConcurrency', {
    template: { revision: 'api-00099-tag', maxInstanceRequestConcurrency: 41 },
  });
  expect(await digestOf('api-00099-tag')).toBe(`registry.example/app@${digest}`);
  expect(await digestOf(OLD)).toMatch(/^registry\.example\/app@sha256:[0-9a-f]{64}$/);
  expect(await digestOf(OLD)).not.toContain(digest);
  expect((await call('POST', `${lab.description.url}/lab/v1/images`, { image: 5 })).code).toBe(400);
});

describe('the log', () => {
  const ask = (body: object) => call('POST', `${lab.description.logging}/v2/entries:list`, body);
  const kills =
    'resource.type="cloud_run_revision"\nresource.labels.service_name="api" AND severity>=ERROR\ntextPayload:"Memory limit of"';

  test('tells of instances that were killed for want of memory, page by page', async () => {
    const question = { resourceNames: ['projects/acme'], filter: kills, orderBy: 'timestamp desc', pageSize: 1 };
    const { code, json } = await ask(question);
    expect(code).toBe(200);
    expect(json).toMatchObject({
      entries: [
        {
          resource: { labels: { project_id: 'acme', location: 'r', service_name: 'api', revision_name: OLD } },
          severity: 'ERROR',
          logName: 'projects/acme/logs/run.googleapis.com%2Fvarlog%2Fsystem',
          textPayload: expect.stringMatching(/^Memory limit of 300 MiB exceeded with \d+ MiB used\. Consider/),
        },
      ],
      nextPageToken: '1',
    });
  });

  test.each([
    ['resource.labels.service_name="shop"', {}],
    ['timestamp<"2020-01-01T00:00:00Z"', {}],
  ])('%s has none', async (filter, answer) => {
    expect(await ask({ resourceNames: ['projects/acme'], filter })).toEqual({ code: 200, json: answer });
  });

  test.each([['jsonPayload.x="y"'], [`${kills} OR severity>=ERROR`], ['severity>=LOUD']])(
    '%s is refused',
    async (filter) => {
      const { code, json } = await ask({ resourceNames: ['projects/acme'], filter });
      expect([code, json.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
      expect(json.error.message).toContain('does not know the clause');
    },
  );

  test('can be denied', async () => {
    await call('POST', `${lab.description.url}/lab/v1/events`, { at: '0s', for: '100h', on: 'Logs', outage: true });
    const { code, json } = await ask({ resourceNames: ['projects/acme'], filter: kills });
    expect([code, json.error.status]).toEqual([403, 'PERMISSION_DENIED']);
  });
});
