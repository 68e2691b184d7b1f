import { describe, expect, test } from 'vitest';
import { ruleObject } from '../../../src/generate/flavors.ts';
import { Keeper } from '../../../src/keep/keeper.ts';
import { sweep } from '../../../src/keep/sweep.ts';
import { kinds } from '../../../src/keep/wanted.ts';
import { SloPolicies } from '../../../src/kubernetes/policies/slopolicies.ts';
import { KubernetesRules, ruleKinds } from '../../../src/kubernetes/rules/rules.ts';
import { storedPolicy } from '../../../src/policy/parse.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import type { StoredPolicy } from '../../../src/policy/stored.ts';
import { Conflict } from '../../../src/ports/errors.ts';
import type { RuleKind } from '../../../src/ports/rule-objects.ts';
import type { Connection } from './contract.ts';
import type { Body, Helpers } from './helpers.ts';

/** Rules, by the operator's own adapter and its own rights: what it writes, what it leaves alone, what it takes away. */
export function keeping(connected: () => Connection, { made, get, patch, post, remove, of }: Helpers): void {
  const free = { check: () => undefined };
  let nowMs = 0;
  const keeper = () => {
    const objects = new KubernetesRules(connected().operator);
    return new Keeper({
      objects,
      clock: { nowMs: () => nowMs },
      fence: free,
      onNews: () => undefined,
      onTrouble: (message) => expect.fail(message),
    });
  };
  const collection = (kind: RuleKind): string => {
    const { group, plural, namespaced } = ruleKinds[kind];
    return `/apis/${group}/v1${namespaced ? '/namespaces/default' : ''}/${plural}`;
  };
  const pathOf = (policy: Policy, kind: RuleKind): string =>
    `${collection(kind)}/${ruleObject(policy, kind, []).metadata.name}`;

  /** A policy of the cluster that asks for it, and what is kept for it. */
  async function kept(kind: RuleKind) {
    const object = await made({ generate: { rules: kind } });
    const stored = storedPolicy(object);
    const policy = policyOf(stored);
    const one = keeper();
    const seen = async (again: StoredPolicy = stored) => {
      nowMs += 3_600_000;
      one.see(again);
      await one.settled();
      return one.standing(again);
    };
    expect(await seen()).toMatchObject({ isKept: true, reason: 'Applied' });
    const path = pathOf(policy, kind);
    return { object, stored, policy, path, seen, one, now: async (): Promise<Body> => (await get(path)).body };
  }

  describe.each(kinds)('keeping %s', (kind) => {
    test('writes all of it once, with its owner where it can have one, also after a restart', async () => {
      const { object, stored, policy, now, seen } = await kept(kind);
      const first = await now();
      expect(first.spec).toEqual(JSON.parse(JSON.stringify(ruleObject(policy, kind).spec)));
      const owner = { apiVersion: object.apiVersion, kind: 'SLOPolicy', name: policy.key.name, uid: policy.uid };
      expect(first.metadata.ownerReferences).toEqual(kind === 'PrometheusRule' ? [owner] : undefined);
      await seen();
      const restarted = keeper();
      restarted.see(stored);
      await restarted.settled();
      expect(await now()).toEqual(first);
    });

    test('writes what an edit makes of it', async () => {
      const { object, path, seen, now } = await kept(kind);
      const objectives = [{ name: 'other', targetPercent: 99 }];
      const { body } = await patch(of(object), 'merge', { spec: { objectives } });
      expect(await seen(storedPolicy(body))).toMatchObject({ isKept: true });
      const { groups } = (await now()).spec;
      expect(groups).toEqual(JSON.parse(JSON.stringify(ruleObject(policyOf(storedPolicy(body)), kind).spec.groups)));
      expect((await get(path)).body.metadata.generation).toBe(2);
    });

    test('tells whose edit is in the way, and leaves it', async () => {
      const { path, seen, now } = await kept(kind);
      const { groups } = (await now()).spec;
      const edited = [{ ...groups[0], interval: '5m' }, ...groups.slice(1)];
      await patch(`${path}?fieldManager=kubectl-edit`, 'merge', { spec: { groups: edited } });
      const standing = await seen();
      expect(standing).toMatchObject({ isKept: false, reason: 'RulesSetByOthers' });
      expect(standing!.message).toMatch(/: kubectl-edit has set \.spec\.groups\S*, and no other hand/);
      expect((await now()).spec.groups).toEqual(edited);
      await remove(path);
      expect(await seen()).toMatchObject({ isKept: true });
      expect((await now()).spec.groups).toEqual(groups);
    });

    test('lets others add what they need, and does not write because of it', async () => {
      const { path, seen, now } = await kept(kind);
      await patch(`${path}?fieldManager=team`, 'merge', { metadata: { labels: { release: 'monitoring' } } });
      const { metadata } = await now();
      expect(await seen()).toMatchObject({ isKept: true });
      expect((await now()).metadata).toEqual(metadata);
      expect(metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'steadyrun', release: 'monitoring' });
    });

    test('leaves alone what has the name and is not of the policy', async () => {
      const object = await made({ generate: { rules: kind } });
      const stored = storedPolicy(object);
      const { apiVersion, metadata } = ruleObject(policyOf(stored), kind, []);
      const theirs = { apiVersion, kind, metadata: { name: metadata.name }, spec: { groups: [] } };
      const created = await post(collection(kind), theirs);
      expect(created.code).toBe(201);
      const one = keeper();
      one.see(stored);
      await one.settled();
      expect(one.standing(stored)).toMatchObject({ isKept: false, reason: 'RulesNameTaken' });
      one.left(stored.key);
      await one.settled();
      expect((await get(`${collection(kind)}/${metadata.name}`)).body).toEqual(created.body);
    });

    test('takes it away when it is not asked for any more, and only what it has seen', async () => {
      const { object, path, policy, seen } = await kept(kind);
      const objects = new KubernetesRules(connected().operator);
      const { name, namespace } = ruleObject(policy, kind, []).metadata;
      const held = (await objects.read({ kind, name, ...(namespace !== undefined && { namespace }) }))!;
      await patch(`${path}?fieldManager=team`, 'merge', { metadata: { labels: { a: 'b' } } });
      await expect(objects.remove(held)).rejects.toThrow(Conflict);
      const { body } = await patch(of(object), 'merge', { spec: { generate: { rules: null } } });
      expect(await seen(storedPolicy(body))).toBeNull();
      expect((await get(path)).code).toBe(404);
      await objects.remove(held);
    });

    test('finds what is left of a policy that is gone, and nothing else', async () => {
      const [gone, changed, stays] = [await kept(kind), await kept(kind), await kept(kind)];
      const api = new SloPolicies(connected().operator);
      const theirs = ruleObject(policyOf(storedPolicy(await made())), kind, []);
      await post(collection(kind), {
        ...theirs,
        metadata: { ...theirs.metadata, name: `theirs-${gone.policy.key.name}` },
      });
      // Without its owner, since the lab takes that kind away with it, as a real cluster's controllers do.
      await patch(`${gone.path}?fieldManager=steadyrun`, 'merge', { metadata: { ownerReferences: null } });
      await remove(of(gone.object));
      await patch(of(changed.object), 'merge', { spec: { generate: { rules: null } } });
      const removed: string[] = [];
      await sweep({
        objects: new KubernetesRules(connected().operator),
        policyNow: async (key) => {
          const raw = await api.get(key);
          return raw && storedPolicy(raw);
        },
        namespace: undefined,
        fence: free,
        onRemoved: ({ name }) => removed.push(name),
        onTrouble: (error) => expect.fail(String(error)),
      });
      const names = [gone, changed].map(({ policy }) => ruleObject(policy, kind, []).metadata.name);
      expect(removed).toEqual(expect.arrayContaining(names));
      expect([(await get(gone.path)).code, (await get(changed.path)).code, (await get(stays.path)).code]).toEqual([
        404, 404, 200,
      ]);
      expect((await get(`${collection(kind)}/theirs-${gone.policy.key.name}`)).code).toBe(200);
    });
  });
}

const policyOf = ({ spec }: StoredPolicy): Policy => {
  if (!spec.ok) throw new Error(spec.message);
  return spec.policy;
};
