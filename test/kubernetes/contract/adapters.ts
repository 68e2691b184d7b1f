import { expect, test } from 'vitest';
import { typedError } from '../../../src/kubernetes/http/errors.ts';
import { LeaderElection } from '../../../src/kubernetes/leader/lease.ts';
import { KubernetesLease } from '../../../src/kubernetes/leader/leases.ts';
import { monotonicClock } from '../../../src/kubernetes/leader/monotonic.ts';
import { EventRecorder } from '../../../src/kubernetes/policies/events.ts';
import { KubernetesPolicies } from '../../../src/kubernetes/policies/policies.ts';
import { collectionPath, type PolicyObject, SloPolicies } from '../../../src/kubernetes/policies/slopolicies.ts';
import { HttpListWatch } from '../../../src/kubernetes/watch/listwatch.ts';
import { Reflector } from '../../../src/kubernetes/watch/reflector.ts';
import { storedPolicy } from '../../../src/policy/parse.ts';
import { Refused } from '../../../src/ports/errors.ts';
import type { Status } from '../../../src/status/status.ts';
import { toStore } from '../../../src/status/write.ts';
import { policy } from '../cluster.ts';
import { until } from '../virtual-clock.ts';
import type { Connection } from './contract.ts';
import { type Body, type Helpers, TEAM } from './helpers.ts';

const since = '2026-01-01T00:00:00Z';
const ramping: Status = {
  phase: 'Ramping',
  candidate: { revision: 'api-2', percent: 5, since },
  conditions: [{ type: 'Ready', status: 'True', reason: 'Adopted', message: 'Guarded.', lastTransitionTime: since }],
  hold: { reason: 'NoTraffic', message: 'Nobody came.', since, paged: false },
};

/** The operator's own adapters, with the operator's own rights. */
const memory = { format: 1, by: 'test' };

export function adapters(connected: () => Connection, { create, fresh, get, made, of, patch, remove }: Helpers): void {
  const operator = () => connected().operator;

  test('a policy lives through a rollout: seen, written, obeyed, changed, deleted', async () => {
    const keys: string[] = [];
    const config = operator();
    const reflector = new Reflector<PolicyObject>({
      source: new HttpListWatch(config, collectionPath()),
      onChange: (key) => keys.push(key),
      clock: monotonicClock,
      random: Math.random,
    });
    reflector.start();
    await until(() => reflector.state().synced);
    const policies = new KubernetesPolicies({
      cache: reflector,
      api: new SloPolicies(config),
      events: new EventRecorder({
        config,
        instance: 'contract',
        clock: monotonicClock,
        wallMs: Date.now,
        onFailure: (message) => expect.fail(message),
      }),
      parse: (raw) => storedPolicy(raw),
      version: 'test',
      clock: monotonicClock,
      fence: { check: () => undefined },
    });
    const key = { namespace: 'default', name: fresh() };
    const text = `default/${key.name}`;
    const read = async (): Promise<Body> => (await get(`${TEAM}/${key.name}`)).body;
    try {
      const annotations = { 'steadyrun.dev/promote': 'api-2', kept: 'yes' };
      await create({ ...policy(key.name), metadata: { name: key.name, annotations } });
      await until(() => keys.includes(text));
      expect(policies.get(key)).toMatchObject({ generation: 1, spec: { ok: true }, status: {} });

      await policies.writeStatus(key, ramping);
      expect(policies.get(key)?.status).toEqual({ ...ramping, memory });
      expect((await read()).status).toEqual(toStore(ramping, {}, 'test'));
      await policies.removeAnnotations(key, [{ annotation: 'steadyrun.dev/promote', value: 'api-2' }]);
      expect((await read()).metadata.annotations).toEqual({ kept: 'yes' });

      const { hold: _hold, candidate: _candidate, ...rest } = ramping;
      const steady: Status = { ...rest, phase: 'Steady' };
      await patch(`${TEAM}/${key.name}`, 'merge', { spec: { mode: 'Observe' } });
      await policies.writeStatus(key, steady);
      expect(await read()).toMatchObject({ spec: { mode: 'Observe' }, metadata: { generation: 2 } });
      expect((await read()).status).toEqual(toStore(steady, {}, 'test'));
      await until(() => reflector.get(text)?.metadata.resourceVersion === '' || policies.get(key)?.generation === 2);

      await policies.event(key, {
        type: 'Normal',
        reason: 'PromotedByRequest',
        action: 'Promote',
        message: 'api-2 has it all.',
      });
      await policies.event(key, {
        type: 'Normal',
        reason: 'PromotedByRequest',
        action: 'Promote',
        message: 'api-2 has it all.',
      });
      const selector = `fieldSelector=${encodeURIComponent(`involvedObject.name=${key.name}`)}`;
      const events = (await get(`/api/v1/namespaces/default/events?${selector}`)).body.items;
      expect(events).toMatchObject([
        { reason: 'PromotedByRequest', message: 'api-2 has it all.', series: { count: 2 } },
      ]);

      await remove(`${TEAM}/${key.name}`);
      await until(() => policies.get(key) === undefined);
      await policies.writeStatus(key, ramping);
      expect(reflector.state()).toMatchObject({ problem: null, relists: { Initial: 1, Expired: 0 } });
    } finally {
      await reflector.stop();
    }
  });

  test('the lease goes from one replica to the next', async () => {
    const replica = (identity: string) => {
      const stop = new AbortController();
      const elected = Promise.withResolvers<void>();
      const election = new LeaderElection({
        store: new KubernetesLease(operator(), 'steadyrun-system', 'steadyrun'),
        identity,
        clock: monotonicClock,
        wallMs: Date.now,
        random: Math.random,
      });
      const lead = (signal: AbortSignal): Promise<void> => {
        elected.resolve();
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      };
      return { election, elected: elected.promise, stop, running: election.run(lead, stop.signal) };
    };
    const path = '/apis/coordination.k8s.io/v1/namespaces/steadyrun-system/leases/steadyrun';
    const first = replica('first');
    await first.elected;
    first.election.check();
    const { spec } = (await get(path)).body;
    expect(spec).toMatchObject({ holderIdentity: 'first', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(spec.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    first.stop.abort();
    await first.running;
    expect((await get(path)).body.spec.holderIdentity ?? '').toBe('');
    const second = replica('second');
    await second.elected;
    expect((await get(path)).body.spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
    second.stop.abort();
    await second.running;
  });

  test('the operator cannot change a specification by any of its calls, nor is it asked to', async () => {
    const object = await made();
    const spoken = await new SloPolicies(operator()).applyStatus(object, { phase: 'Steady' });
    expect(spoken).toMatchObject({ spec: object.spec, metadata: { generation: 1 } });
    expect((await get(of(object))).body.spec).toEqual(object.spec);
  });

  test('what is refused is refused once and for all', async () => {
    const api = new SloPolicies(operator());
    const object = await made();
    const wrong = { phase: 'Dancing' };
    await expect(api.applyStatus(object, wrong)).rejects.toThrow(Refused);
    expect(typedError(await api.applyStatus(object, wrong).catch((error: unknown) => error)).message).toContain('422');
  });
}
