import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KubeObject, keyOf } from '../../src/kubernetes/http/objects.ts';
import { EventRecorder } from '../../src/kubernetes/policies/events.ts';
import { KubernetesPolicies } from '../../src/kubernetes/policies/policies.ts';
import { SloPolicies } from '../../src/kubernetes/policies/slopolicies.ts';
import { storedPolicy } from '../../src/policy/parse.ts';
import { Conflict, Unavailable } from '../../src/ports/errors.ts';
import type { Status } from '../../src/status/status.ts';
import { toStore } from '../../src/status/write.ts';
import { policy, TestCluster } from './cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

const key = { namespace: 'default', name: 'api' };

let cluster: TestCluster;
let clock: VirtualClock;
/** A cache that sees what the server has only when a test says so. */
let cached: Map<string, KubeObject>;
let policies: KubernetesPolicies;
let isLeader: boolean;

beforeEach(async () => {
  cluster = await TestCluster.start();
  clock = new VirtualClock();
  cached = new Map();
  isLeader = true;
  const config = cluster.config();
  policies = new KubernetesPolicies({
    cache: { get: (text) => cached.get(text), list: () => [...cached.values()] },
    api: new SloPolicies(config, { retries: 0, firstDelayMs: 1 }),
    events: new EventRecorder({ config, instance: 'test', clock, wallMs: () => 0, onFailure: () => undefined }),
    parse: (raw) => storedPolicy(raw),
    version: 'test',
    clock,
    fence: {
      check: () => {
        if (!isLeader) throw new Unavailable('not the leader');
      },
    },
  });
  cluster.door.policies.put(policy('api'));
  catchUp();
});
afterEach(() => cluster.stop());

function catchUp(): void {
  cached.clear();
  for (const object of cluster.door.policies.list())
    cached.set(keyOf(object as unknown as KubeObject), object as unknown as KubeObject);
}
const stored = () => cluster.door.policies.get('default', 'api');
const steady: Status = {
  phase: 'Steady',
  decision: {
    action: 'None',
    reason: 'Steady',
    message: 'Well.',
    at: '2026-01-01T00:00:00Z',
    nextCheck: '2026-01-01T00:01:00Z',
  },
};
const lookedAt = (at: string): Status => ({ ...steady, decision: { ...steady.decision!, at } });
const writes = () => cluster.requests.filter(({ method }) => method === 'PATCH').length;

describe('reading', () => {
  test('gives what the cache has, parsed once', () => {
    const first = policies.get(key);
    expect(first).toMatchObject({ key, spec: { ok: true } });
    expect(policies.get(key)).toBe(first);
    expect(policies.list()).toEqual([first]);
  });

  test('shows our own write before the cache does, and others’ once the cache has caught up', async () => {
    await policies.writeStatus(key, { phase: 'Held' });
    expect(policies.get(key)?.status.phase).toBe('Held');
    expect(policies.list()[0]?.status.phase).toBe('Held');
    cluster.door.policies.put(policy('api', { mode: 'Observe' }));
    expect(policies.get(key)?.generation).toBe(1);
    catchUp();
    expect(policies.get(key)).toMatchObject({ generation: 2, status: { phase: 'Held' } });
  });

  test('never goes back behind our own write when the cache delivers an older state late', async () => {
    const older = cached.get('default/api')!;
    await policies.writeStatus(key, { phase: 'Held' });
    cached.set('default/api', { ...older });
    expect(policies.get(key)?.status.phase).toBe('Held');
  });

  test('forgets our write when the policy is gone, or is another of the same name', async () => {
    await policies.writeStatus(key, { phase: 'Held' });
    cluster.door.policies.delete('default', 'api');
    cached.clear();
    expect(policies.get(key)).toBeUndefined();
    cluster.door.policies.put(policy('api'));
    catchUp();
    expect(policies.get(key)?.status).toEqual({});
  });
});

test('a policy that was replaced by another counts, also where the server has begun to count anew', async () => {
  await policies.writeStatus(key, { phase: 'Held' });
  const { metadata } = cached.get('default/api')!;
  cached.set('default/api', { metadata: { ...metadata, uid: 'another', resourceVersion: '1' } });
  expect(policies.get(key)).toMatchObject({ uid: 'another', status: {} });
});

describe('writing the status', () => {
  test('writes nothing when nothing changed', async () => {
    await policies.writeStatus(key, steady);
    await clock.advance(3_600_000);
    await policies.writeStatus(key, steady);
    expect(writes()).toBe(1);
  });

  test('writes looks that found nothing every ten minutes', async () => {
    await policies.writeStatus(key, steady);
    for (let second = 1; second <= 1200; second += 1) {
      await clock.advance(1_000);
      await policies.writeStatus(key, lookedAt(new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()));
    }
    expect(writes()).toBe(3);
  });

  test('mends what could not be read at once, though nothing else is new', async () => {
    await policies.writeStatus(key, steady);
    const server = stored() as unknown as KubeObject & { readonly status: object };
    cached.set(keyOf(server), { ...server, status: { ...server.status, memory: { format: 'x' } } } as KubeObject);
    expect(policies.get(key)?.recalled.lost).toHaveLength(1);
    await policies.writeStatus(key, lookedAt('2026-01-01T00:00:01Z'));
    expect(writes()).toBe(2);
    expect(policies.get(key)?.recalled.lost).toEqual([]);
  });

  test('does nothing for a policy that is gone', async () => {
    cached.clear();
    await policies.writeStatus(key, steady);
    expect(writes()).toBe(0);
  });

  test('throws Conflict for a policy that was replaced by another of its name', async () => {
    cluster.door.policies.delete('default', 'api');
    cluster.door.policies.put(policy('api'));
    await expect(policies.writeStatus(key, steady)).rejects.toThrow(Conflict);
    expect(stored()?.status).toBeUndefined();
  });

  test('is tried again after a failure, since nothing was written', async () => {
    cluster.fault = () => ({ kind: 'Answer', code: 500, reason: 'InternalError' });
    await expect(policies.writeStatus(key, steady)).rejects.toThrow(Unavailable);
    cluster.fault = () => undefined;
    await policies.writeStatus(key, steady);
    expect(stored()?.status).toEqual(toStore(steady, {}, 'test'));
  });

  test('leaves what a newer operator remembers as it is, word for word: only what people are told is ours', async () => {
    const why = { etag: '"1"', reason: 'Saturated', message: 'More instances.', at: '2026-01-05T08:00:00Z' };
    const change = { purpose: 'Raise', kind: 'Instances', to: { max: 7 }, ...why };
    const newer = { change, verdict: 'Saturated', phase: 'Ramping' };
    const api = new SloPolicies(cluster.config(), { retries: 0, firstDelayMs: 1 });
    await api.applyStatus(cached.get('default/api') as KubeObject, newer);
    catchUp();
    const conditions: Status['conditions'] = [
      {
        type: 'Stalled',
        status: 'True',
        reason: 'NewerOperator',
        message: 'Run the newer one.',
        lastTransitionTime: '2026-01-05T08:00:00Z',
      },
    ];
    await policies.writeStatus(key, { phase: 'Steady', conditions, observedGeneration: 1 });
    expect(stored()?.status).toEqual({ ...newer, conditions, observedGeneration: 1 });
  });

  test('is refused to one that no longer leads', async () => {
    annotate('api-2');
    isLeader = false;
    await expect(policies.writeStatus(key, steady)).rejects.toThrow('not the leader');
    await expect(policies.removeAnnotations(key, [promoted])).rejects.toThrow('not the leader');
    expect(writes()).toBe(0);
  });
});

const promoted = { annotation: 'steadyrun.dev/promote', value: 'api-2' };
const request = (revision: string) => ({ [promoted.annotation]: revision });
function annotate(revision: string): void {
  cluster.door.policies.put({ ...policy('api'), metadata: { name: 'api', annotations: request(revision) } });
  catchUp();
}

describe('obeyed annotations', () => {
  test('are removed, and are gone from what is read next', async () => {
    annotate('api-2');
    const { spec } = policies.get(key)!;
    expect(spec.ok && spec.policy.requests.promote).toBe('api-2');
    await policies.writeStatus(key, { phase: 'Watching' });
    await policies.removeAnnotations(key, [promoted]);
    const after = policies.get(key)!;
    expect(after.spec.ok && after.spec.policy.requests.promote).toBeNull();
    expect(after.status.phase).toBe('Watching');
  });

  test('that say something else by now are kept: that is another request', async () => {
    annotate('api-3');
    await policies.removeAnnotations(key, [promoted]);
    const { spec } = policies.get(key)!;
    expect(spec.ok && spec.policy.requests.promote).toBe('api-3');
  });

  test('that were changed where the cache has not seen it yet are kept, too', async () => {
    annotate('api-2');
    cluster.door.policies.put({ ...policy('api'), metadata: { name: 'api', annotations: request('api-3') } });
    await expect(policies.removeAnnotations(key, [promoted])).rejects.toThrow(Conflict);
    expect(stored()?.metadata.annotations).toEqual(request('api-3'));
  });
});

test('events are told about the policy as it is', async () => {
  await policies.event(key, { type: 'Warning', reason: 'RolledBack', action: 'RollBack', message: 'Too many errors.' });
  expect(cluster.door.events()).toMatchObject([{ regarding: { name: 'api', uid: stored()!.metadata.uid } }]);
  cached.clear();
  await policies.event(key, {
    type: 'Normal',
    reason: 'PromotedByRequest',
    action: 'Promote',
    message: 'Gone by now.',
  });
  expect(cluster.door.events()).toHaveLength(1);
});
