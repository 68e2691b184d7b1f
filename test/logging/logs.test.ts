/** Kills for want of memory, as Cloud Logging tells of them: what is asked, how often, and what is made of the answers. */
import fc from 'fast-check';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { boundToGoogle } from '../../src/cloudrun/access.ts';
import { codeOf } from '../../src/cloudrun/errors.ts';
import { Rest } from '../../src/cloudrun/rest.ts';
import { known } from '../../src/facts/answer.ts';
import type { ServiceRef } from '../../src/facts/service.ts';
import { questionOf } from '../../src/logging/entries.ts';
import { CloudLogs } from '../../src/logging/logs.ts';
import { credentials, googleError, ref } from '../cloudrun/google.ts';

const origin = 'https://logging.googleapis.com';
const startMs = Date.parse('2026-01-05T08:00:00Z');
const minutes = (count: number): number => startMs + count * 60_000;

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

/** As Cloud Run writes it. */
const line = (revision: string, atMs: number) => ({
  textPayload: 'Memory limit of 512 MiB exceeded with 530 MiB used. Consider increasing the memory limit.',
  severity: 'ERROR',
  timestamp: new Date(atMs).toISOString().replace('Z', '123Z'),
  resource: {
    type: 'cloud_run_revision',
    labels: { service_name: 'api', revision_name: revision, location: 'europe-west1' },
  },
});

interface Stage {
  readonly logs: CloudLogs;
  /** The bodies of all requests, in order. */
  readonly asked: Record<string, unknown>[];
  readonly calls: string[];
  nowMs: number;
}

/** Each answer once, in order; the last for ever. */
function stage(...answers: readonly (readonly [status: number, body: object | string])[]): Stage {
  const asked: Record<string, unknown>[] = [];
  const calls: string[] = [];
  nock(origin)
    .persist()
    .post('/v2/entries:list')
    .reply(async (request: Request) => {
      asked.push((await request.json()) as Record<string, unknown>);
      return answers[Math.min(asked.length, answers.length) - 1] as [number, object];
    });
  const rest = new Rest({ credentials: boundToGoogle(credentials(), '9.9.9') }, '9.9.9');
  const state = { nowMs: minutes(60) };
  const logs = new CloudLogs({
    api: { list: (question, call) => rest.post('logging.googleapis.com', '/v2/entries:list', question, call), codeOf },
    clock: { nowMs: () => state.nowMs },
    onCall: (method, code) => calls.push(`${method} ${code}`),
  });
  return Object.assign(state, { logs, asked, calls });
}

describe('what is asked', () => {
  it('is the newest lines of one service, of Cloud Run’s own words', async () => {
    const { logs, asked, calls } = stage([200, {}]);
    await logs.outOfMemory(ref, minutes(50), minutes(60));
    expect(asked).toEqual([
      {
        resourceNames: ['projects/acme'],
        filter:
          'resource.type="cloud_run_revision" AND resource.labels.service_name="api" AND resource.labels.location="europe-west1" AND ' +
          'severity>=ERROR AND textPayload:"Memory limit of" AND timestamp>="2026-01-05T08:50:00.000Z" AND timestamp<"2026-01-05T09:00:00.000Z"',
        orderBy: 'timestamp desc',
        pageSize: 1000,
      },
    ]);
    expect(calls).toEqual(['ListLogEntries OK']);
  });

  it('is of that service, whatever it is called', () => {
    const names = fc.record<ServiceRef>({ project: fc.string(), region: fc.string(), name: fc.string() });
    fc.assert(
      fc.property(names, (service) => {
        const { filter } = questionOf(service, startMs, minutes(1), null) as { filter: string };
        const strings = [...filter.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, text]) => text!.replace(/\\(.)/gs, '$1'));
        expect(strings.slice(1, 3)).toEqual([service.name, service.region]);
        expect(strings).toHaveLength(6);
      }),
    );
  });
});

describe('what is answered', () => {
  it('is how many were killed, by revision; one of which none was is missing', async () => {
    const entries = [line('new', minutes(59)), line('new', minutes(58)), line('old', minutes(51))];
    const { logs } = stage([200, { entries }]);
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual(known({ new: 2, old: 1 }));
  });

  it('is nothing of lines that name no revision or no time', async () => {
    const entries = [
      { ...line('new', minutes(59)), timestamp: 'soon' },
      { ...line('new', minutes(59)), resource: {} },
      null,
      'text',
    ];
    const { logs } = stage([200, { entries }]);
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual(known({}));
  });

  it('is of all pages, also behind an empty one', async () => {
    const { logs, asked } = stage(
      [200, { entries: [line('new', minutes(59))], nextPageToken: 'b' }],
      [200, { nextPageToken: 'c' }],
      [200, { entries: [line('new', minutes(52))] }],
    );
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual(known({ new: 2 }));
    expect(asked.map(({ pageToken }) => pageToken)).toEqual([undefined, 'b', 'c']);
  });

  it('is at least what five pages hold', async () => {
    const { logs, asked } = stage([200, { entries: [line('new', minutes(59))], nextPageToken: 'more' }]);
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual(known({ new: 5 }));
    expect(asked).toHaveLength(5);
  });

  it('is unknown where five pages hold nothing and there are more', async () => {
    const { logs, asked } = stage([200, { nextPageToken: 'more' }]);
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toMatchObject({
      kind: 'Unknown',
      reason: 'InsufficientSamples',
    });
    expect(asked).toHaveLength(5);
  });
});

describe('how often it is asked', () => {
  it('a service’s log is read at most once a minute, and what was read answers in between', async () => {
    const entries = [line('new', minutes(59)), line('new', minutes(55)), line('old', minutes(51))];
    const world = stage([200, { entries }]);
    const { logs, asked } = world;
    const answers = [];
    for (let seconds = 0; seconds <= 180; seconds += 15) {
      world.nowMs = minutes(60) + seconds * 1000;
      answers.push(await logs.outOfMemory(ref, minutes(50) + seconds * 1000, world.nowMs));
    }
    expect(asked).toHaveLength(4);
    expect(answers[0]).toEqual(known({ new: 2, old: 1 }));
    // By then the oldest lies before what is asked for.
    expect(answers[5]).toEqual(known({ new: 2 }));
  });

  it('a question that reaches further back is asked', async () => {
    const { logs, asked } = stage([200, {}]);
    await logs.outOfMemory(ref, minutes(50), minutes(60));
    await logs.outOfMemory(ref, minutes(40), minutes(60));
    expect(asked).toHaveLength(2);
  });

  it('so is one of another service', async () => {
    const { logs, asked } = stage([200, {}]);
    await logs.outOfMemory(ref, minutes(50), minutes(60));
    await logs.outOfMemory({ ...ref, region: 'europe-west4' }, minutes(50), minutes(60));
    expect(asked).toHaveLength(2);
  });

  it('after a denial again in ten minutes, in that project', async () => {
    const world = stage(
      [403, googleError(403, 'PERMISSION_DENIED', "Permission 'logging.logEntries.list' denied.")],
      [200, {}],
    );
    const { logs, asked, calls } = world;
    const denied = {
      kind: 'Unknown',
      reason: 'NotGranted',
      message: 'roles/logging.viewer is not granted in acme: kills for want of memory are not seen.',
    };
    for (const lengthMs of [0, 60_000, 599_999]) {
      world.nowMs = minutes(60) + lengthMs;
      expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual(denied);
    }
    expect(calls).toEqual(['ListLogEntries PERMISSION_DENIED']);
    expect(await logs.outOfMemory({ ...ref, project: 'other' }, minutes(50), minutes(60))).toEqual(known({}));
    world.nowMs = minutes(70);
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual(known({}));
    expect(asked).toHaveLength(3);
  });
});

describe('a failure', () => {
  const disabled = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SERVICE_DISABLED' };
  test.each<[what: string, status: number, body: object | string, reason: string, message: RegExp]>([
    [
      'of an API that is not enabled',
      403,
      googleError(403, 'PERMISSION_DENIED', 'Off.', [disabled]),
      'NotGranted',
      /^The Cloud Logging API \(logging\.googleapis\.com\) is not enabled in acme: /,
    ],
    [
      'of a quota',
      429,
      googleError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.'),
      'RateLimited',
      /RESOURCE_EXHAUSTED, "Quota exceeded\."/,
    ],
    [
      'of Google',
      500,
      googleError(500, 'INTERNAL', 'Internal\nerror.'),
      'ProviderError',
      /INTERNAL, "Internal error\."/,
    ],
    ['of something between', 403, '<html>proxy</html>', 'ProviderError', /UNAVAILABLE/],
    ['of an answer that is none', 200, '[1]', 'ProviderError', /UNAVAILABLE/],
    ['of a filter', 400, googleError(400, 'INVALID_ARGUMENT', 'Bad filter.'), 'ProviderError', /INVALID_ARGUMENT/],
  ])('%s is unknown', async (_, status, body, reason, message) => {
    const { logs } = stage([status, body]);
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual({
      kind: 'Unknown',
      reason,
      message: expect.stringMatching(message),
    });
  });

  it('in passing is asked again at the next look', async () => {
    const { logs } = stage(
      [503, googleError(503, 'UNAVAILABLE', 'Not now.')],
      [200, { entries: [line('new', minutes(59))] }],
    );
    expect((await logs.outOfMemory(ref, minutes(50), minutes(60))).kind).toBe('Unknown');
    expect(await logs.outOfMemory(ref, minutes(50), minutes(60))).toEqual(known({ new: 1 }));
  });
});
