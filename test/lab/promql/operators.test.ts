import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PromqlError } from '../../../src/lab/promql/query.ts';
import { ask, expectNear, storeOf } from './ask.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe('Numbers', () => {
  test.for<[string, number]>([
    ['1 + 2 * 3', 7],
    ['7 % 3', 1],
    ['-7 % 3', -1],
    ['7 % -3', 1],
    ['5.5 % 2', 1.5],
    ['2 ^ 0.5', Math.SQRT2],
    ['1 / 0', inf],
    ['-1 / 0', -inf],
    ['0 / 0', nan],
    ['1 % 0', nan],
    ['1 ^ NaN', 1],
    ['1 ^ Inf', 1],
    ['(-1) ^ -Inf', 1],
    ['NaN ^ 0', 1],
    ['1 < bool 2', 1],
    ['2 < bool 1', 0],
    ['2 == bool 2', 1],
    ['NaN == bool NaN', 0],
    ['NaN != bool NaN', 1],
    ['1 >= bool 1', 1],
    ['-(3)', -3],
    ['+3', 3],
  ])('%s is %d', ([query, value]) => {
    expectNear(ask(storeOf({}), query, 0).scalar, value);
  });
});

describe('Vectors', () => {
  const store = storeOf({
    'm{a="x",b="1"}': [1],
    'm{a="x",b="2"}': [2],
    'm{a="y",b="1"}': [10],
    'n{a="x",b="1"}': [100],
    'n{a="z",b="1"}': [300],
    'one{a="x"}': [5],
    'one{a="y"}': [7],
    'twin{a="x",c="1"}': [1],
    'twin{a="x",c="2"}': [2],
  });

  test.for<[string, Record<string, number>]>([
    // With a number: arithmetic makes a new metric, a comparison keeps samples as they are.
    ['m{a="x"} * 3', { '{a="x", b="1"}': 3, '{a="x", b="2"}': 6 }],
    ['1 - m{a="x"}', { '{a="x", b="1"}': 0, '{a="x", b="2"}': -1 }],
    ['m{a="y"} * on() 2', { '{a="y", b="1"}': 20 }],
    ['m > 1', { 'm{a="x", b="2"}': 2, 'm{a="y", b="1"}': 10 }],
    ['1 < m', { 'm{a="x", b="2"}': 2, 'm{a="y", b="1"}': 10 }],
    ['m > bool 1', { '{a="x", b="1"}': 0, '{a="x", b="2"}': 1, '{a="y", b="1"}': 1 }],
    ['3 > bool m', { '{a="x", b="1"}': 1, '{a="x", b="2"}': 1, '{a="y", b="1"}': 0 }],
    ['-m{a="y"}', { '{a="y", b="1"}': -10 }],
    ['+m{a="y"}', { 'm{a="y", b="1"}': 10 }],
    // One to one.
    ['m + n', { '{a="x", b="1"}': 101 }],
    ['n - m', { '{a="x", b="1"}': 99 }],
    ['n > m', { 'n{a="x", b="1"}': 100 }],
    ['n < m', {}],
    ['n < bool m', { '{a="x", b="1"}': 0 }],
    ['m{b="1"} * on(a) one', { '{a="x"}': 5, '{a="y"}': 70 }],
    ['m{b="1"} < on(a) one', { '{a="x"}': 1 }],
    ['m{b="1"} * ignoring(b) one', { '{a="x"}': 5, '{a="y"}': 70 }],
    ['m{b="1"} < ignoring(b) one', { 'm{a="x"}': 1 }],
    ['m{a="y"} / on() n{a="z"}', { '{}': 10 / 300 }],
    ['m == on(__name__, a, b) m', { 'm{a="x", b="1"}': 1, 'm{a="x", b="2"}': 2, 'm{a="y", b="1"}': 10 }],
    ['m + on(nowhere) nothing', {}],
    // Sets.
    ['m and n', { 'm{a="x", b="1"}': 1 }],
    ['m unless n', { 'm{a="x", b="2"}': 2, 'm{a="y", b="1"}': 10 }],
    ['n or m', { 'n{a="x", b="1"}': 100, 'n{a="z", b="1"}': 300, 'm{a="x", b="2"}': 2, 'm{a="y", b="1"}': 10 }],
    ['m and on(a) n', { 'm{a="x", b="1"}': 1, 'm{a="x", b="2"}': 2 }],
    ['m and ignoring(a) n', { 'm{a="x", b="1"}': 1, 'm{a="y", b="1"}': 10 }],
    ['m unless on(a) n', { 'm{a="y", b="1"}': 10 }],
    ['one or on(a) twin', { 'one{a="x"}': 5, 'one{a="y"}': 7 }],
    ['twin or on(a) one', { 'twin{a="x", c="1"}': 1, 'twin{a="x", c="2"}': 2, 'one{a="y"}': 7 }],
    ['nothing or vector(0)', { '{}': 0 }],
    ['m{a="y"} and on() vector(1)', { 'm{a="y", b="1"}': 10 }],
    ['m{a="y"} unless nothing', { 'm{a="y", b="1"}': 10 }],
  ])('%s is %j', ([query, expected]) => {
    expect(ask(store, query, 0)).toEqual(expected);
  });

  test.for<[string, string]>([
    ['one * on(a) twin', 'found duplicate series for the match group {a="x"} on the right hand-side'],
    ['twin * on(a) one', 'multiple matches for labels: many-to-one matching must be explicit'],
    ['m * on() n', 'found duplicate series for the match group {} on the right hand-side'],
    ['{a="x",b="1"} * 2', 'vector cannot contain metrics with the same labelset'],
    ['-{a="x",b="1"}', 'vector cannot contain metrics with the same labelset'],
    ['abs({a="x",b="1"})', 'vector cannot contain metrics with the same labelset'],
    ['{a="x",b="1"} > bool 0', 'vector cannot contain metrics with the same labelset'],
    ['{a="x",b="1"} + on(__name__) {a="x",b="1"}', 'vector cannot contain metrics with the same labelset'],
    ['timestamp({a="x",b="1"})', 'vector cannot contain metrics with the same labelset'],
  ])('%s fails: %s', ([query, message]) => {
    const evaluate = () => ask(store, query, 0);
    expect(evaluate).toThrow(PromqlError);
    expect(evaluate).toThrow(expect.objectContaining({ kind: 'Execution', message: expect.stringContaining(message) }));
  });

  test('a sample that a comparison drops may have a twin', () => {
    expect(ask(store, 'twin > on(a) one', 0)).toEqual({});
    expect(ask(store, '{a="x",b="1"} > 0', 0)).toEqual({ 'm{a="x", b="1"}': 1, 'n{a="x", b="1"}': 100 });
  });
});

describe('The laws of sets hold', () => {
  const members = fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5', '6'));
  const clause = fc.constantFrom('', 'on(a)', 'ignoring(b)', 'on(b)');

  function storeWith(left: readonly string[], right: readonly string[]) {
    const series = (name: string, all: readonly string[]) =>
      all.map((a) => [`${name}{a="${a}",b="${Number(a) % 2}"}`, [Number(a)]] as const);
    return storeOf(Object.fromEntries([...series('l', left), ...series('r', right)]));
  }

  test('l is the disjoint union of (l and r) and (l unless r)', () => {
    fc.assert(
      fc.property(members, members, clause, (left, right, by) => {
        const store = storeWith(left, right);
        const both = Object.keys(ask(store, `l and ${by} r`, 0));
        const only = Object.keys(ask(store, `l unless ${by} r`, 0));
        expect([...both, ...only].sort()).toEqual(Object.keys(ask(store, 'l', 0)).sort());
      }),
    );
  });

  test('(l or r) is l and then (r unless l)', () => {
    fc.assert(
      fc.property(members, members, clause, (left, right, by) => {
        const store = storeWith(left, right);
        expect(ask(store, `l or ${by} r`, 0)).toEqual({ ...ask(store, 'l', 0), ...ask(store, `r unless ${by} l`, 0) });
      }),
    );
  });

  test('with matching on all labels, both ways round hold the same label sets', () => {
    fc.assert(
      fc.property(members, members, (left, right) => {
        const store = storeWith(left, right);
        const labels = (query: string) =>
          Object.keys(ask(store, query, 0))
            .map((key) => key.slice(1))
            .sort();
        expect(labels('l or r')).toEqual(labels('r or l'));
        expect(labels('l and r')).toEqual(labels('r and l'));
      }),
    );
  });
});
