// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Grafana writes a variable
/** What holds for every query, not only for those that somebody thought of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeriesStore } from '../../src/lab/series/store.ts';
import { type Expr, type Matcher, metricName } from '../../src/promql/ast.ts';
import { anyOf, increaseText, oneOf, quoted, selectorText } from '../../src/promql/counters/format.ts';
import type { LabelMatch } from '../../src/promql/counters/model.ts';
import { readPasted } from '../../src/promql/counters/pasted.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';
import { QueryRefused } from '../../src/promql/counters/refusal.ts';
import { parse } from '../../src/promql/parse.ts';
import { ask, rising, storeOf } from '../lab/promql/ask.ts';
import { isWhole } from '../whole.ts';
import { corpus } from './corpus.ts';
import { type Query, queries as random, type Series, type Sum, worlds } from './random-ratios.ts';

const context = { revisionLabel: 'revision_name' };
const revisions = ['r-1', 'r-2', 'r-3'];

/** Two buckets of one histogram are not added, what is taken away again is no count, and a whole is no part. */
const queries = random.filter(({ text }) => {
  try {
    readRatio(text, context);
    return true;
  } catch (error) {
    if (
      error instanceof QueryRefused &&
      /as for Apdex|nothing is left|a negative count|divided by itself|only a part of/.test(error.message)
    )
      return false;
    throw error;
  }
});

describe('Whatever is divided by whatever', () => {
  const sumOf = (sum: Sum, world: readonly Series[], revision: string): number =>
    sum
      .flatMap(({ sign, name, tests }) =>
        world
          .filter((one) => one.name === name && one.labels.revision_name === revision)
          .filter(({ labels }) => tests.every(({ label, passes }) => passes(labels[label] ?? '')))
          .map(({ growth }) => sign * growth),
      )
      .reduce((total, growth) => total + growth, 0);

  function counted(
    query: Query,
    world: readonly Series[],
    each: (bad: number, total: number, expected: [number, number]) => void,
  ): void {
    const store = storeFor(world);
    const ratio = readRatio(query.text, context);
    for (const value of revisions) {
      const [bad, total] = [ratio.bad, ratio.total].map((sum) => {
        const answer = ask(store, increaseText(sum, [{ label: 'revision_name', op: '=', value }], '5m'), 300_000);
        return answer['{}'] ?? 0;
      }) as [number, number];
      const [top, bottom] = [sumOf(query.top, world, value), sumOf(query.bottom, world, value)];
      // Which way is bad is proven elsewhere; here it is what was read.
      const isRest = (ratio.reading.direction === 'Turned') !== query.isGood;
      each(bad, total, [isRest ? bottom - top : top, bottom]);
    }
  }

  test('bad and total are the sums over the series that the matchers and the revision choose', () => {
    fc.assert(
      fc.property(queries, worlds(revisions), (query, world) => {
        counted(query, world, (bad, total, [expectedBad, expectedTotal]) => {
          expect(bad).toBeCloseTo(expectedBad, 6);
          expect(total).toBeCloseTo(expectedTotal, 6);
        });
      }),
      { numRuns: 200 },
    );
  });

  test('bad events that are called some of all never exceed them, and are never fewer than none', () => {
    const shares = queries.filter(({ text }) => readRatio(text, context).events === 'Share');
    fc.assert(
      fc.property(shares, worlds(revisions), (query, world) => {
        counted(query, world, (bad, total) => {
          expect(bad).toBeLessThanOrEqual(total + 1e-6);
          expect(bad).toBeGreaterThanOrEqual(-1e-6);
        });
      }),
      { numRuns: 200 },
    );
  });

  function storeFor(world: readonly Series[]): SeriesStore {
    return storeOf(
      Object.fromEntries(
        world.map(({ name, labels, growth }) => {
          const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
          // A sample at both ends of the window: nothing is extrapolated.
          return [`${name}{${text.join(',')}}`, rising(6, growth / 5, 1000 * growth)] as const;
        }),
      ),
      60_000,
    );
  }
});

/** Pieces that could end a string, a brace, a line or a query, among ordinary text. */
const hostile = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '"',
          "'",
          '`',
          '\\',
          '{',
          '}',
          '[',
          ']',
          '(',
          ')',
          ',',
          '\n',
          '\r',
          '\t',
          '\0',
          '#',
          '$',
          '$job',
        ),
        fc.constantFrom('"}', '\\"', '\\\\"', '"} or up{x="', '{{.x}}', '[[x]]', '${x}', '\u2028', '\ufeff', 'ü', '🦊'),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join('')),
  fc.constantFrom(
    '',
    'x'.repeat(9_000),
    '"'.repeat(500),
    'by',
    'on',
    'bool',
    'offset',
    'inf',
    'NaN',
    'sum',
    'and',
    'le',
  ),
);
const matchers = fc.array(
  fc
    .record({ label: hostile, op: fc.constantFrom('=', '!=', '=~', '!~'), value: hostile })
    .filter(({ label }) => label !== metricName),
  { maxLength: 4 },
) as fc.Arbitrary<LabelMatch[]>;

describe('Whatever names and values are made of', () => {
  const plain = (read: readonly Matcher[]) => read.map(({ label, op, value }) => ({ label, op, value }));
  const named = (value: string) => ({ label: metricName, op: '=', value });

  test('what is printed reads as the same matchers, and the one for the revision', () => {
    fc.assert(
      fc.property(hostile, matchers, hostile, hostile, (name, own, label, value) => {
        const more: LabelMatch[] = [{ label: label === metricName ? 'x' : label, op: '=', value }];
        const selector = parse(selectorText({ name, matchers: own }, more));
        expect(selector.kind === 'Selector' && plain(selector.matchers)).toEqual(
          expect.arrayContaining([named(name), ...own, ...more]),
        );
        const sum = parse(increaseText([{ sign: 1, counter: { name, matchers: own } }], more, '5m'));
        expect(plain(selectorWithin(sum).matchers)).toEqual([named(name), ...own, ...more]);
      }),
      { numRuns: isWhole ? 500 : 150 },
    );
  });

  test('a value in a pasted query is printed as it was meant', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const query = `sum(rate(x{a=${JSON.stringify(value)}}[5m])) / sum(rate(x[5m]))`;
        let ratio: ReturnType<typeof readRatio>;
        try {
          ratio = readRatio(query, context);
        } catch (error) {
          // A variable, or longer than any policy is.
          expect(error).toBeInstanceOf(QueryRefused);
          return;
        }
        const printed = increaseText(ratio.bad, [{ label: 'revision_name', op: '=', value }], '5m');
        expect(plain(selectorWithin(parse(printed)).matchers)).toEqual([
          named('x'),
          { label: 'a', op: '=', value },
          { label: 'revision_name', op: '=', value },
        ]);
      }),
      { numRuns: isWhole ? 1000 : 300 },
    );
  });

  test('a string holds everything, and an alternative matches only itself', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), (values) => {
        expect(parse(quoted(values[0]!))).toMatchObject({ kind: 'String', value: values[0] });
        const pattern = parse(anyOf(values));
        const regex = new RegExp(`^(?:${pattern.kind === 'String' && pattern.value})$`, 'u');
        for (const value of values) expect(regex.test(value)).toBe(true);
        expect(oneOf('a', values).op).toBe(values.length === 1 ? '=' : '=~');
      }),
    );
  });
});

describe('Whatever is pasted', () => {
  /** Reads or refuses, and points into the text. */
  function isReadOrRefused(query: string): void {
    try {
      readPasted(query, context);
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
      const { from, to } = error.position;
      expect(0 <= from && from <= to && to <= query.length, `${from}–${to} of ${query.length}`).toBe(true);
      expect(error.hint).not.toBe('');
    }
  }

  test.each(['sum(rate(a[5]) / rate(b[5m]))', 'sum(rate(a[5])) / sum(rate(b[5m]))', 'rate(a[x]) / rate(b[w])'])(
    'a window too short for its place: %s',
    isReadOrRefused,
  );

  test('random text', () => {
    fc.assert(fc.property(fc.oneof(hostile, fc.string(), fc.string({ unit: 'grapheme' })), isReadOrRefused), {
      numRuns: isWhole ? 1000 : 300,
    });
  });

  test('random tokens of the language', () => {
    const token = fc.constantFrom(
      ...'( ) { } [ ] , = =~ != > / * + - ^ % 1 0 100 Inf 5m [5m] [1h:1m] [$w] "x" x x_bucket a= by on() ignoring(a) bool or and offset @ sum rate sum( rate( increase( clamp( clamp_min( clamp_max( scalar( vector( histogram_quantile( topk( absent( time() without group_left # $x'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join(' ')),
        isReadOrRefused,
      ),
      { numRuns: isWhole ? 1000 : 300 },
    );
  });

  test('queries of the corpus with a slip in them', () => {
    const short = corpus.map(({ query }) => query).filter((query) => query.length < 400);
    const slipped = fc
      .tuple(
        fc.constantFrom(...short),
        fc.constantFrom(...short),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        hostile.filter((text) => text.length < 100),
      )
      .map(([query, other, at, length, kind, text]) => {
        const from = at % (query.length + 1);
        const to = from + (length % 12);
        const middle = [text, '', query.slice(from, to).repeat(2), other.slice(from, to), other][kind % 5];
        return query.slice(0, from) + middle + query.slice(to);
      });
    fc.assert(fc.property(slipped, isReadOrRefused), { numRuns: isWhole ? 2000 : 500 });
  });
});

function selectorWithin(expr: Expr): Extract<Expr, { kind: 'Selector' }> {
  if (expr.kind === 'Selector') return expr;
  if (expr.kind === 'Range') return expr.selector;
  if (expr.kind === 'Aggregation' || expr.kind === 'Call') return selectorWithin(expr.args[0]!);
  throw new Error(`no selector within ${expr.kind}`);
}
