/** The rules that a policy asks for are in the cluster, and nothing else ever depends on them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ruleObject } from '../../src/generate/flavors.ts';
import { kinds } from '../../src/keep/wanted.ts';
import type { VirtualClock } from '../../src/lab/clock.ts';
import { Unavailable } from '../../src/ports/errors.ts';
import type { RuleKind, RuleObjects } from '../../src/ports/rule-objects.ts';
import { RulesCluster } from '../keep/cluster.ts';
import { adopted, Stage, type StageOptions } from './stage.ts';

let cluster: RulesCluster;
beforeEach(async () => {
  cluster = await RulesCluster.start();
});
afterEach(() => cluster.stop());

const asking = (kind: RuleKind | null, spec: Record<string, unknown> = {}): StageOptions => ({
  rules: cluster.rules,
  spec: { ...spec, ...(kind && { generate: { rules: kind } }) },
});
const conditionOf = ({ status }: Stage) => status.conditions?.find(({ type }) => type === 'RulesApplied');
const said = (stage: Stage): string | undefined => {
  const condition = conditionOf(stage);
  return condition && `${condition.status} ${condition.reason}`;
};
const groupsOf = (stage: Stage, kind: RuleKind) => {
  const { spec } = stage.policies.get(stage.key)!;
  if (!spec.ok) throw new Error(spec.message);
  return JSON.parse(JSON.stringify(ruleObject(spec.policy, kind).spec.groups));
};
const other = (kind: RuleKind): RuleKind => kinds.find((one) => one !== kind)!;

describe.each(kinds)('%s', (kind) => {
  test.each([
    ['Enforce', null],
    ['Observe', null],
    ['Enforce', 'a holiday'],
  ])('are written once, in mode %s, paused by %j, and looked at every ten minutes', async (mode, reason) => {
    const stage = new Stage(asking(kind, { mode }));
    if (reason) stage.annotate('paused', reason);
    stage.start();
    await stage.run(3);
    expect(said(stage)).toBe('True Applied');
    const object = await cluster.get(kind);
    expect(object.spec.groups).toEqual(groupsOf(stage, kind));
    expect(object.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'steadyrun' });
    const owner = { apiVersion: 'steadyrun.dev/v1alpha1', kind: 'SLOPolicy', name: 'api', uid: 'uid-api' };
    // A namespaced owner of what belongs to no namespace is none.
    expect(object.metadata.ownerReferences).toEqual(kind === 'PrometheusRule' ? [owner] : undefined);
    expect(await cluster.get(other(kind))).toBeNull();
    await stage.run(60);
    expect([cluster.asked('PATCH'), cluster.asked('DELETE')]).toEqual([1, 0]);
    expect(cluster.asked('GET')).toBeLessThanOrEqual(9);
    expect((await cluster.get(kind)).metadata.resourceVersion).toBe(object.metadata.resourceVersion);
    expect(stage.reasons().filter((one) => one.startsWith('Rule'))).toEqual([]);
  });

  test('follow an edit with one write, and an edit of something else with none', async () => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    stage.policies.respec(stage.key, { rollout: { profile: 'Careful' } });
    await stage.run(1);
    expect([said(stage), cluster.asked('PATCH')]).toEqual(['True Applied', 1]);
    stage.policies.respec(stage.key, { objectives: [{ name: 'other', targetPercent: 99 }] });
    await stage.run(1);
    expect([said(stage), cluster.asked('PATCH')]).toEqual(['True Applied', 2]);
    expect((await cluster.get(kind)).spec.groups).toEqual(groupsOf(stage, kind));
  });

  test('go when the field does, and so does what is said of them', async () => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    stage.policies.respec(stage.key, { generate: {} });
    await stage.run(1);
    expect(await cluster.get(kind)).toBeNull();
    expect(said(stage)).toBeUndefined();
    const asked = cluster.asked('GET');
    await stage.run(60);
    expect([cluster.asked('GET'), cluster.asked('DELETE')]).toEqual([asked, 1]);
  });

  test('go when the other kind is asked for, which comes instead', async () => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    stage.policies.respec(stage.key, { generate: { rules: other(kind) } });
    await stage.run(1);
    expect(await cluster.get(kind)).toBeNull();
    expect((await cluster.get(other(kind))).spec.groups).toEqual(groupsOf(stage, other(kind)));
    expect(said(stage)).toBe('True Applied');
  });

  test('go when the field went while no operator ran', async () => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    stage.kill();
    stage.policies.respec(stage.key, { generate: {} });
    stage.start();
    await stage.run(1);
    expect(await cluster.get(kind)).toBeNull();
    expect(said(stage)).toBeUndefined();
  });

  test('are written once though the operator starts anew', async () => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    for (let i = 0; i < 3; i++) {
      stage.kill();
      stage.start();
      await stage.run(5);
      expect(said(stage)).toBe('True Applied');
    }
    expect(cluster.asked('PATCH')).toBe(1);
  });

  test('stay as they are while the policy cannot be obeyed', async () => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    const before = await cluster.get(kind);
    stage.policies.respec(stage.key, { objectives: [], generate: {} });
    await stage.run(30);
    expect(await cluster.get(kind)).toEqual(before);
    expect([said(stage), cluster.asked('DELETE')]).toEqual(['True Applied', 0]);
  });

  test('of a policy whose service another guards are not written', async () => {
    const stage = new Stage(asking(kind));
    stage.start();
    await stage.run(1);
    const younger = { namespace: 'default', name: 'younger' };
    stage.policies.put(younger, {
      service: { project: 'acme', region: 'europe-west1', name: 'api' },
      objectives: [{ name: 'availability', targetPercent: 99 }],
      generate: { rules: kind },
    });
    await stage.run(12);
    const { conditions } = stage.policies.get(younger)!.status;
    expect(conditions!.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Ready Conflict', 'Stalled Conflict']);
    expect(cluster.asked('PATCH')).toBe(1);
  });

  test('are not written by a process that leads no more', async () => {
    const stage = new Stage(asking(kind));
    const lost = (): never => {
      throw new Unavailable('the lease is lost');
    };
    stage.start(() => 'go', { check: lost });
    await stage.run(12);
    expect([cluster.asked('PATCH'), await cluster.get(kind)]).toEqual([0, null]);
  });

  test('of a policy that was deleted are gone, unless they are somebody else’s', async () => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    stage.policies.delete(stage.key);
    await stage.run(1);
    // The other kind goes with its owner, which in this scene is not in the cluster.
    if (kind === 'GlobalRules') expect(await cluster.get(kind)).toBeNull();
    expect(stage.leftBehind).toEqual([]);
  });
});

describe('a hand at the rules', () => {
  const [group] = [{ name: 'steadyrun/default/api/promise/availability', interval: '5m', rules: [] }];

  test.each(kinds)('of %s is told, with whose it is and what to do, and not written over', async (kind) => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    await cluster.edit(kind, { spec: { groups: [group] } });
    await stage.run(12);
    expect(said(stage)).toBe('False RulesSetByOthers');
    expect(conditionOf(stage)!.message).toContain('kubectl-edit has set .spec.groups');
    expect(conditionOf(stage)!.message).toContain(`kubectl delete ${kind.toLowerCase()} steadyrun-`);
    const tries = cluster.asked('PATCH');
    await stage.run(60);
    expect((await cluster.get(kind)).spec.groups).toEqual([group]);
    expect(cluster.asked('PATCH')).toBe(tries);
    expect(stage.reasons().filter((one) => one === 'RulesSetByOthers')).toHaveLength(1);
    await cluster.delete(kind);
    await stage.run(3);
    expect(said(stage)).toBe('True Applied');
    expect((await cluster.get(kind)).spec.groups).toEqual(groupsOf(stage, kind));
  });

  test.each(kinds)('that adds a label to %s is no trouble, and what it added stays', async (kind) => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    await cluster.edit(kind, { metadata: { labels: { release: 'monitoring' } } });
    await stage.run(12);
    expect([said(stage), cluster.asked('PATCH')]).toEqual(['True Applied', 1]);
    stage.policies.respec(stage.key, { objectives: [{ name: 'other', targetPercent: 99 }] });
    await stage.run(1);
    const { metadata, spec } = await cluster.get(kind);
    expect(metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'steadyrun', release: 'monitoring' });
    expect(spec.groups).toEqual(groupsOf(stage, kind));
  });

  test('that adds a group of its own to a PrometheusRule is no trouble, and is not asked about at each look', async () => {
    const { stage } = await adopted(asking('PrometheusRule'));
    await stage.run(1);
    const groups = groupsOf(stage, 'PrometheusRule');
    const own = { name: 'own', rules: [{ record: 'one', expr: '1' }] };
    const body = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', spec: { groups: [own] } };
    await cluster.edit('PrometheusRule', { ...body, metadata: { name: 'steadyrun-api' } }, 'apply', 'team');
    await stage.run(60);
    expect(said(stage)).toBe('True Applied');
    expect(cluster.asked('PATCH')).toBeLessThanOrEqual(2);
    expect((await cluster.get('PrometheusRule')).spec.groups).toEqual([...groups, own]);
  });

  test.each(kinds)('that has put another object of the name of %s finds it as it was, always', async (kind) => {
    const group = kind === 'GlobalRules' ? 'monitoring.googleapis.com' : 'monitoring.coreos.com';
    const name = kind === 'GlobalRules' ? 'steadyrun-default.api' : 'steadyrun-api';
    await cluster.create(kind, { apiVersion: `${group}/v1`, kind, metadata: { name }, spec: { groups: [] } });
    const before = await cluster.get(kind);
    const { stage } = await adopted(asking(kind));
    await stage.run(12);
    expect(said(stage)).toBe('False RulesNameTaken');
    stage.policies.respec(stage.key, { generate: {} });
    await stage.run(12);
    expect(await cluster.get(kind)).toEqual(before);
    expect(said(stage)).toBeUndefined();
    stage.policies.delete(stage.key);
    await stage.run(1);
    expect(await cluster.get(kind)).toEqual(before);
    expect([cluster.asked('PATCH'), cluster.asked('DELETE')]).toEqual([0, 0]);
  });

  test.each(kinds)('that has put its own in the place of %s finds it there when the field has gone', async (kind) => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    const { spec } = stage.policies.get(stage.key)!;
    if (!spec.ok) throw new Error(spec.message);
    await cluster.delete(kind);
    await cluster.create(kind, ruleObject(spec.policy, kind));
    const before = await cluster.get(kind);
    stage.policies.respec(stage.key, { generate: {} });
    await stage.run(12);
    expect(await cluster.get(kind)).toEqual(before);
    expect(said(stage)).toBeUndefined();
  });

  test.each(kinds)('that has applied what is generated for %s is joined', async (kind) => {
    const { stage } = await adopted(asking(null, {}));
    const { spec } = stage.policies.get(stage.key)!;
    if (!spec.ok) throw new Error();
    await cluster.create(kind, ruleObject(spec.policy, kind));
    stage.policies.respec(stage.key, { generate: { rules: kind } });
    await stage.run(1);
    expect([said(stage), cluster.asked('PATCH')]).toEqual(['True Applied', 1]);
  });
});

const refusals: Readonly<Record<string, readonly [code: number, reason: string, message: string, said: string]>> = {
  'the kind is not installed': [404, 'NotFound', 'the server could not find the requested resource', 'RuleKindUnknown'],
  'its group is not known': [404, '', '404 page not found', 'RuleKindUnknown'],
  'it is not granted': [403, 'Forbidden', 'globalrules is forbidden: User cannot get it', 'RulesNotGranted'],
  'a webhook refuses it': [422, 'Invalid', 'admission webhook "rules" denied the request', 'RulesRefused'],
  'the API server fails': [503, 'ServiceUnavailable', 'etcd is away', 'RulesNotWritten'],
};

describe.each(Object.entries(refusals))('where %s', (_, [code, reason, message, expected]) => {
  test.each(kinds)('it is said of %s, told once, and written as soon as it can be', async (kind) => {
    cluster.refuses(code, reason, message);
    const { stage } = await adopted(asking(kind));
    await stage.run(30);
    expect(said(stage)).toBe(`False ${expected}`);
    expect(conditionOf(stage)!.message).toContain('within 2 min');
    expect(stage.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    const told = stage.reasons().filter((one) => one === expected);
    expect(told).toHaveLength(code === 503 ? 0 : 1);
    expect(cluster.asked('GET')).toBeLessThanOrEqual(17);
    cluster.refuses(null);
    await stage.run(3);
    expect(said(stage)).toBe('True Applied');
    expect((await cluster.get(kind)).spec.groups).toEqual(groupsOf(stage, kind));
  });

  test.each(kinds)('what is there of %s stays said for as long as nobody knows better', async (kind) => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    cluster.refuses(code, reason, message);
    await stage.run(12);
    expect(said(stage)).toBe(code === 503 ? 'True Applied' : `False ${expected}`);
  });

  test.each(kinds)('%s that are not asked for any more are taken away later', async (kind) => {
    const { stage } = await adopted(asking(kind));
    await stage.run(1);
    cluster.refuses(code, reason, message);
    stage.policies.respec(stage.key, { generate: {} });
    await stage.run(5);
    if (expected === 'RuleKindUnknown') return expect(said(stage)).toBeUndefined();
    expect(said(stage)).toBe(`False ${expected}`);
    expect(conditionOf(stage)!.message).toContain('is not asked for any more and could not be deleted');
    cluster.refuses(null);
    await stage.run(3);
    expect(await cluster.get(kind)).toBeNull();
    expect(said(stage)).toBeUndefined();
  });
});

describe('no rollout depends on it', () => {
  const never = new Promise<never>(() => undefined);
  const silent: RuleObjects = { read: () => never, list: () => [] as never, apply: () => never, remove: () => never };
  const throwing: RuleObjects = {
    read: () => Promise.reject(new TypeError('a bug')),
    list: () => [] as never,
    apply: () => Promise.reject(new TypeError('a bug')),
    remove: () => Promise.reject(new TypeError('a bug')),
  };
  const candidates: Readonly<Record<string, Record<string, string>>> = {
    good: {},
    bad: { LAB_ERROR_PERCENT: '20' },
  };

  async function played(candidate: keyof typeof candidates, options: StageOptions = {}) {
    const { stage } = await adopted({ seed: 3, ...options });
    stage.world.deploy('api', { env: candidates[candidate]! });
    await stage.run(90);
    return { splits: stage.splits, traffic: stage.traffic, phase: stage.status.phase };
  }
  const alone = new Map(Object.keys(candidates).map((candidate) => [candidate, played(candidate)]));

  test.each(
    Object.keys(candidates).flatMap((candidate, i) =>
      ['holds', 'hangs', 'throws', 'refuses'].map((how, j) => [candidate, kinds[(i + j) % 2]!, how] as const),
    ),
  )('of a %s candidate, where the cluster for %s %s', async (candidate, kind, how) => {
    if (how === 'refuses') cluster.refuses(403, 'Forbidden', 'no');
    const rules = { hangs: () => silent, throws: () => throwing }[how] ?? cluster.rules;
    expect(await played(candidate, { ...asking(kind), rules })).toEqual(await alone.get(candidate));
  });
});

test.each(kinds)('an edit while %s is being written is written next', async (kind) => {
  const slow = (clock: VirtualClock): RuleObjects => {
    const objects = cluster.rules(clock);
    const after = async <T>(work: () => Promise<T>): Promise<T> => {
      await clock.sleep(90_000);
      return work();
    };
    return { ...objects, apply: (manifest, seen) => after(() => objects.apply(manifest, seen)) };
  };
  const { stage } = await adopted({ ...asking(kind), rules: slow });
  stage.policies.respec(stage.key, { objectives: [{ name: 'other', targetPercent: 99 }] });
  await stage.run(2);
  expect(said(stage)).not.toBe('True Applied');
  await stage.run(2);
  expect(said(stage)).toBe('True Applied');
  expect((await cluster.get(kind)).spec.groups).toEqual(groupsOf(stage, kind));
  expect(cluster.asked('PATCH')).toBe(2);
});

describe('killed at any call for the rules', () => {
  const calls = ['rules.read', 'rules.apply', 'rules.remove'];
  const deaths = ['dieBefore', 'dieAfter'] as const;
  const rows = kinds.flatMap((kind) => calls.flatMap((at) => deaths.map((death) => [kind, at, death] as const)));
  test.each(rows)('%s, at %s, %s: the same outcome', async (kind, at, death) => {
    const stage = new Stage(asking(kind));
    let kills = 1;
    const boundary = (call: string) => (call === at && kills-- > 0 ? death : 'go');
    stage.start(boundary);
    await stage.run(5);
    if (!stage.alive) stage.start();
    await stage.run(5);
    expect(said(stage)).toBe('True Applied');
    expect((await cluster.get(kind)).spec.groups).toEqual(groupsOf(stage, kind));
    stage.kill();
    stage.start(boundary);
    await stage.run(1);
    stage.policies.respec(stage.key, { generate: { rules: other(kind) } });
    await stage.run(5);
    if (!stage.alive) stage.start();
    await stage.run(5);
    expect(said(stage)).toBe('True Applied');
    expect((await cluster.get(other(kind))).spec.groups).toEqual(groupsOf(stage, other(kind)));
  });
});
