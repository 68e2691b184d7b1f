import { parser } from '@prometheus-io/lezer-promql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Measured, measuredBy, partsOf } from '../../src/counting/measured.ts';
import {
  boundariesQuery,
  bucket,
  type Counting,
  countingQuery,
  minutesQuery,
  reachQuery,
  revisionsQuery,
  samplesQuery,
} from '../../src/counting/queries.ts';
import { anyOf, quoted } from '../../src/promql/counters/format.ts';
import { readRatio } from '../../src/promql/counters/ratio.ts';

const google = { type: 'GoogleManagedPrometheus' } as const;
const service = { project: 'acme', region: 'europe-west1', name: 'api' };
const scope = 'monitored_resource="cloud_run_revision",project_id="acme",location="europe-west1",service_name="api"';
const own = 'sum(rate(r{s=~"5.."}[5m])) / sum(rate(r[5m]))';
const app = measuredBy(
  google,
  { indicator: { kind: 'Ratio', ...readRatio(own, { revisionLabel: 'rev' }) } },
  service,
  'rev',
);
const platform = (ref = service): Measured => measuredBy(google, { indicator: { kind: 'Requests' } }, ref, 'rev');
const onPlain = measuredBy({ type: 'Prometheus' }, { indicator: { kind: 'Requests' } }, service, 'rev');
const latency = (ref = service): Measured =>
  measuredBy(
    google,
    { indicator: { kind: 'Latency', percentile: 95, thresholdMs: 300, histogram: null, excludePaths: [] } },
    ref,
    'rev',
  );

function counting(measured: Measured, change: Partial<Counting> = {}): Counting {
  const { shape } = measured;
  const common = { measured, revision: null, windowMs: 60_000, lookback: '15m', young: [] };
  return shape.kind === 'Ratio'
    ? { ...common, parts: partsOf(shape), byBucket: false, ...change }
    : { ...common, parts: [bucket(shape.counter, ['300', '+Inf'])], byBucket: true, ...change };
}

describe('the text of a counting query', () => {
  it("meets each of an app's series with its own past, or its instance's", () => {
    const known = 'last_over_time(r[15m] offset 60s)';
    const bad = '(last_over_time(r{s=~"5.."}[60s])';
    const badBefore = 'last_over_time(r{s=~"5.."}[15m] offset 60s)';
    expect(countingQuery(counting(app))).toBe(
      `label_replace(sum by (rev) ((${bad} - ${badBefore}) >= 0) or ${bad} and ${badBefore}) or ` +
        `${bad} and on (instance, rev) (${known})) or (last_over_time(r{s=~"5.."}[60s]) - min_over_time(r{s=~"5.."}[60s]))), "steadyrun_part", "0", "", "") or ` +
        `label_replace(sum by (rev) (((last_over_time(r[60s]) - ${known}) >= 0) or (last_over_time(r[60s]) and ${known}) or ` +
        `(last_over_time(r[60s]) and on (instance, rev) (${known})) or (last_over_time(r[60s]) - min_over_time(r[60s]))), "steadyrun_part", "1", "", "")`,
    );
  });

  it('adds the first signs of young revisions, named in a fixed order', () => {
    expect(countingQuery(counting(app, { young: ['c', 'b'] }))).toContain(
      ' or (last_over_time(r{rev=~"b|c"}[60s]) unless on (rev) (last_over_time(r[15m] offset 60s)))',
    );
  });

  it("adds up Google's own changes, and asks nothing else of them", () => {
    const of = (matchers: string) =>
      `sum by (revision_name) (increase(run_googleapis_com:request_count{${matchers}}[1m]))`;
    expect(countingQuery(counting(platform(), { young: ['a'] }))).toBe(
      `label_replace(${of(`${scope},response_code_class="5xx"`)}, "steadyrun_part", "0", "", "") or ` +
        `label_replace(${of(scope)}, "steadyrun_part", "1", "", "")`,
    );
  });

  it('counts latencies by bucket', () => {
    expect(countingQuery(counting(latency()))).toBe(
      `sum by (revision_name, le) (increase(run_googleapis_com:request_latencies_bucket{${scope},le=~"300|\\\\+Inf"}[1m]))`,
    );
  });

  for (const windowMs of [90_000, 60_001, 30_000]) {
    it(`is not written for ${windowMs} ms of Google's changes`, () => {
      expect(() => countingQuery(counting(platform(), { windowMs }))).toThrow(RangeError);
    });
  }

  it('can be about one revision', () => {
    const query = countingQuery(counting(app, { revision: 'a' }));
    expect(query.match(/\br[{[]/g)).toHaveLength(query.match(/rev="a"/g)!.length);
  });

  it('writes windows in seconds, and in milliseconds where they are not whole seconds', () => {
    expect(countingQuery(counting(app, { windowMs: 15_000 }))).toContain('offset 15s)');
    expect(countingQuery(counting(app, { windowMs: 15_001 }))).toContain('offset 15001ms)');
  });

  for (const windowMs of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`is not written for a window of ${windowMs} ms`, () => {
      expect(() => countingQuery(counting(app, { windowMs }))).toThrow(RangeError);
    });
  }
});

it('asks how far the metrics reach, how often they come, which boundaries and revisions they have', () => {
  const requests = `run_googleapis_com:request_count{${scope}}`;
  expect(minutesQuery(platform())).toBe(`sum(increase(${requests}[1m]))`);
  expect(reachQuery(onPlain, 60_000)).toBe(`max(timestamp(${requests}))`);
  expect(reachQuery(app, 15_000)).toBe(
    'max(timestamp(r)) or label_replace(min(timestamp(r) > scalar(max(timestamp(r))) - 30), "steadyrun_part", "oldest", "", "")',
  );
  expect(samplesQuery(app)).toBe(
    'max(count_over_time(r[5m])) > max(count_over_time(r[5m] offset 30m)) or max(count_over_time(r[5m] offset 30m)) or max(count_over_time(r[5m]))',
  );
  expect(revisionsQuery(app)).toBe('count by (rev) (last_over_time(r[15m]))');
  expect(revisionsQuery(platform())).toBe(`count by (revision_name) (increase(${requests}[15m]))`);
  expect(boundariesQuery({ name: 'h_bucket', matchers: [] }, app)).toBe(
    'group by (le, rev) (last_over_time(h_bucket[15m]))',
  );
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
  return literal.slice(1, -1).replace(/\\(?:u([0-9a-f]{4})|(.))/gs, (_, code?: string, escaped?: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return escaped === 'n' ? '\n' : escaped!;
  });
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
    const record = fc.record({ project: hostile, region: hostile, name: hostile });
    const names = fc.uniqueArray(
      hostile.filter((name) => name !== ''),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(record, names, fc.constantFrom(platform, latency), (ref, young, measured) => {
        const plain = understood(
          countingQuery(counting(measured(service), { young: young.length > 0 ? ['plain'] : [] })),
        );
        const { errors, selectors, matchers } = understood(countingQuery(counting(measured(ref), { young })));
        const value: Record<string, string> = { project_id: ref.project, location: ref.region, service_name: ref.name };
        expect(errors).toBe(0);
        expect(selectors).toBe(plain.selectors);
        expect(matchers.map(([label]) => label)).toEqual(plain.matchers.map(([label]) => label));
        for (const [label = '', , text] of matchers) if (label in value) expect(text).toBe(value[label]);
      }),
      { numRuns: 300 },
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
