import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant, PromqlError } from '../../../src/lab/promql/query.ts';
import { SeriesStore } from '../../../src/lab/series/store.ts';
import { parseDurationMs, parseNumber, parseString } from '../../../src/promql/literals.ts';
import { anchoredRegex } from '../../../src/promql/regex.ts';
import { ask, storeOf } from './ask.ts';

const store = storeOf({ a: [10, 20], b: [1, 3], c: [2, 2] });

describe('Operators bind as in Prometheus', () => {
  test.for<[string, string]>([
    ['a - b offset 15s', 'a - (b offset 15s)'],
    ['a + b offset 15s * c', 'a + ((b offset 15s) * c)'],
    ['-a offset 15s', '-(a offset 15s)'],
    ['a / sum_over_time(b[15s]) - c', '(a / (sum_over_time(b[15s]))) - c'],
    ['a - b - c', '(a - b) - c'],
    ['a - b * c', 'a - (b * c)'],
    ['a / b * c', '(a / b) * c'],
    ['b ^ c ^ c', 'b ^ (c ^ c)'],
    ['-b ^ c', '-(b ^ c)'],
    ['b ^ -c ^ c', 'b ^ (-(c ^ c))'],
    ['b ^ -c * c', '(b ^ (-c)) * c'],
    ['-b * c', '(-b) * c'],
    ['a - -b', 'a - (-b)'],
    ['a > b + c', 'a > (b + c)'],
    ['a > b > c', '(a > b) > c'],
    ['a or b and c > 100', 'a or (b and (c > 100))'],
    ['a or b unless c', 'a or (b unless c)'],
    ['a unless b or c', '(a unless b) or c'],
    ['a and b unless c', '(a and b) unless c'],
    ['a > 100 or b', '(a > 100) or b'],
    ['vector(-1 ^ 2)', 'vector(-(1 ^ 2))'],
    ['vector(2 ^ -1 ^ 2)', 'vector(2 ^ (-(1 ^ 2)))'],
  ])('%s is %s', ([bare, explicit]) => {
    expect(ask(store, bare, 15_000)).toEqual(ask(store, explicit, 15_000));
  });

  test.for<[string, string, number]>([
    ['a - b offset 15s', '{}', 19],
    ['-1 ^ 2', 'scalar', -1],
    ['2 ^ -1 ^ 2', 'scalar', 0.5],
    ['2 ^ 3 ^ 2', 'scalar', 512],
    ['max_over_time((a - b)[15s:15s])', '{}', 17],
    ['a - max_over_time(b[15s:15s] offset 15s)', '{}', 19],
  ])('%s is %s %d', ([query, series, value]) => {
    expect(ask(store, query, 15_000)).toEqual({ [series]: value });
  });

  test('comments stand anywhere', () => {
    expect(ask(store, '# first\na # second\n- # third\nb', 15_000)).toEqual({ '{}': 17 });
    expect(ask(storeOf({ 'm{x="#1"}': [1] }), 'm{x="#1"} # "', 0)).toEqual({ 'm{x="#1"}': 1 });
  });
});

describe('A query that cannot be answered is refused with its place', () => {
  test.for<[string, string, string]>([
    // What is no PromQL.
    ['', '', 'no expression found in input'],
    ['a +', '', 'unexpected end of input'],
    ['a b', 'b', 'unexpected "b"'],
    ['sum(a', '', 'unexpected end of input'],
    ['a{x=1}', '1', 'unexpected "1"'],
    ['nosuch(a)', 'nosuch', 'unknown function with name "nosuch"'],
    // What Prometheus refuses too.
    ['{}', '{}', 'at least one non-empty matcher'],
    ['{x=~".*"}', '{x=~".*"}', 'at least one non-empty matcher'],
    ['1 + a{__name__="b"}', 'a{__name__="b"}', 'metric name must not be set twice: "a" or "b"'],
    ['(a)[5m]', '(a)[5m]', 'ranges only allowed for vector selectors'],
    ['a offset 1m [5m]', 'a offset 1m [5m]', 'no offset modifiers allowed before range'],
    ['a offset 1m offset 2m', 'a offset 1m offset 2m', 'offset may not be set multiple times'],
    ['sum(a) offset 1m', 'sum(a) offset 1m', 'offset modifier must be preceded by'],
    ['a[0s]', 'a[0s]', 'duration must be greater than 0'],
    ['sum_over_time(a[5m:0s])', 'a[5m:0s]', 'duration must be greater than 0'],
    ['1 + rate(a)', 'a', 'expected type range vector in function "rate", got instant vector'],
    ['abs(a[5m])', 'a[5m]', 'expected type instant vector in function "abs", got range vector'],
    ['vector(a)', 'a', 'expected type scalar in function "vector", got instant vector'],
    ['abs()', 'abs()', 'expected 1 argument(s) in call to function "abs", got 0'],
    ['round(a, 1, 2)', 'round(a, 1, 2)', 'expected 1 to 2 argument(s)'],
    ['topk(a)', 'topk(a)', 'expected 2 argument(s) in call to aggregation topk, got 1'],
    ['sum(1)', '1', 'expected type instant vector in aggregation sum, got scalar'],
    ['1 > 2', '1 > 2', 'comparisons between scalars must use BOOL modifier'],
    ['a + bool b', 'bool', 'bool modifier can only be used on comparison operators'],
    ['a and bool b', 'bool', 'bool modifier can only be used on comparison operators'],
    ['a and 1', 'a and 1', 'set operator "and" not allowed in binary scalar expression'],
    ['a + on(x) 1', 'a + on(x) 1', 'vector matching only allowed between instant vectors'],
    ['a[5m] + 1', 'a[5m] + 1', 'binary expression must contain only scalar and instant vector types'],
    ['-a[5m]', '-a[5m]', 'unary expression only allowed on expressions of type scalar or instant vector'],
    ['rate(1[5m:1m])', '1[5m:1m]', 'subquery is only allowed on instant vector, got scalar instead'],
    ['a{x=~"("}', '"("', 'Invalid regular expression'],
    // What only this evaluator refuses.
    ['a * on(x) group_left(y) b', 'group_left', 'unsupported modifier group_left'],
    ['a * on(x) group_right b', 'group_right', 'unsupported modifier group_right'],
    ['1 + a @ 5', '@', 'unsupported modifier @'],
    ['a @ start()', '@', 'unsupported modifier @'],
    [`label_join(a, "x", "y", "z")`, `label_join(a, "x", "y", "z")`, 'unsupported function label_join'],
    ['deriv(a[5m])', 'deriv(a[5m])', 'unsupported function deriv'],
    ['rate(histogram_count(a)[5m:1m])', 'histogram_count(a)', 'unsupported function histogram_count'],
    ['stddev(a)', 'stddev(a)', 'unsupported aggregation stddev'],
    ['limitk(1, a)', 'limitk(1, a)', 'unsupported aggregation limitk'],
    ['a atan2 b', 'atan2', 'unsupported operator atan2'],
    ['"text"', '"text"', 'unsupported string expression'],
    ['{"run.googleapis.com/request_count"}', '"run.googleapis.com/request_count"', 'unsupported quoted name'],
    ['a{"x.y"="1"}', '"x.y"="1"', 'unsupported quoted name'],
    ['a offset (5m * 2)', '(5m * 2)', 'unsupported duration (5m * 2)'],
    ['a[60]', '60', 'unsupported duration 60'],
    ['a + 5m', '5m', 'unsupported number 5m'],
    ['a + 010', '010', 'unsupported number 010'],
    ['a[5m] anchored', 'a[5m] anchored', 'unsupported expression'],
    ['a + fill(0) b', 'fill(0)', 'unsupported modifier fill'],
    ['a{x="\\xff"}', '"\\xff"', 'unsupported string'],
    ['a{x=~"(?i)y"}', '"(?i)y"', 'unsupported in a regular expression: (?'],
  ])('%s at %j: %s', ([query, place, message]) => {
    const error = refusal(query);
    expect(error.message).toContain(message);
    expect(error.kind).toBe('Query');
    expect(query.slice(error.position!.from, error.position!.to)).toBe(place);
  });

  test('whatever the text, nothing else than a PromqlError is thrown', () => {
    const words = [
      'a',
      'b',
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '5m',
      ':',
      '1',
      '-',
      '+',
      '^',
      'offset',
      'or',
      'bool',
      'on',
      'sum',
      'by',
      ',',
      '=',
      '=~',
      '"x"',
      'rate',
      '@',
      '#',
      '\n',
      '<',
      '0x',
      'group_left',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), fc.constantFrom('', ' '), (parts, glue) => {
        try {
          instant(store, parts.join(glue), 15_000);
        } catch (error) {
          expect(error).toBeInstanceOf(PromqlError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function refusal(query: string): PromqlError {
  try {
    instant(new SeriesStore(), query, 0);
  } catch (error) {
    if (error instanceof PromqlError) return error;
    throw error;
  }
  throw new Error(`${query} was answered`);
}

describe('Literals', () => {
  test.for<[string, number | undefined]>([
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1w', 604_800_000],
    ['1y', 31_536_000_000],
    ['100ms', 100],
    ['0s', 0],
    ['30m1h', undefined],
    ['1h1h', undefined],
    ['5', undefined],
    ['5 m', undefined],
    ['', undefined],
  ])('the duration %s is %d ms', ([text, ms]) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.for<[string, number | undefined]>([
    ['1', 1],
    ['1.5e3', 1500],
    ['.5', 0.5],
    ['5.', 5],
    ['0x1F', 31],
    ['inf', Number.POSITIVE_INFINITY],
    ['NaN', Number.NaN],
    ['0', 0],
    ['0.5', 0.5],
    ['010', undefined],
    ['1_000', undefined],
    ['5m', undefined],
  ])('the number %s is %d', ([text, value]) => {
    expect(parseNumber(text)).toEqual(value);
  });

  test.for<[string, string | undefined]>([
    ['"a\\"b"', 'a"b'],
    ["'a\\'b\"'", 'a\'b"'],
    ['"\\\\d\\n\\t"', '\\d\n\t'],
    ['`\\d"`', '\\d"'],
    ['"\\x41\\101\\u00e9\\U0001f600"', 'AAé😀'],
    ['"\\d"', undefined],
    ['"\\\'"', undefined],
    ['"\\xff"', undefined],
    ['"open', undefined],
    ['"', undefined],
  ])('the string %s is %j', ([quoted, text]) => {
    expect(parseString(quoted)).toBe(text);
  });
});

describe('Regular expressions mean what they mean to RE2', () => {
  test.for<[string, string[], string[]]>([
    ['5..', ['500', '5xx'], ['5000', '1500', '50']],
    ['a|b', ['a', 'b'], ['ab', 'xb', 'ax']],
    ['', [''], ['a']],
    ['(?:get|put)_.+', ['get_x'], ['get_', 'xget_x']],
    ['api-\\d{5}-[a-z]{3}', ['api-00001-abc'], ['api-0001-abc']],
    ['a.c', ['a\u2028c', 'a\rc', 'a😀c'], ['a\nc']],
    ['\\s', [' ', '\t'], ['\u00a0', '\v', '\u2003']],
    ['[\\s]+\\S', [' \tx'], ['\u00a0x', '  ']],
    ['[]a]+', [']a'], ['[]', '']],
    ['[^]a]', ['b'], [']', 'a']],
    ['[a\\]b-]+', [']-a'], ['\\']],
    ['a\\.b\\-c\\_d\\/e', ['a.b-c_d/e'], ['axb-c_d/e']],
    ['\\(x\\)\\$\\^', ['(x)$^'], []],
    ['x*?y+?', ['xxy', 'y'], ['x']],
    [']-/"', [']-/"'], []],
    ['^a$', ['a'], ['^a$']],
    ['a{2,3}', ['aa', 'aaa'], ['a', 'aaaa']],
  ])('%s', ([source, matching, others]) => {
    const regex = anchoredRegex(source);
    expect(matching.filter((text) => !regex.test(text))).toEqual([]);
    expect(others.filter((text) => regex.test(text))).toEqual([]);
  });

  test.for([
    '(?i)a',
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(?<n>a)',
    '(?P<n>a)',
    '(a)\\1',
    '\\pL',
    '\\p{Greek}',
    '\\x41',
    '\\Qa\\E',
    '\\A',
    '[[:alpha:]]',
    '[a&&b]',
    '[\\b]',
    '[a',
    '[z-a]',
    '(',
    'a)',
    '*',
    'a**',
    'a{1001}',
    'a{',
    'a{,5}',
    '\\',
  ])('%s is refused', (source) => {
    expect(() => anchoredRegex(source)).toThrow(SyntaxError);
  });
});
