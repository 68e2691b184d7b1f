/** How revisions run, as it is read and written: every mask that is ever sent, and what goes with it. */
import fc from 'fast-check';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { ScalingChange, TemplateChange, TunedSettings } from '../../src/facts/change.ts';
import {
  Conflict,
  OutcomeUnknown,
  QuotaExceeded,
  Refused,
  TargetsNotSettable,
  Unavailable,
} from '../../src/ports/errors.ts';
import { isWhole } from '../whole.ts';
import { brisk, googleError, harness, origin, path, query, ref, seen } from './google.ts';

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
});

const operation = { name: 'projects/acme/locations/europe-west1/operations/op-1', done: false };
const from = 'api-00001-aaa';
const made = 'api-00002-tuned';
const image = 'europe-docker.pkg.dev/acme/apps/api:latest';
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** As REST tells of it, with fields that no client of ours has heard of. */
const restService = (more: object = {}) => ({
  name: path.slice(4),
  etag: '"etag-1"',
  latestCreatedRevision: `${path.slice(4)}/revisions/${from}`,
  template: {
    revision: from,
    annotations: { team: 'checkout', 'steadyrun.dev/cause': 'tuning/api-00000-old' },
    containers: [{ image, env: [{ name: 'A', value: 'b' }] }],
    scaling: { maxInstanceCount: 20, cpuUtilization: 0.5 },
    newerThanUs: { kept: true },
  },
  ...more,
});
const template = (set: TunedSettings): TemplateChange => ({ kind: 'Template', revision: made, from, set });
const scaling = (maxInstances: number): ScalingChange => ({ kind: 'Scaling', maxInstances });

interface Sent {
  readonly mask: string;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** What is sent by PATCH, in order, and answered with `status` and `answer`. */
function patches(status = 200, answer: object = operation): Sent[] {
  const sent: Sent[] = [];
  nock(origin)
    .persist()
    .patch(path)
    .query(true)
    .reply(status, async (request: Request) => {
      const mask = new URL(request.url).searchParams.get('updateMask') ?? '';
      sent.push({ mask, body: (await request.json()) as Record<string, unknown>, headers: request.headers });
      return answer;
    });
  return sent;
}
const answering = (service: object | undefined = restService(), status = 200) =>
  nock(origin).persist().get(path).reply(status, service);

const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('It did not fail.'),
    (error: Error) => error,
  );

describe('a tuning revision', () => {
  test.each<[what: string, set: TunedSettings, mask: string, changed: object]>([
    [
      'of another concurrency',
      { concurrency: 20 },
      'template.maxInstanceRequestConcurrency',
      { maxInstanceRequestConcurrency: 20 },
    ],
    [
      'of another CPU target',
      { cpuTargetPercent: 48 },
      'template.scaling.cpuUtilization',
      { scaling: { cpuUtilization: 0.48 } },
    ],
    [
      'of another concurrency target',
      { concurrencyTargetPercent: 57 },
      'template.scaling.concurrencyUtilization',
      { scaling: { concurrencyUtilization: 0.57 } },
    ],
    [
      'of another maximum',
      { maxInstances: 40 },
      'template.scaling.maxInstanceCount',
      { scaling: { maxInstanceCount: 40 } },
    ],
    [
      'of all of them',
      { concurrency: 1, cpuTargetPercent: 30, concurrencyTargetPercent: 30, maxInstances: 1 },
      'template.maxInstanceRequestConcurrency,template.scaling.cpuUtilization,template.scaling.concurrencyUtilization,template.scaling.maxInstanceCount',
      {
        maxInstanceRequestConcurrency: 1,
        scaling: { cpuUtilization: 0.3, concurrencyUtilization: 0.3, maxInstanceCount: 1 },
      },
    ],
  ])('%s', async (_, set, mask, changed) => {
    answering();
    const sent = patches();
    const { services, calls } = await harness();
    await services.write(ref, template(set), seen('"etag-1"'));
    expect(sent.map(({ mask }) => mask)).toEqual([`template.revision,template.annotations,${mask}`]);
    expect(sent[0]!.body).toEqual({
      etag: '"etag-1"',
      template: {
        revision: made,
        annotations: { team: 'checkout', 'steadyrun.dev/cause': `tuning/${made}` },
        ...changed,
      },
    });
    expect(sent[0]!.headers.get('authorization')).toBe('Bearer token-of-the-test');
    expect(sent[0]!.headers.get('user-agent')).toMatch(/^steadyrun\/9\.9\.9/);
    expect(calls).toEqual(['GetServiceRest OK', 'UpdateServiceRest OK']);
  });

  test.each<[what: string, service: object, status?: number]>([
    ['somebody has deployed since', { latestCreatedRevision: `${path.slice(4)}/revisions/api-00009-zzz` }],
    ['somebody has changed it since', { etag: '"etag-9"' }],
    ['it says nothing of its newest revision', { latestCreatedRevision: undefined }],
  ])('is not made where %s', async (_, more) => {
    answering(restService(more));
    const sent = patches();
    const { services } = await harness();
    await expect(services.write(ref, template({ concurrency: 20 }), seen('"etag-1"'))).rejects.toThrow(Conflict);
    expect(sent).toEqual([]);
  });

  it('is not made of a service that is gone', async () => {
    answering(googleError(404, 'NOT_FOUND', 'Resource api was not found.'), 404);
    const { services } = await harness();
    await expect(services.write(ref, template({ concurrency: 20 }), seen('"etag-1"'))).rejects.toThrow(Conflict);
  });

  test.each<[TunedSettings, RegExp]>([
    [{}, /nothing is to be set/],
    [{ concurrency: 0 }, /concurrency cannot be 0/],
    [{ concurrency: 1.5 }, /concurrency cannot be 1\.5/],
    [{ maxInstances: -1 }, /maxInstances cannot be -1/],
    [{ cpuTargetPercent: -1 }, /cpuTargetPercent cannot be -1/],
    [{ concurrencyTargetPercent: 101 }, /concurrencyTargetPercent cannot be 101/],
    [{ concurrencyTargetPercent: Number.NaN }, /concurrencyTargetPercent cannot be NaN/],
  ])('of %j is refused before anything is sent', async (set, why) => {
    const { services, calls } = await harness();
    const error = await failureOf(services.write(ref, template(set), seen('"etag-1"')));
    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toMatch(why);
    expect(calls).toEqual([]);
  });

  it('is sent once, and of unknown outcome where no answer comes', async () => {
    answering();
    nock(origin)
      .patch(path)
      .query(true)
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    const { services, calls } = await harness();
    await expect(services.write(ref, template({ concurrency: 20 }), seen('"etag-1"'))).rejects.toThrow(OutcomeUnknown);
    expect(calls).toEqual(['GetServiceRest OK', 'UpdateServiceRest UNAVAILABLE']);
  });

  it('is of unknown outcome where the answer is late', async () => {
    answering();
    nock(origin).patch(path).query(true).delay(1000).reply(200, operation);
    const { services, calls } = await harness({ ...brisk, writeTimeoutMs: 20 });
    await expect(services.write(ref, template({ concurrency: 20 }), seen('"etag-1"'))).rejects.toThrow(OutcomeUnknown);
    expect(calls).toEqual(['GetServiceRest OK', 'UpdateServiceRest DEADLINE_EXCEEDED']);
  });
});

describe('the most instances', () => {
  it('are written alone, guarded by the etag', async () => {
    const sent = patches();
    const { services, calls } = await harness();
    await services.write(ref, scaling(40), seen('"etag-1"'));
    expect(sent.map(({ mask }) => mask)).toEqual(['scaling.max_instance_count']);
    expect(sent[0]!.body).toEqual({ etag: '"etag-1"', labels: {}, annotations: {}, scaling: { maxInstanceCount: 40 } });
    expect(calls).toEqual(['UpdateService OK']);
  });

  test.each([0, -1, 1.5, Number.NaN])('%s is refused before anything is sent', async (maxInstances) => {
    const { services, calls } = await harness();
    await expect(services.write(ref, scaling(maxInstances), seen('"etag-1"'))).rejects.toThrow(Refused);
    expect(calls).toEqual([]);
  });

  it('of a service whose instances are counted by hand are refused', async () => {
    const { services, calls } = await harness();
    const byHand = { ...seen('"etag-1"'), scaling: { mode: 'Manual', instances: 3 } as const };
    await expect(services.write(ref, scaling(4), byHand)).rejects.toThrow(Refused);
    expect(calls).toEqual([]);
  });
});

it('whatever is tuned, what is sent holds nothing outside of its mask, and never the image', async () => {
  const whole = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
  const set = fc
    .record({
      concurrency: whole(1000),
      cpuTargetPercent: whole(100),
      concurrencyTargetPercent: whole(100),
      maxInstances: whole(1000),
    })
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as TunedSettings)
    .filter((all) => Object.keys(all).length > 0);
  const change = fc.oneof(set.map(template), fc.integer({ min: 1, max: 1000 }).map(scaling));
  const annotations = fc.dictionary(fc.string(), fc.string());
  const { services } = await harness();
  await fc.assert(
    fc.asyncProperty(change, annotations, async (change, annotations) => {
      nock.cleanAll();
      answering(restService({ template: { ...restService().template, annotations } }));
      const sent = patches();
      await services.write(ref, change, seen('"etag-1"'));
      expect(sent).toHaveLength(1);
      const [{ mask, body }] = sent as [Sent];
      const masked = mask.split(',').map((field) => field.split('.').map(camelCase));
      expect(
        leaves(body).filter((leaf) => !masked.some((field) => field.every((name, i) => leaf[i] === name))),
      ).toEqual([['etag']]);
      expect(masked.map(([first]) => first).every((first) => first === change.kind.toLowerCase())).toBe(true);
      expect(masked.every((field) => field.length > 1)).toBe(true);
      expect(JSON.stringify(body)).not.toContain(image);
      if (change.kind === 'Scaling') return;
      expect((body.template as { annotations: object }).annotations).toEqual({
        ...annotations,
        'steadyrun.dev/cause': `tuning/${made}`,
      });
    }),
    { numRuns: isWhole ? 100 : 30 },
  );
});

const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Paths to what is neither an object nor empty; the generated client sends empty maps of its own. */
const leaves = (value: unknown): string[][] =>
  typeof value !== 'object' || value === null
    ? [[]]
    : Object.entries(value).flatMap(([name, inner]) => leaves(inner).map((rest) => [name, ...rest]));

describe.each([
  ['the most instances', scaling(400), 'set the most instances of service api in acme/europe-west1'],
  [
    'a tuning revision',
    template({ concurrency: 20, cpuTargetPercent: 48 }),
    `make revision ${made} of service api in acme/europe-west1`,
  ],
] as const)('what Google says to %s', (_, change, what) => {
  const refused = async (http: number, status: string, message: string, details: object[] = []) => {
    answering();
    patches(http, googleError(http, status, message, details));
    const { services } = await harness();
    return failureOf(services.write(ref, change, seen('"etag-1"')));
  };

  test.each([
    [400, 'INVALID_ARGUMENT'],
    [400, 'FAILED_PRECONDITION'],
    [429, 'RESOURCE_EXHAUSTED'],
  ] as const)('of the quota is known by how many it bears: HTTP %d %s', async (http, status) => {
    const error = await refused(
      http,
      status,
      'Max instances must be set to 200 or fewer to set the requested total CPU.',
    );
    expect(error).toBeInstanceOf(QuotaExceeded);
    expect(error).toBeInstanceOf(Refused);
    expect((error as QuotaExceeded).maxInstances).toBe(200);
    expect(error.message).toBe(
      `Could not ${what}: ${status}, "Max instances must be set to 200 or fewer to set the requested total CPU.". Its region's quota bears at most 200 instances; ask Google for a larger one to have more.`,
    );
  });

  const fieldViolation = {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: [{ field: 'template.scaling.concurrencyUtilization' }],
  };
  test.each<[message: string, details: object[]]>([
    [
      `Invalid JSON payload received. Unknown name "cpuUtilization" at 'service.template.scaling': Cannot find field.`,
      [],
    ],
    [
      'Invalid value at \'update_mask\' (type.googleapis.com/google.protobuf.FieldMask), "template.scaling.concurrency_utilization"',
      [],
    ],
    ['Request contains an invalid argument.', [fieldViolation]],
  ])('of targets that it does not know: %s', async (message, details) => {
    const error = await refused(400, 'INVALID_ARGUMENT', message, details);
    // The generated client keeps no details, and is never sent a target.
    if (details.length > 0 && change.kind === 'Scaling') expect(error).toBeInstanceOf(Refused);
    else expect(error).toBeInstanceOf(TargetsNotSettable);
    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toContain(message);
  });

  test.each([
    [409, 'ABORTED', 'Conflict for resource api: version 1.', Conflict],
    [400, 'FAILED_PRECONDITION', 'The etag does not match.', Conflict],
    [404, 'NOT_FOUND', 'Resource api was not found.', Conflict],
    [409, 'ALREADY_EXISTS', "Revision named 'api-00002-tuned' with different configuration already exists.", Refused],
    [403, 'PERMISSION_DENIED', "Permission 'run.services.update' denied.", Refused],
    [429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', Unavailable],
    [401, 'UNAUTHENTICATED', 'Invalid credentials.', Unavailable],
    [503, 'UNAVAILABLE', 'The service is unavailable.', OutcomeUnknown],
    [500, 'INTERNAL', 'Internal error.', OutcomeUnknown],
    [504, 'DEADLINE_EXCEEDED', 'Deadline exceeded.', OutcomeUnknown],
  ] as const)('%d %s: %s', async (http, status, message, kind) => {
    const error = await refused(http, status, message);
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(`Could not ${what}: ${status}, "${message}".`);
  });

  it('names the account that has to be acted as', async () => {
    const info = {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'IAM_PERMISSION_DENIED',
      metadata: { permission: 'iam.serviceaccounts.actAs' },
    };
    const error = await refused(403, 'PERMISSION_DENIED', 'Denied.', [info]);
    expect(error.message).toContain('roles/iam.serviceAccountUser');
  });

  it('which is not Google, says nothing', async () => {
    answering();
    nock(origin).patch(path).query(true).reply(404, '<html>no such page</html>');
    const { services } = await harness();
    expect(await failureOf(services.write(ref, change, seen('"etag-1"')))).toBeInstanceOf(OutcomeUnknown);
  });
});

describe('what the autoscaler aims at', () => {
  const revision = (body: object, status = 200) => nock(origin).get(`${path}/revisions/${from}`).reply(status, body);

  test.each<[what: string, scaling: object | undefined, targets: object]>([
    [
      'both',
      { cpuUtilization: 0.57, concurrencyUtilization: 0.29, maxInstanceCount: 3 },
      { cpuPercent: 57, concurrencyPercent: 29 },
    ],
    ['one', { cpuUtilization: 0.7 }, { cpuPercent: 70, concurrencyPercent: 60 }],
    ['not at CPU', { cpuUtilization: 0, concurrencyUtilization: 0.8 }, { cpuPercent: 0, concurrencyPercent: 80 }],
    ['nothing that is written', { maxInstanceCount: 3 }, { cpuPercent: 60, concurrencyPercent: 60 }],
    ['nothing at all', undefined, { cpuPercent: 60, concurrencyPercent: 60 }],
    ['nonsense', { cpuUtilization: 'high' }, { cpuPercent: 60, concurrencyPercent: 60 }],
  ])('%s', async (_, scaling, targets) => {
    revision({ name: from, scaling });
    const { services, calls } = await harness();
    expect(await services.targets(ref, from)).toEqual(targets);
    expect(calls).toEqual(['GetRevisionRest OK']);
  });

  it('is nothing on a revision that is gone', async () => {
    revision(googleError(404, 'NOT_FOUND', 'No such revision.'), 404);
    expect(await (await harness()).services.targets(ref, from)).toBeNull();
  });

  it('is refused with what is to be granted', async () => {
    revision(googleError(403, 'PERMISSION_DENIED', 'Denied.'), 403);
    const error = await failureOf((await harness()).services.targets(ref, from));
    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toContain("Grant the operator's identity run.revisions.get.");
  });

  it('is asked again where a failure may pass', async () => {
    revision(googleError(503, 'UNAVAILABLE', 'Not now.'), 503);
    revision({ name: from });
    const { services, calls } = await harness();
    await services.targets(ref, from);
    expect(calls).toEqual(['GetRevisionRest UNAVAILABLE', 'GetRevisionRest OK']);
  });

  test.each([
    ['a page', '<html></html>'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('is unknown where %s comes instead', async (_, text) => {
    nock(origin).persist().get(`${path}/revisions/${from}`).reply(200, text);
    expect(await failureOf((await harness()).services.targets(ref, from))).toBeInstanceOf(Unavailable);
  });
});

describe('which code a revision runs', () => {
  const v1 = (status: object | undefined, http = 200) =>
    nock('https://europe-west1-run.googleapis.com')
      .get(`/apis/serving.knative.dev/v1/namespaces/acme/revisions/${from}`)
      .reply(http, { metadata: { name: from }, status });
  const repository = 'europe-docker.pkg.dev/acme/apps/api';
  const other = digest.replaceAll('0', 'f');

  test.each<[what: string, status: object | undefined, digest: string | null]>([
    ['as it is told', { imageDigest: `${repository}@${digest}` }, digest],
    ['by the digest alone', { imageDigest: digest }, digest],
    [
      'of the only container',
      { imageDigest: `${repository}@${digest}`, containerStatuses: [{ imageDigest: `${repository}@${digest}` }] },
      digest,
    ],
    [
      'of all its containers, in whatever order they come',
      {
        imageDigest: `${repository}@${digest}`,
        containerStatuses: [{ imageDigest: `p@${other}` }, { imageDigest: `q@${digest}` }],
      },
      `${digest} ${other}`,
    ],
    [
      'not of one of its containers',
      { imageDigest: `r@${digest}`, containerStatuses: [{ imageDigest: `r@${digest}` }, {}] },
      null,
    ],
    ['by a tag', { imageDigest: image }, null],
    ['not at all', {}, null],
    ['without a status', undefined, null],
  ])('%s', async (_, status, expected) => {
    v1(status);
    const { services, calls } = await harness();
    expect(await services.digest(ref, from)).toBe(expected);
    expect(calls).toEqual(['GetRevisionV1 OK']);
  });

  it('is not told of a revision that is gone', async () => {
    nock('https://europe-west1-run.googleapis.com')
      .get(/.*/)
      .reply(404, googleError(404, 'NOT_FOUND', 'No such revision.'));
    expect(await (await harness()).services.digest(ref, from)).toBeNull();
  });
});

describe('how a revision runs', () => {
  const full = {
    name: `${path.slice(4)}/revisions/${from}`,
    createTime: '2026-11-01T10:00:00Z',
    conditions: [{ type: 'Ready', state: 4 }],
    maxInstanceRequestConcurrency: 40,
    scaling: { minInstanceCount: 1, maxInstanceCount: 12 },
    containers: [
      { image: 'proxy:1', resources: { limits: { cpu: '1', memory: '128Mi' } } },
      { image, ports: [{ containerPort: 8080 }], resources: { limits: { cpu: '2000m', memory: '1Gi' } } },
    ],
  };
  const settings = { concurrency: 40, maxInstances: 12, minInstances: 1, cpus: 2, memoryMib: 1024, image };

  test.each<[what: string, more: object, settings: object | undefined]>([
    ['of the container that takes the requests', {}, settings],
    ['without a maximum of its own', { scaling: {} }, { ...settings, maxInstances: null, minInstances: 0 }],
    [
      'as Cloud Run does where nothing is written',
      { maxInstanceRequestConcurrency: 0, containers: [{ image }] },
      { ...settings, concurrency: 80, cpus: 1, memoryMib: 512 },
    ],
    [
      'of the first where none has a port',
      { containers: [{ image, resources: { limits: { cpu: '0.5', memory: '256M' } } }] },
      { ...settings, cpus: 0.5, memoryMib: 256e6 / 2 ** 20 },
    ],
    ['where no container is told of', { containers: [] }, undefined],
  ])('%s', async (_, more, expected) => {
    nock(origin)
      .get(`${path}/revisions/${from}`)
      .query(query)
      .reply(200, { ...full, ...more });
    expect((await (await harness()).services.revision(ref, from))?.settings).toEqual(expected);
  });
});
