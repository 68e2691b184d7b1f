/** What is said of kept rules, and that one policy never stands in the way of another. */
import { describe, expect, test } from 'vitest';
import { reasonFacts } from '../../src/facts/reason.ts';
import { Keeper } from '../../src/keep/keeper.ts';
import { held, nameTaken, noRules, notRemoved, notWritten } from '../../src/keep/standing.ts';
import { kinds, nameOf, wantedOf } from '../../src/keep/wanted.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import { Conflict, Refused, Unavailable } from '../../src/ports/errors.ts';
import {
  type HeldRules,
  KindUnknown,
  NotGranted,
  type RuleObjects,
  SetByOthers,
} from '../../src/ports/rule-objects.ts';
import { drawnPolicies } from '../generate/drawn-policies.ts';

const [policy] = drawnPolicies(1) as [Policy];
const asks = (drawn: Policy, name: string): Policy => ({
  ...drawn,
  key: { namespace: 'team', name },
  generate: { rules: 'GlobalRules', runbookUrl: null },
});
const storedOf = (spec: Policy): StoredPolicy => ({
  ...{ key: spec.key, uid: spec.uid, generation: spec.generation, createdAtMs: 0 },
  ...{ spec: { ok: true, policy: spec }, strange: [], status: {}, recalled: { lost: [], newer: null } },
});

/** A cluster that takes everything. */
function taking() {
  const applied: string[] = [];
  const objects: RuleObjects = {
    read: async () => null,
    list: () => [] as never,
    apply: async ({ kind, metadata }) => {
      applied.push(metadata.name);
      return { kind, name: metadata.name, uid: 'u', resourceVersion: '1' } as HeldRules;
    },
    remove: async () => undefined,
  };
  return { applied, objects };
}

const keeperOf = (objects: RuleObjects): Keeper =>
  new Keeper({
    objects,
    clock: { nowMs: () => 0 },
    fence: { check: () => undefined },
    onNews: () => undefined,
    onTrouble: () => undefined,
  });

test('a policy of which nothing can be made is told of, and is in nobody’s way', async () => {
  const { applied, objects } = taking();
  const keeper = keeperOf(objects);
  const broken = Object.defineProperty({ ...asks(policy, 'broken') }, 'objectives', {
    get: () => {
      throw new TypeError('a bug');
    },
  });
  const [bad, good] = [storedOf(broken), storedOf(asks(policy, 'good'))];
  keeper.see(bad);
  keeper.see(good);
  await keeper.settled();
  expect(keeper.standing(bad)).toMatchObject({ isKept: false, reason: 'RulesNotWritten' });
  expect(keeper.standing(good)).toMatchObject({ isKept: true });
  expect(applied).toEqual(['steadyrun-team.good']);
});

test('a policy without any promise has no rules, which is said', async () => {
  const { applied, objects } = taking();
  const keeper = keeperOf(objects);
  const empty = storedOf({ ...asks(policy, 'empty'), objectives: [], watched: [], shared: [] });
  keeper.see(empty);
  await keeper.settled();
  expect(keeper.standing(empty)).toEqual(noRules('GlobalRules'));
  expect(applied).toEqual([]);
});

test('10,000 policies that ask for nothing cost nothing, and one question each when they leave', async () => {
  const asked: string[] = [];
  const answering = (call: string) => async () => {
    asked.push(call);
    return null;
  };
  const keeper = keeperOf(new Proxy({} as RuleObjects, { get: (_, call) => answering(String(call)) }));
  const all = Array.from({ length: 10_000 }, (_, i) =>
    storedOf({
      ...policy,
      key: { namespace: 'team', name: `p${i}` },
      generate: { rules: null, runbookUrl: null },
    }),
  );
  for (const stored of all) keeper.see(stored);
  await keeper.settled();
  expect({ told: new Set(all.map((stored) => keeper.standing(stored))), asked }).toEqual({
    told: new Set([null]),
    asked: [],
  });
  for (const { key } of all) keeper.left(key);
  await keeper.settled();
  expect(asked).toEqual(all.map(() => 'read'));
});

describe('what is said', () => {
  const errors = [
    new KindUnknown('no such kind'),
    new NotGranted('forbidden'),
    new SetByOthers('conflict', { managers: ['argocd', 'kubectl-edit'], fields: ['.spec.groups', '.metadata.labels'] }),
    new Conflict('it has been modified'),
    new Refused('a webhook'),
    new Unavailable('etcd'),
    new TypeError('a bug'),
  ];
  const all = kinds.flatMap((kind) => {
    const name = nameOf(policy, kind);
    const unkept = [
      noRules(kind),
      nameTaken(name),
      ...errors.flatMap((error) => [notWritten(name, error), notRemoved(name, error)]),
    ];
    return [...unkept, held(wantedOf(policy, kind))].map((standing) => [kind, standing] as const);
  });

  test.each(all)('%s: %j names the object, its reason, and what to do or when it is tried again', (kind, standing) => {
    expect(standing.message).toContain(kind);
    expect(reasonFacts(standing.reason)!.runbook).not.toBe('');
    if (standing.isKept || standing.reason === 'NoRules' || standing.reason === 'RulesSetByOthers') return;
    expect(standing.message).toContain('tried again within 2 min');
  });

  test('of other hands is whose they are, and where', () => {
    const { message } = notWritten(nameOf(policy, 'PrometheusRule'), errors[2]);
    expect(message).toContain('argocd and kubectl-edit have set .spec.groups, .metadata.labels');
  });
});
