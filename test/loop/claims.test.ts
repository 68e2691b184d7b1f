import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Claims } from '../../src/loop/claims.ts';
import type { StoredPolicy } from '../../src/policy/stored.ts';
import { policy } from '../report/statuses.ts';

const of = (uid: string, createdAtMs: number, service = 'api', spec = {}): StoredPolicy => ({
  ...policy(uid, { spec: { service: { project: 'acme', region: 'europe-west1', name: service }, ...spec } }),
  createdAtMs,
});
const claimed = (all: readonly StoredPolicy[]): Claims => {
  const claims = new Claims();
  for (const one of all) claims.changed(one.key, one);
  return claims;
};
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
  for (const all of [
    [mine, ...others],
    [...others, mine],
  ]) {
    expect(claimed(all).older(mine)?.name).toBe(rival);
  }
});

test('of any number of policies exactly one does not yield', () => {
  const all = [of('d', 20), of('b', 20), of('c', 30), of('a', 20)];
  const claims = claimed(all);
  expect(all.filter((mine) => claims.older(mine) === undefined).map(({ uid }) => uid)).toEqual(['a']);
});

describe('whoever came first', () => {
  const [first, second, third] = [of('a', 10), of('b', 20), of('c', 30)];

  test('gives the service to the next when it goes', () => {
    const claims = claimed([third, first, second]);
    claims.changed(first.key, undefined);
    expect(claims.older(second)).toBeUndefined();
    expect(claims.older(third)).toEqual(second.key);
  });

  test('gives it up with an edit to another service', () => {
    const claims = claimed([first, second]);
    claims.changed(first.key, of('a', 10, 'web'));
    expect(claims.older(second)).toBeUndefined();
  });

  test('keeps it through an edit that makes no sense, but not if none of it ever did', () => {
    const claims = claimed([first, second]);
    claims.changed(first.key, of('a', 10, 'api', senseless));
    expect(claims.older(second)).toEqual(first.key);
    expect(claimed([of('a', 10, 'api', senseless), second]).older(second)).toBeUndefined();
  });

  test('has it whatever came, changed and went in between', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((uid, i) => of(uid, 10 * (i % 3)));
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(4), what: fc.constantFrom('comes', 'goes', 'moves') })),
        (changes) => {
          const claims = new Claims();
          const now = new Map<string, StoredPolicy>();
          for (const { at, what } of changes) {
            const one = all[at]!;
            const next = what === 'goes' ? undefined : what === 'moves' ? of(one.uid, one.createdAtMs, 'web') : one;
            claims.changed(one.key, next);
            if (next) now.set(one.uid, next);
            else now.delete(one.uid);
          }
          for (const mine of now.values()) {
            const rivals = [...now.values()].filter(
              (other) => serviceOf(other) === serviceOf(mine) && isBefore(other, mine),
            );
            const oldest = rivals.sort((a, b) => (isBefore(a, b) ? -1 : 1))[0];
            expect(claims.older(mine)).toEqual(oldest?.key);
          }
        },
      ),
    );
  });
});

const serviceOf = ({ spec }: StoredPolicy): string => (spec.ok ? spec.policy.service.name : '');
const isBefore = (a: StoredPolicy, b: StoredPolicy): boolean =>
  a.createdAtMs < b.createdAtMs || (a.createdAtMs === b.createdAtMs && a.uid < b.uid);
