/** What becomes of each pasted query, and when bad events are provably some of all. */
import { describe, expect, test } from 'vitest';
import { increaseText } from '../../src/promql/counters/format.ts';
import { readPasted } from '../../src/promql/counters/pasted.ts';
import { readCounter, readRatio } from '../../src/promql/counters/ratio.ts';
import { corpus, refused, rewrittenQuantiles, rewrittenRatios } from './corpus.ts';
import { refusalOf } from './refusal-of.ts';

const context = { revisionLabel: 'revision_name' };

const shown = (query: string): string => (query.length > 300 ? `${query.slice(0, 100)}… (${query.length})` : query);
const named = <T extends { readonly query: string }>(entries: readonly T[]) =>
  entries.map((entry) => [shown(entry.query), entry] as const);

/** What this thread has worked since then: on a busy machine a second of the wall's is not one of work. */
function spentMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

describe('The corpus', () => {
  test('is large, and says everything once', () => {
    expect(new Set(corpus.map(({ query }) => query)).size).toBe(corpus.length);
    expect(corpus.length).toBeGreaterThanOrEqual(200);
    expect(rewrittenRatios.length + rewrittenQuantiles.length).toBeGreaterThanOrEqual(80);
  });

  test.for(named(rewrittenRatios))('is rewritten: %s', ([, { query, becomes }]) => {
    const start = process.threadCpuUsage();
    const pasted = readPasted(query, context);
    expect(pasted.kind === 'Ratio' && pasted.ratio.events).toBe(becomes);
    expect(spentMs(start)).toBeLessThan(1000);
  });

  test.for(named(refused))('is refused with its place and what to write instead: %s', ([, { query, at, message }]) => {
    const start = process.threadCpuUsage();
    const { message: said, position, hint } = refusalOf(() => readPasted(query, context));
    expect(said).toContain(message);
    expect(query.slice(position.from, position.to)).toBe(at);
    // A clause each, so that one sentence can be made of them.
    expect(said).not.toMatch(/[.;:]$/);
    expect(hint).toMatch(/^[a-z].*[^.;:]$/s);
    expect(spentMs(start)).toBeLessThan(1000);
  });
});

describe('Bad events are some of all events', () => {
  test.for<[string, string]>([
    ['sum(rate(x{a="1"}[5m]))', 'sum(rate(x[5m]))'],
    ['sum(rate(x{a="1",b!="2"}[5m]))', 'sum(rate(x{b!="2"}[5m]))'],
    ['sum(rate(x{a="1"}[5m])) + sum(rate(x{a="2"}[5m])) + sum(rate(x{a="3"}[5m]))', 'sum(rate(x[5m]))'],
    ['sum(rate(x{a="1",b="1"}[5m])) + sum(rate(x{a=~".+",b="2"}[5m]))', 'sum(rate(x[5m]))'],
    ['sum(rate(x{a="1"}[5m])) + sum(rate(y{a="1"}[5m]))', 'sum(rate(y[5m])) + sum(rate(x[5m]))'],
    ['sum(rate(x[5m])) - sum(rate(x{a="1"}[5m]))', 'sum(rate(x[5m]))'],
    ['sum(rate(x_count[5m])) - sum(rate(x_bucket{le="1"}[5m]))', 'sum(rate(x_bucket{le="+Inf"}[5m]))'],
    [
      'sum(rate(x_bucket{le="1",a="1"}[5m])) + sum(rate(x_bucket{le="2",a="2"}[5m]))',
      'sum(rate(x_bucket{le="+Inf"}[5m]))',
    ],
    ['sum(rate(x_count{a="1"}[5m]))', 'sum(rate(x_count[5m]))'],
    ['sum(rate(x{a="1"}[5m]))', 'sum(rate(x{b=~".*"}[5m]))'],
    ['sum(rate(x{a="1"}[5m]))', 'sum(rate(x{a=~"1|2"}[5m]))'],
    ['sum(rate(x{a="1"}[5m])) + sum(rate(x{a!="1"}[5m]))', 'sum(rate(x[5m]))'],
    ['sum(rate(x{a=~"4.."}[5m])) + sum(rate(x{a=~"5[0-9][0-9]"}[5m]))', 'sum(rate(x[5m]))'],
    ['sum(rate(x{a!~"4..|5.."}[5m]))', 'sum(rate(x{a!~"4.."}[5m]))'],
    ['sum(rate(x{a="500"}[5m]))', 'sum(rate(x{a!~"4.."}[5m]))'],
    ['sum(rate(x{a=~"50."}[5m]))', 'sum(rate(x{a=~"5.*"}[5m]))'],
  ])('provably: %s of %s', ([bad, total]) => {
    expect(readRatio(`(${bad}) / (${total})`, context).events).toBe('Share');
  });

  test.for<[string, string, string]>([
    ['another metric', 'sum(rate(x{a="1"}[5m]))', 'sum(rate(y[5m]))'],
    ['one matcher says the opposite of the other', 'sum(rate(x{a="1"}[5m]))', 'sum(rate(x{a!="1"}[5m]))'],
    ['a regular expression that cannot be looked into', 'sum(rate(x{a="1"}[5m]))', 'sum(rate(x{a=~"(1|2)+"}[5m]))'],
    ['the same part twice', 'sum(rate(x{a="1"}[5m])) + sum(rate(x{a="1"}[5m]))', 'sum(rate(x[5m]))'],
    ['parts that overlap', 'sum(rate(x{a="1"}[5m])) + sum(rate(x{b="1"}[5m]))', 'sum(rate(x[5m]))'],
    ['parts that may overlap', 'sum(rate(x{a=~"1.*"}[5m])) + sum(rate(x{a=~".*1"}[5m]))', 'sum(rate(x[5m]))'],
    [
      'two parts of one of two',
      'sum(rate(x{a="1"}[5m])) + sum(rate(x{b="1"}[5m]))',
      'sum(rate(x[5m])) + sum(rate(y[5m]))',
    ],
    ['more than there is is taken away', 'sum(rate(x{a="1"}[5m])) - sum(rate(x[5m]))', 'sum(rate(x[5m]))'],
    [
      'twice the same is taken away',
      'sum(rate(x[5m])) - sum(rate(x{a="1"}[5m])) - sum(rate(x{a="1"}[5m]))',
      'sum(rate(x[5m]))',
    ],
    ['something else is taken away', 'sum(rate(x[5m])) - sum(rate(y[5m]))', 'sum(rate(x[5m]))'],
    ['the total is a difference', 'sum(rate(x{a="1"}[5m]))', 'sum(rate(x[5m])) - sum(rate(x{a="2"}[5m]))'],
    ['a smaller bucket', 'sum(rate(x_bucket{le="2"}[5m]))', 'sum(rate(x_bucket{le="1"}[5m]))'],
    ['a count has no buckets', 'sum(rate(x_bucket{le="1"}[5m]))', 'sum(rate(x_count{le="1"}[5m]))'],
    ['of the histogram only a part is counted', 'sum(rate(x_bucket{le="1"}[5m]))', 'sum(rate(x_count{a="1"}[5m]))'],
  ])('not provably: %s', ([, bad, total]) => {
    expect(readRatio(`(${bad}) / (${total})`, context).events).toBe('Rate');
  });

  test.for<[string, string, string]>([
    ['the same', 'sum(rate(x[5m]))', 'sum(rate(x[5m]))'],
    ['the same buckets', 'sum(rate(x_bucket{le="+Inf"}[5m]))', 'sum(rate(x_count[5m]))'],
    ['a total that leaves out some of them', 'sum(rate(x[5m]))', 'sum(rate(x{a="1"}[5m]))'],
    ['a digit, which is not any character', 'sum(rate(x{a=~"5.."}[5m]))', 'sum(rate(x{a=~"5\\\\d\\\\d"}[5m]))'],
    ['less than may follow', 'sum(rate(x{a=~"5.*"}[5m]))', 'sum(rate(x{a=~"5.."}[5m]))'],
  ])('of %s they are no part: refused', ([, bad, total]) => {
    const { message } = refusalOf(() => readRatio(`(${bad}) / (${total})`, context));
    expect(message).toMatch(/^the same is divided by itself|^the total is only a part/);
  });

  test('is told quickly also for many counters that nearly fit', () => {
    const parts = [...Array(14).fill('sum(rate(x{a="1"}[5m]))'), 'sum(rate(y[5m]))'].join(' + ');
    const wholes = Array(15).fill('sum(rate(x[5m]))').join(' + ');
    const start = process.threadCpuUsage();
    expect(readRatio(`(${parts}) / (${wholes})`, context).events).toBe('Rate');
    expect(spentMs(start)).toBeLessThan(1000);
  });
});

describe('The text of the counters', () => {
  const only = [{ label: 'revision_name', op: '=', value: 'r' }] as const;

  test.for<[string, string, string]>([
    [
      'sum(rate(x{a="1"}[5m])) / sum(rate(x[5m]))',
      'sum(increase(x{a="1",revision_name="r"}[$range]))',
      'sum(increase(x{revision_name="r"}[$range]))',
    ],
    [
      '1 - sum(rate(x{a="1"}[5m])) / sum(rate(x[5m]))',
      '(sum(increase(x{revision_name="r"}[$range])) or vector(0)) - (sum(increase(x{a="1",revision_name="r"}[$range])) or vector(0))',
      'sum(increase(x{revision_name="r"}[$range]))',
    ],
    // What is taken away of what is taken away is left.
    [
      '1 - (sum(rate(x[5m])) - sum(rate(x{a="1"}[5m]))) / sum(rate(x[5m]))',
      'sum(increase(x{a="1",revision_name="r"}[$range]))',
      'sum(increase(x{revision_name="r"}[$range]))',
    ],
    [
      'sum(rate({"http.errors","a.b"="1"}[5m])) / sum(rate({__name__="bool"}[5m]))',
      'sum(increase({__name__="http.errors","a.b"="1",revision_name="r"}[$range]))',
      'sum(increase({__name__="bool",revision_name="r"}[$range]))',
    ],
  ])('of %s', ([query, bad, total]) => {
    const ratio = readRatio(query, context);
    expect([increaseText(ratio.bad, only, '$range'), increaseText(ratio.total, only, '$range')]).toEqual([bad, total]);
  });

  test('a counter may be given alone, as a selector or as a sum', () => {
    const counter = { name: 'x', matchers: [{ label: 'a', op: '=', value: '1' }] };
    expect(readCounter('x{a="1"}', context)).toEqual([{ sign: 1, counter }]);
    expect(readCounter('sum(rate(x{a="1"}[5m]))', context)).toEqual([{ sign: 1, counter }]);
    expect(refusalOf(() => readCounter('x offset 5m', context)).message).toContain('an offset');
    expect(refusalOf(() => readCounter('-sum(rate(x[5m]))', context)).message).toContain('negative');
  });
});
