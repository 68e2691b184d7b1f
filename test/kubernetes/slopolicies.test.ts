import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotFound, Throttled } from '../../src/kubernetes/http/errors.ts';
import { persistently } from '../../src/kubernetes/http/retry.ts';
import { type PolicyObject, SloPolicies } from '../../src/kubernetes/policies/slopolicies.ts';
import type { Fault } from '../../src/lab/apiserver/faults.ts';
import { Conflict, Refused, Unavailable } from '../../src/ports/errors.ts';
import { policy, TestCluster } from './cluster.ts';

let cluster: TestCluster;
let api: SloPolicies;
beforeEach(async () => {
  cluster = await TestCluster.start();
  api = new SloPolicies(cluster.config(), { retries: 2, firstDelayMs: 1 });
});
afterEach(() => cluster.stop());

const key = { namespace: 'default', name: 'api' };
const stored = () => cluster.door.policies.get('default', 'api');
const put = (name = 'api') => cluster.door.policies.put(policy(name));
/** The next requests go wrong, one each. */
function fail(...faults: readonly Fault[]): void {
  const left = [...faults];
  cluster.fault = () => left.shift();
}
const answer = (code: number, reason: string): Fault => ({ kind: 'Answer', code, reason });

describe('listing', () => {
  test('goes through all pages, in all namespaces or in one', async () => {
    for (const name of ['a', 'b', 'c']) put(name);
    cluster.door.policies.put(policy('d', {}, 'team'));
    const first = await api.list({ limit: 3 });
    const second = await api.list({ limit: 3, continue: first.continue });
    expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c', 'd']);
    expect(second.continue).toBe('');
    expect((await api.list({ limit: 10, namespace: 'team' })).items).toHaveLength(1);
  });
});

describe('the status', () => {
  const before = {
    phase: 'Ramping',
    candidate: { revision: 'api-2', percent: 5, since: '2026-01-01T00:00:00Z' },
  };
  const base = async (): Promise<PolicyObject> => (await api.get(key))!;
  const edit = () =>
    cluster.door.policies.put({ ...policy('api'), metadata: { name: 'api', labels: { by: 'a-person' } } });
  /** What another process with the same name writes. */
  const writeFrom = async (status: Readonly<Record<string, unknown>>): Promise<void> => {
    await new SloPolicies(cluster.config()).applyStatus(await base(), status);
  };

  test('beside an older CRD is all that its first version knew', async () => {
    const bodies: unknown[] = [];
    const old = createServer(async (request, response) => {
      const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
      bodies.push(body.status);
      const refused = { kind: 'Status', code: 500, message: '.status.tuner: field not declared in schema' };
      response.writeHead(bodies.length === 1 ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(bodies.length === 1 ? refused : body));
    });
    put();
    const found = await base();
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    cluster.url = `http://127.0.0.1:${(old.address() as AddressInfo).port}`;
    try {
      const status = {
        ...before,
        candidate: { ...before.candidate, cause: 'Tuning' },
        saturation: { at: before.candidate.since, minutesOver24h: 0 },
        tuning: { mode: 'Auto', levers: [] },
        tuner: {
          hours: [],
          until: before.candidate.since,
          earlier: [],
          revisions: [],
          resets: [],
          barred: [],
          recent: [],
        },
      };
      await new SloPolicies(cluster.config()).applyStatus(found, status);
      expect(bodies).toEqual([status, before]);
    } finally {
      old.close().closeAllConnections();
    }
  });

  test('beside a CRD with room for fewer conditions is all but the last of them', async () => {
    const condition = (i: number) => ({
      ...{ type: `Type${i}`, status: 'False', reason: 'Some', message: '' },
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    const conditions = Array.from({ length: 19 }, (_, i) => condition(i));
    put();
    const found = await base();
    const tooMany = 'status.conditions: Too many: 19: must have at most 16 items';
    fail({ kind: 'Answer', code: 422, reason: 'Invalid', message: tooMany });
    await api.applyStatus(found, { ...before, conditions });
    expect(stored()?.status).toEqual({ ...before, conditions: conditions.slice(0, 16) });
    await api.applyStatus(await base(), { ...before, conditions });
    expect(stored()?.status).toEqual({ ...before, conditions });
  });

  test('is what was last applied: what is left out disappears', async () => {
    put();
    await api.applyStatus(await base(), before);
    expect(stored()?.status).toEqual(before);
    const answered = await api.applyStatus(await base(), { phase: 'Steady' });
    expect(stored()?.status).toEqual({ phase: 'Steady' });
    expect(answered?.metadata.resourceVersion).toBe(stored()?.metadata.resourceVersion);
  });

  test('leaves the specification, its generation and annotations alone', async () => {
    const annotations = { 'steadyrun.dev/paused': 'x' };
    cluster.door.policies.put({ ...policy('api'), metadata: { name: 'api', annotations } });
    const { spec, metadata } = stored()!;
    await api.applyStatus(await base(), before);
    expect(stored()).toMatchObject({ spec, metadata: { generation: metadata.generation, annotations } });
  });

  test('is written although something else of the policy has changed meanwhile', async () => {
    put();
    const old = await base();
    edit();
    await api.applyStatus(old, before);
    expect(stored()).toMatchObject({ status: before, metadata: { labels: { by: 'a-person' } } });
  });

  test('is not written over a status that somebody else wrote meanwhile', async () => {
    put();
    const old = await base();
    await writeFrom({ phase: 'Held' });
    await expect(api.applyStatus(old, before)).rejects.toThrow(Conflict);
    expect(stored()?.status).toEqual({ phase: 'Held' });
  });

  test('counts as written when an earlier try had arrived without an answer', async () => {
    put();
    const old = await base();
    await writeFrom(before);
    const answered = await api.applyStatus(old, before);
    expect(answered?.metadata.resourceVersion).toBe(stored()?.metadata.resourceVersion);
  });

  test('is not written to another policy of the same name', async () => {
    put();
    const old = await base();
    cluster.door.policies.delete('default', 'api');
    put();
    await expect(api.applyStatus(old, before)).rejects.toThrow(Conflict);
    expect(stored()?.status).toBeUndefined();
  });

  test('is not created without its policy', async () => {
    put();
    const old = await base();
    cluster.door.policies.delete('default', 'api');
    expect(await api.applyStatus(old, before)).toBeUndefined();
    expect(stored()).toBeUndefined();
  });
});

describe('annotations', () => {
  const annotated = () =>
    cluster.door.policies.put({
      ...policy('api'),
      metadata: {
        name: 'api',
        annotations: { 'steadyrun.dev/promote': 'api-2', 'steadyrun.dev/retry': 'api-1', other: 'kept' },
      },
    });

  test('are taken away by name, and no others', async () => {
    const { resourceVersion } = annotated().metadata;
    await api.removeAnnotations(key, resourceVersion, ['steadyrun.dev/promote', 'steadyrun.dev/retry']);
    expect(stored()?.metadata.annotations).toEqual({ other: 'kept' });
  });

  test('are kept when somebody has changed the policy meanwhile', async () => {
    const { resourceVersion } = put().metadata;
    annotated();
    await expect(api.removeAnnotations(key, resourceVersion, ['steadyrun.dev/promote'])).rejects.toThrow(Conflict);
    expect(stored()?.metadata.annotations).toHaveProperty('steadyrun.dev/promote');
  });
});

describe('failures', () => {
  test.each<[string, Fault]>([
    ['500', answer(500, 'InternalError')],
    ['503', answer(503, 'ServiceUnavailable')],
    ['429', answer(429, 'TooManyRequests')],
    ['a reset connection', { kind: 'Reset' }],
  ])('of a passing kind are tried again: %s', async (_name, fault) => {
    put();
    fail(fault, fault);
    expect((await api.get(key))?.metadata.name).toBe('api');
    expect(cluster.requests).toHaveLength(3);
  });

  test.each([
    [400, 'BadRequest', Refused],
    [401, 'Unauthorized', Refused],
    [403, 'Forbidden', Refused],
    [409, 'Conflict', Conflict],
    [422, 'Invalid', Refused],
  ])('of a lasting kind are not: %i', async (code, reason, type) => {
    fail(answer(code, reason));
    await expect(api.list({ limit: 1 })).rejects.toThrow(type);
    await expect(api.list({ limit: 1 })).resolves.toBeDefined();
    expect(cluster.requests).toHaveLength(2);
  });

  test('are Unavailable when they do not pass', async () => {
    cluster.fault = () => answer(500, 'InternalError');
    await expect(api.get(key)).rejects.toThrow(Unavailable);
    expect(cluster.requests).toHaveLength(3);
  });

  test('say what the server said', async () => {
    fail(answer(403, 'Forbidden'));
    await expect(api.list({ limit: 1 })).rejects.toThrow('Kubernetes answered 403: the lab was told to answer 403');
  });

  test('wait as long as the server asks, and leave longer waits to the caller', async () => {
    const waits: number[] = [];
    let calls = 0;
    const throttled = (ms: number) =>
      persistently(
        async () => {
          waits.push(performance.now());
          if (calls++ === 0) throw new Throttled('later', ms);
          return 'done';
        },
        { retries: 1, firstDelayMs: 0 },
      );
    expect(await throttled(5)).toBe('done');
    expect(waits[1]! - waits[0]!).toBeGreaterThanOrEqual(4);
    calls = 0;
    await expect(throttled(60_000)).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });

  test('carry the time the server asked for', async () => {
    cluster.fault = () => ({ kind: 'Answer', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 30 });
    await expect(api.get(key)).rejects.toMatchObject({ retryAfterMs: 30_000 });
    expect(cluster.requests).toHaveLength(1);
  });

  test('that say there is nothing are no failure of a get', async () => {
    expect(await api.get(key)).toBeUndefined();
    await expect(
      persistently(() => Promise.reject(new NotFound('gone')), { retries: 5, firstDelayMs: 1 }),
    ).rejects.toThrow(NotFound);
  });
});
