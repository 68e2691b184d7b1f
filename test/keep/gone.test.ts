/** Rules of policies that go, come again under their name, or are edited while they are looked after: nothing is left behind. */
import { describe, expect, test } from 'vitest';
import { ofPolicy } from '../../src/generate/flavors.ts';
import { Keeper } from '../../src/keep/keeper.ts';
import { sweep } from '../../src/keep/sweep.ts';
import { keyText, type Policy } from '../../src/policy/policy.ts';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import { Conflict, Refused } from '../../src/ports/errors.ts';
import {
  type HeldRules,
  NotGranted,
  type RuleKind,
  type RuleObjects,
  SetByOthers,
} from '../../src/ports/rule-objects.ts';
import { drawnPolicies } from '../generate/drawn-policies.ts';

const [drawn] = drawnPolicies(1) as [Policy];
const minuteMs = 60_000;
const keyOf = (name: string) => ({ namespace: 'team', name });

const storedOf = (rules: RuleKind | null, { name = 'api', uid = 'one', generation = 1 } = {}): StoredPolicy => {
  const key = keyOf(name);
  const policy: Policy = { ...drawn, key, uid, generation, generate: { rules, runbookUrl: null } };
  const spec = { ok: true, policy } as const;
  return { key, uid, generation, createdAtMs: 0, spec, strange: [], status: {}, recalled: { lost: [], newer: null } };
};

/** A cluster whose answers to reads may be held up. */
function cluster() {
  const all = new Map<string, HeldRules>();
  const gate = { isShut: false, open: () => {} };
  let version = 0;
  const objects: RuleObjects = {
    read: async ({ kind, name }) => {
      const seen = all.get(`${kind} ${name}`) ?? null;
      if (gate.isShut)
        await new Promise<void>((resolve) => {
          gate.open = resolve;
        });
      return seen;
    },
    list: async function* (kind) {
      yield [...all.values()].filter((one) => one.kind === kind);
    },
    apply: async ({ kind, metadata, spec }) => {
      const { ownerReferences = [], ...rest } = metadata;
      const version_ = { uid: 'u', resourceVersion: String(++version), isOurs: true };
      const held: HeldRules = { kind, ...rest, ...version_, ownerReferences, spec: JSON.parse(JSON.stringify(spec)) };
      all.set(`${kind} ${metadata.name}`, held);
      return held;
    },
    remove: async ({ kind, name }) => {
      all.delete(`${kind} ${name}`);
    },
  };
  return { all, gate, objects };
}

function keeping(objects: RuleObjects) {
  const clock = { at: 0 };
  const [news, troubles]: [string[], string[]] = [[], []];
  const keeper = new Keeper({
    objects,
    clock: { nowMs: () => clock.at },
    fence: { check: () => undefined },
    onNews: (key) => news.push(keyText(key)),
    onTrouble: (message) => troubles.push(message),
  });
  return { keeper, clock, news, troubles };
}

const sweeping = (objects: Parameters<typeof sweep>[0]['objects'], troubles: unknown[] = []) =>
  sweep({
    objects,
    policyNow: async () => undefined,
    fence: { check: () => undefined },
    onRemoved: () => undefined,
    onTrouble: (error) => troubles.push(error),
  });

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a policy that is deleted leaves no rules', () => {
  test('while its object is being read', async () => {
    const { all, gate, objects } = cluster();
    const { keeper } = keeping(objects);
    gate.isShut = true;
    keeper.see(storedOf('GlobalRules'));
    await turn();
    keeper.left(keyOf('api'));
    gate.isShut = false;
    gate.open();
    await keeper.settled();
    expect([...all.keys()]).toEqual([]);
  });

  test('while it waits in the line', async () => {
    const { all, objects } = cluster();
    const { keeper } = keeping(objects);
    keeper.see(storedOf('GlobalRules'));
    keeper.left(keyOf('api'));
    await keeper.settled();
    expect([...all.keys()]).toEqual([]);
  });

  test('before this process has looked at it', async () => {
    const { all, objects } = cluster();
    const before = keeping(objects);
    before.keeper.see(storedOf('GlobalRules'));
    await before.keeper.settled();
    const { keeper } = keeping(objects);
    keeper.left(keyOf('api'));
    await keeper.settled();
    expect([...all.keys()]).toEqual([]);
  });

  test('and where nobody may have asked for any, no grant is missed', async () => {
    const { objects } = cluster();
    const { keeper, troubles } = keeping({
      ...objects,
      read: async () => {
        throw new NotGranted('no');
      },
    });
    keeper.left(keyOf('api'));
    await keeper.settled();
    expect(troubles).toEqual([]);
  });
});

test.each([null, 'GlobalRules', 'PrometheusRule'] as const)(
  'made anew under its name between two looks, and asking for %s, it has that and no more',
  async (rules) => {
    const { all, objects } = cluster();
    const { keeper, clock } = keeping(objects);
    keeper.see(storedOf('GlobalRules'));
    await keeper.settled();
    for (let minute = 30; minute < 55; minute++) {
      clock.at = minute * minuteMs;
      keeper.see(storedOf(rules, { uid: 'two' }));
      await keeper.settled();
    }
    expect([...all.values()].map(({ kind }) => kind)).toEqual(rules === null ? [] : [rules]);
  },
);

test('an edit that comes while a look every ten minutes is under way is looked at', async () => {
  const { gate, objects } = cluster();
  const { keeper, clock, news } = keeping(objects);
  keeper.see(storedOf('GlobalRules'));
  await keeper.settled();
  clock.at = 11 * minuteMs;
  gate.isShut = true;
  keeper.see(storedOf('GlobalRules'));
  await turn();
  keeper.see(storedOf(null, { generation: 2 }));
  gate.isShut = false;
  gate.open();
  await keeper.settled();
  expect(news).toHaveLength(2);
});

test('what somebody had set, and deleted as the condition asks, is made anew', async () => {
  const { all, objects } = cluster();
  let isTheirs = true;
  const { keeper, clock } = keeping({
    ...objects,
    apply: async (manifest, seen) => {
      if (isTheirs) throw new SetByOthers('conflict', { managers: ['kubectl'], fields: ['.spec.groups'] });
      return objects.apply(manifest, seen);
    },
  });
  keeper.see(storedOf('GlobalRules'));
  await keeper.settled();
  expect(keeper.standing(storedOf('GlobalRules'))!.reason).toBe('RulesSetByOthers');
  isTheirs = false;
  clock.at = 3 * minuteMs;
  keeper.see(storedOf('GlobalRules'));
  await keeper.settled();
  expect([all.size, keeper.standing(storedOf('GlobalRules'))!.isKept]).toEqual([1, true]);
});

test('what was taken away by the sweep, while its policy came, is made anew by the next look', async () => {
  const { all, objects } = cluster();
  const { keeper } = keeping(objects);
  keeper.see(storedOf('GlobalRules'));
  await keeper.settled();
  all.clear();
  keeper.lost(keyOf('api'));
  keeper.see(storedOf('GlobalRules'));
  await keeper.settled();
  expect(all.size).toBe(1);
});

test('a bug in one policy, or in who is told, leaves the line to the others', async () => {
  const { all, objects } = cluster();
  let isFirst = true;
  const troubles: string[] = [];
  const keeper = new Keeper({
    objects,
    clock: { nowMs: () => 0 },
    fence: { check: () => undefined },
    onNews: () => {
      if (isFirst) {
        isFirst = false;
        throw new Error('a bug');
      }
    },
    onTrouble: (message) => troubles.push(message),
  });
  for (const name of ['a', 'b']) keeper.see(storedOf('GlobalRules', { name }));
  await keeper.settled();
  expect([all.size, troubles.length]).toEqual([2, 1]);
});

describe('the sweep', () => {
  const swept = async () => {
    const { all, objects } = cluster();
    const { keeper } = keeping(objects);
    for (const name of ['a', 'b', 'c']) keeper.see(storedOf('GlobalRules', { name }));
    await keeper.settled();
    return { all, objects };
  };

  test.each([
    ['may not be deleted', new Refused('admission webhook "protect" denied the request')],
    ['has changed meanwhile', new Conflict('the object has been modified')],
  ])('goes on behind an object that %s', async (_, failure) => {
    const { all, objects } = await swept();
    const troubles: unknown[] = [];
    const remove: RuleObjects['remove'] = async (held) => {
      if (held.name.endsWith('.a')) throw failure;
      return objects.remove(held);
    };
    await sweeping({ list: objects.list, remove }, troubles);
    expect([...all.keys()]).toEqual(['GlobalRules steadyrun-team.a']);
    expect(troubles).toEqual([failure]);
  });

  test.each(['kept-by-hand', 'team/other', 'other/a', ''])('leaves what says that it is of %o', async (text) => {
    const { all, objects } = await swept();
    const [name, held] = [...all][0]!;
    all.set(name, { ...held, annotations: { ...held.annotations, [ofPolicy]: text } });
    await sweeping(objects);
    expect([...all.keys()]).toEqual([name]);
  });
});
