import { parser } from '@prometheus-io/lezer-promql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Counting, countingQuery, freshnessQuery } from '../../src/prometheus/queries.ts';
import { anyOf, quoted } from '../../src/prometheus/selectors.ts';

const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const counting: Counting = { service, indicator: { kind: 'Requests' }, revision: null, windowMs: 60_000, young: [] };
const latency = { kind: 'Latency', percentile: 95, thresholdMs: 300 } as const;
const scope = 'monitored_resource="cloud_run_revision",project_id="acme",location="europe-west1",service_name="api"';

describe('the text of a counting query', () => {
  it('compares the end of the window with the last value at its start', () => {
    const m = `run_googleapis_com:request_count{${scope}}`;
    const base = `last_over_time(${m}[1h] offset 60s)`;
    expect(countingQuery(counting)).toBe(
      `sum by (revision_name, response_code_class) (((${m} - ${base}) >= 0) or (${m} and ${base}))`,
    );
  });

  it('counts what is born in the window for young revisions only, named in a fixed order', () => {
    expect(countingQuery({ ...counting, young: ['api-00003-c', 'api-00002-b'] })).toMatch(
      / or run_googleapis_com:request_count\{[^}]*,revision_name=~"api-00002-b\|api-00003-c"\}\)$/,
    );
  });

  it('counts latencies by bucket', () => {
    const m = `run_googleapis_com:request_latencies_bucket{${scope}}`;
    const base = `last_over_time(${m}[1h] offset 60s)`;
    expect(countingQuery({ ...counting, indicator: latency })).toBe(
      `sum by (revision_name, le) (((${m} - ${base}) >= 0) or (${m} and ${base}))`,
    );
  });

  it('can be about one revision', () => {
    const query = countingQuery({ ...counting, revision: 'api-00001-a' });
    expect(query.match(/service_name="api",revision_name="api-00001-a"\}/g)).toHaveLength(4);
  });

  it('writes windows in seconds, and in milliseconds where they are not whole seconds', () => {
    expect(countingQuery({ ...counting, windowMs: 15_000 })).toContain('offset 15s)');
    expect(countingQuery({ ...counting, windowMs: 15_001 })).toContain('offset 15001ms)');
  });

  for (const windowMs of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`is not written for a window of ${windowMs} ms`, () => {
      expect(() => countingQuery({ ...counting, windowMs })).toThrow(RangeError);
    });
  }
});

it('asks for the newest sample of the whole service', () => {
  expect(freshnessQuery(service)).toBe(`max(timestamp(run_googleapis_com:request_count{${scope}}))`);
});

/** What a PromQL parser makes of the query: errors, selectors, and each matcher as name, operator and value. */
function understood(query: string) {
  let errors = 0;
  let selectors = 0;
  const matchers: string[][] = [];
  parser.parse(query).iterate({
    enter: ({ type, node }) => {
      if (type.isError) errors++;
      if (type.name === 'VectorSelector') selectors++;
      if (type.name === 'UnquotedLabelMatcher') {
        const parts = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => {
          const child = node.getChild(name);
          return child ? query.slice(child.from, child.to) : '';
        });
        matchers.push([parts[0] ?? '', parts[1] ?? '', unquoted(parts[2] ?? '')]);
      }
    },
  });
  return { errors, selectors, matchers };
}

/** The value of a double-quoted literal, read back by the rules of the language rather than by those of the writer. */
function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\n',
      '}',
      '{',
      ',',
      '=',
      '~',
      '|',
      '.',
      '*',
      '(',
      ')',
      'n',
      'a',
      '#',
      "'",
      '`',
      '$',
      '[',
    ),
  }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"} or vector(1) #', 'x",service_name=~".*', '\\', '\\"', '\\n', 'a\nb', '.*', 'a|b', '🦊'),
);

describe('a hostile name', () => {
  it('arrives as it is in a query that has the matchers it should have and no others', () => {
    fc.assert(
      fc.property(
        fc.record({ project: hostile, region: hostile, name: hostile }),
        fc.uniqueArray(
          hostile.filter((name) => name !== ''),
          { maxLength: 3 },
        ),
        fc.constantFrom(counting.indicator, latency),
        (ref, young, indicator) => {
          const { errors, selectors, matchers } = understood(
            countingQuery({ ...counting, service: ref, indicator, young }),
          );
          const scopeMatchers = [
            ['monitored_resource', '=', 'cloud_run_revision'],
            ['project_id', '=', ref.project],
            ['location', '=', ref.region],
            ['service_name', '=', ref.name],
          ];
          const ofYoung = young.length > 0 ? 1 : 0;
          expect(errors).toBe(0);
          expect(selectors).toBe(4 + ofYoung);
          expect(matchers.slice(0, 16)).toEqual([
            ...scopeMatchers,
            ...scopeMatchers,
            ...scopeMatchers,
            ...scopeMatchers,
          ]);
          expect(matchers).toHaveLength(16 + 5 * ofYoung);
          if (ofYoung) expect(matchers.at(-1)?.slice(0, 2)).toEqual(['revision_name', '=~']);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('matches itself and nothing else as part of a regular expression', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostile, { minLength: 1, maxLength: 4 }), hostile, (names, other) => {
        const expression = new RegExp(`^(?:${unquoted(anyOf(names))})$`, 's');
        for (const name of names) expect(expression.test(name)).toBe(true);
        expect(expression.test(other)).toBe(names.includes(other));
      }),
      { numRuns: 500 },
    );
  });

  it('survives quoting', () => {
    fc.assert(
      fc.property(hostile, (value) => unquoted(quoted(value)) === value && !quoted(value).slice(1, -1).includes('\n')),
    );
  });
});
