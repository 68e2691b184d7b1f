import { expect, test } from 'vitest';
import { older } from '../../src/loop/claims.ts';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import { policy } from './statuses.ts';

const of = (uid: string, createdAtMs: number, service = 'api', spec = {}): StoredPolicy => ({
  ...policy(uid, { spec: { service: { project: 'acme', region: 'europe-west1', name: service }, ...spec } }),
  createdAtMs,
});
const senseless = { objectives: [] };

test.each<[string, StoredPolicy, StoredPolicy[], string | undefined]>([
  ['nobody else', of('b', 20), [], undefined],
  ['an older policy of the same service', of('b', 20), [of('a', 10)], 'a'],
  ['a younger policy of the same service', of('b', 20), [of('c', 30)], undefined],
  ['one of the same age with a lower uid', of('b', 20), [of('a', 20)], 'a'],
  ['one of the same age with a higher uid', of('b', 20), [of('c', 20)], undefined],
  ['an older policy of another service', of('b', 20), [of('a', 10, 'web')], undefined],
  ['an older policy that makes no sense', of('b', 20), [of('a', 10, 'api', senseless)], undefined],
  ['an older policy, where its own makes no sense', of('b', 20, 'api', senseless), [of('a', 10)], undefined],
  ['an older one among others', of('b', 20), [of('c', 30), of('x', 5, 'web'), of('a', 10)], 'a'],
])('a policy yields to %s or not', (_, mine, others, rival) => {
  expect(older([mine, ...others], mine)?.uid).toBe(rival);
});

test('of any number of policies exactly one does not yield', () => {
  const all = [of('d', 20), of('b', 20), of('c', 30), of('a', 20)];
  expect(all.filter((mine) => older(all, mine) === undefined).map(({ uid }) => uid)).toEqual(['a']);
});
