/** What an error budget is declared by: what follows from it, every bound of every field, and what contradicts itself. */
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { decimal } from '../../src/generate/decimal.ts';
import { admit } from '../../src/policy/admit.ts';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { parsePolicy, storedPolicy } from '../../src/policy/parse.ts';
import { minimal } from './invalid.ts';
import { validPolicy } from './valid.ts';

const dayMs = 86_400_000;
const withSpec = (spec: object) => ({ ...minimal, spec: { ...minimal.spec, ...spec } });

/** What is said of it by everybody who may be asked. */
function refusalOf(spec: object) {
  const raw = withSpec(spec);
  const { findings } = checkPolicies(stringify(raw, { version: '1.1' }));
  expect({ parsed: parsePolicy(raw).ok, admitted: admit(raw).ok }).toEqual({
    parsed: findings.length === 0,
    admitted: findings.length === 0,
  });
  return findings.map(({ path, message, hint }) => ({ path: path.replace('spec.', ''), message, hint }));
}

describe('The window', () => {
  test.each([7, 8, 9, 10, 28, 30, 89, 90])('may be %d days', (days) => {
    expect(validPolicy(undefined, { window: `${days}d` }).window).toEqual({ kind: 'Rolling', lengthMs: days * dayMs });
  });

  test.each([
    ['0d', null],
    ['6d', null],
    ['91d', null],
    ['07d', 'write 7d'],
    ['100d', null],
    ['30', 'write 30d'],
    ['30D', 'write 30d'],
    ['30 days', 'write 30d'],
    ['168h', 'write 7d'],
    ['720h', 'write 30d'],
    ['30h', null],
    ['1w', 'write 7d'],
    ['4w', 'write 28d'],
    ['13w', null],
    ['1M', null],
    ['', null],
    ['month', null],
    [30, 'write 30d'],
    [4, null],
    [true, null],
    [[], null],
    [['30d'], 'write 30d'],
  ])('may not be %j', (window, hint) => {
    expect(refusalOf({ window })).toEqual([
      {
        path: 'window',
        message: 'must be whole days from 7d to 90d, or a mapping of calendar and timeZone',
        hint: hint ?? 'write 30d, or {calendar: Month, timeZone: Europe/Berlin}',
      },
    ]);
  });

  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Argentina/Buenos_Aires',
    'Asia/Kathmandu',
    'Etc/GMT+2',
    'Pacific/Apia',
  ];
  test.each(['Month', 'Quarter'].flatMap((calendar) => zones.map((timeZone) => ({ calendar, timeZone }))))(
    'may be a $calendar of $timeZone',
    (window) => {
      const { calendar: period, timeZone } = window;
      expect(validPolicy(undefined, { window }).window).toEqual({ kind: 'Calendar', period, timeZone });
    },
  );

  test('is of UTC where nothing else is said, and 30 days where nothing is', () => {
    const { window } = validPolicy(undefined, { window: { calendar: 'Quarter' } });
    expect(window).toEqual({ kind: 'Calendar', period: 'Quarter', timeZone: 'UTC' });
    expect(validPolicy().window).toEqual({ kind: 'Rolling', lengthMs: 30 * dayMs });
  });

  test.each([
    ['Europe/Berln', 'did you mean Europe/Berlin?'],
    ['berlin', 'did you mean Europe/Berlin?'],
    ['New_York', 'did you mean America/New_York?'],
    ['Mars/Olympus_Mons', 'write the name of an IANA time zone, such as Europe/Berlin or UTC'],
  ])('of a time zone that there is not is refused by all but the API server: %s', (timeZone, hint) => {
    const raw = withSpec({ window: { calendar: 'Month', timeZone } });
    expect(admit(raw).ok).toBe(true);
    expect(checkPolicies(stringify(raw)).findings).toMatchObject([
      { path: 'spec.window.timeZone', message: `there is no time zone ${timeZone}`, hint },
    ]);
    expect(storedPolicy(raw).spec).toMatchObject({
      ok: false,
      message: `spec.window.timeZone: there is no time zone ${timeZone}`,
      readable: { window: { kind: 'Rolling', lengthMs: 30 * dayMs } },
    });
  });
});

/** The kinds of promise, each with the target that it has by itself, if any. */
const kinds = [
  ['requests', { requests: {} }, null],
  ['latency', { latency: { percentile: 97, threshold: '300ms' } }, 97],
  ['ratio', { ratio: { bad: 'x_total{code="500"}', total: 'x_total' } }, null],
  ['saturation', { saturation: { resource: 'Cpu' } }, 99.5],
  ['shared', { shared: { bad: 'db_errors_total', total: 'db_connects_total' } }, null],
] as const;
const byTier = { api: 99.9, beta: 99.5 };
const targets = kinds.flatMap(([kind, indicator, own]) =>
  [undefined, 98].flatMap((targetPercent) =>
    [undefined, byTier].flatMap((targetPercentByTier) =>
      [undefined, 'api', 'beta', 'prod', 'toString'].map((tier) => {
        const tierHas = tier !== undefined && targetPercentByTier && Object.hasOwn(targetPercentByTier, tier);
        const fallback = targetPercent ?? (targetPercentByTier ? null : own);
        const expected = tierHas ? byTier[tier as keyof typeof byTier] : fallback;
        return { kind, indicator, targetPercent, targetPercentByTier, tier, expected };
      }),
    ),
  ),
);

describe('The target', () => {
  test.each(targets)(
    'of $kind with $targetPercent, by tier $targetPercentByTier, in the tier $tier is $expected',
    ({ indicator, targetPercent, targetPercentByTier, tier, expected }) => {
      const one = JSON.parse(JSON.stringify({ name: 'one', indicator, targetPercent, targetPercentByTier }));
      const spec = { ...(tier !== undefined && { tier }), objectives: [{ name: 'first', targetPercent: 50 }, one] };
      if (expected === null) {
        const [refusal, ...others] = refusalOf(spec);
        expect(refusal!.path).toMatch(/^objectives\[1\]/);
        expect(refusal!.hint).toMatch(/add targetPercent: 99.9|or targetPercent/);
        expect(others).toEqual([]);
        return;
      }
      const policy = validPolicy(spec.objectives, spec);
      const found = [...policy.objectives, ...policy.watched, ...policy.shared].find(({ name }) => name === 'one');
      expect(found!.allowedBadFraction).toBe(Number((100 - expected).toPrecision(12)) / 100);
      expect(policy.tier).toBe(tier ?? null);
    },
  );

  test.each([1, 100, 0.999, 101, -1])('of a tier may not be %d', (target) => {
    const objectives = [{ name: 'a', targetPercent: 99, targetPercentByTier: { api: target } }];
    expect(refusalOf({ objectives })).toMatchObject([{ path: 'objectives[0].targetPercentByTier.api' }]);
  });

  test.each([
    [1, true],
    [20, true],
    [0, false],
    [21, false],
  ])('may be there for %d tiers: %s', (count, isFine) => {
    const targetPercentByTier = Object.fromEntries(Array.from({ length: count }, (_, n) => [`tier-${n}`, 99]));
    expect(refusalOf({ objectives: [{ name: 'a', targetPercent: 99, targetPercentByTier }] })).toHaveLength(
      isFine ? 0 : 1,
    );
  });

  test.each(['x'.repeat(64), ''])('of a tier that is no name is refused: %j', (tier) => {
    const objectives = [{ name: 'a', targetPercent: 99, targetPercentByTier: { [tier]: 99 } }];
    expect(refusalOf({ objectives })).toMatchObject([{ message: 'a tier must be 1 to 63 characters long' }]);
    expect(refusalOf({ tier })).toMatchObject([{ path: 'tier' }]);
  });
});

describe('A time slice', () => {
  const judged = kinds.filter(([kind]) => kind !== 'saturation').map(([, indicator]) => indicator);
  const sliced = (timeSlice: string, indicator: object) => ({
    objectives: [
      { name: 'first', targetPercent: 50 },
      { name: 'one', targetPercent: 99, indicator, timeSlice },
    ],
  });

  test.each(Array.from({ length: 61 }, (_, n) => n + 1))(
    'of %d minutes is taken where it fills an hour evenly',
    (length) => {
      for (const indicator of judged) {
        expect(refusalOf(sliced(`${length}m`, indicator))).toHaveLength(60 % length === 0 ? 0 : 1);
      }
    },
  );

  test.each([
    ['60s', 60_000],
    ['300000ms', 300_000],
    ['0h5m', 300_000],
    ['1h', 3_600_000],
  ])('is %s in whatever units', (text, lengthMs) => {
    for (const indicator of judged) {
      const policy = validPolicy(sliced(text, indicator).objectives);
      const found = [...policy.objectives, ...policy.shared].find(({ name }) => name === 'one');
      expect(found!.timeSliceMs).toBe(lengthMs);
    }
  });

  test.each(['30s', '90s', '61s', '2h', '0s', '5', '1d', 'five'])('may not be %s', (text) => {
    expect(refusalOf(sliced(text, { requests: {} }))).toMatchObject([{ path: 'objectives[1].timeSlice' }]);
  });

  test('is none where none is written', () => {
    expect(validPolicy().objectives[0]!.timeSliceMs).toBeNull();
  });
});

describe('What is shared', () => {
  const shared = (bad: string, total: string) => ({
    name: 'db',
    targetPercent: 99,
    indicator: { shared: { bad, total } },
  });

  test.each([true, false, undefined])('gates nothing, whatever is written: %s', (gate) => {
    const objectives = [
      { name: 'a', targetPercent: 99 },
      { ...shared('a_total', 'b_total'), ...(gate !== undefined && { gate }) },
    ];
    expect(refusalOf({ objectives })).toHaveLength(gate === true ? 1 : 0);
    if (gate) return;
    const policy = validPolicy(objectives);
    expect(policy.objectives.map(({ name }) => name)).toEqual(['a']);
    expect(policy.shared).toMatchObject([{ name: 'db', allowedBadFraction: 0.01, counters: { events: 'Rate' } }]);
  });

  test.each([
    ['x_total{code="500"}', 'x_total', 'Share'],
    ['a_total', 'b_total', 'Rate'],
    ['sum(rate(x_total{code="500"}[5m]))', 'sum(rate(x_total[5m]))', 'Share'],
  ])('is read as a ratio is: %s of %s is a %s', (bad, total, events) => {
    expect(validPolicy([{ name: 'a', targetPercent: 99 }, shared(bad, total)]).shared[0]!.counters.events).toBe(events);
  });

  test.each([
    ['x_total{', 'x_total', 'shared.bad'],
    ['x_total', 'up', 'shared.total'],
    ['x_total', 'x_total', 'shared.bad'],
    ['run_googleapis_com:request_count{response_code_class="5xx"}', 'run_googleapis_com:request_count', 'shared.bad'],
  ])('is refused where it cannot be: %s of %s', (bad, total, field) => {
    const raw = withSpec({ objectives: [{ name: 'a', targetPercent: 99 }, shared(bad, total)] });
    const [finding, ...others] = checkPolicies(stringify(raw)).findings;
    expect(finding).toMatchObject({ path: `spec.objectives[1].indicator.${field}`, hint: expect.stringMatching(/\S/) });
    expect(others).toEqual([]);
  });
});

describe('Paths that are left out', () => {
  const query = (metric: string) => `histogram_quantile(0.95, sum by (le) (rate(${metric}[5m])))`;
  const leaving = (latency: object) => ({
    objectives: [{ name: 'a', indicator: { latency: { threshold: '300ms', ...latency } } }],
  });

  test.each([
    [['/healthz']],
    [['/', '/users/:id', '/a.b*(c)|d?e=f&g#h"']],
    [Array.from({ length: 20 }, (_, n) => `/${n}`)],
  ])('are kept as they are: %j', (excludePaths) => {
    const { objectives } = leaving({ query: query('x_seconds_bucket'), excludePaths });
    expect(refusalOf({ objectives })).toEqual([]);
    expect(validPolicy(objectives).objectives[0]!.indicator).toMatchObject({ kind: 'Latency', excludePaths });
  });

  test.each([
    [[]],
    [['healthz']],
    [['/a b']],
    [['/a', '/a']],
    [['']],
    [[5]],
    [Array.from({ length: 21 }, (_, n) => `/${n}`)],
  ])('may not be %j', (excludePaths) => {
    const [refusal] = refusalOf(leaving({ query: query('x_seconds_bucket'), excludePaths }));
    expect(refusal!.path).toMatch(/excludePaths/);
  });

  test.each([
    ['by its percentile', { percentile: 95 }, 'latency'],
    ['by a query', { query: query('run_googleapis_com:request_latencies_bucket') }, 'latency.excludePaths'],
  ])('are refused of Cloud Run’s own latencies %s', (_, latency, field) => {
    const raw = withSpec(leaving({ ...latency, excludePaths: ['/healthz'] }));
    expect(checkPolicies(stringify(raw)).findings).toMatchObject([
      { path: `spec.objectives[0].indicator.${field}`, message: expect.stringMatching(/Cloud Run's own .*paths/) },
    ]);
  });
});

describe('The error budget policy', () => {
  const actions = ['Slow', 'Freeze', 'RequirePostmortem'] as const;
  const rule = (whenRemainingBelowPercent: number, liftAbovePercent: number, action: string = 'Freeze') => ({
    whenRemainingBelowPercent,
    action,
    liftAbovePercent,
  });

  const levels = [0, 0.5, 10, 50, 99, 99.9];
  test.each(levels.flatMap((when) => [...levels, 100, -1].map((lift) => [when, lift] as const)))(
    'that begins below %d and is lifted above %d has to have room between',
    (when, lift) => {
      const isFine = lift > when && lift < 100;
      const refusals = refusalOf({ errorBudgetPolicy: [rule(when, lift)] });
      expect(refusals.length === 0).toBe(isFine);
      if (isFine)
        expect(validPolicy(undefined, { errorBudgetPolicy: [rule(when, lift)] }).errorBudgetPolicy).toEqual([
          rule(when, lift),
        ]);
      const mended = refusals.flatMap(({ hint }) => /^write liftAbovePercent: ([0-9.]+)$/.exec(hint)?.[1] ?? []);
      for (const text of mended) expect(refusalOf({ errorBudgetPolicy: [rule(when, Number(text))] })).toEqual([]);
    },
  );

  test.each([-1, 100, 101])('may not begin below %d', (when) => {
    expect(refusalOf({ errorBudgetPolicy: [rule(when, 99)] }).map(({ path }) => path)).toContain(
      'errorBudgetPolicy[0].whenRemainingBelowPercent',
    );
  });

  test.each(actions.flatMap((a) => actions.map((b) => [a, b] as const)))(
    'has one rule for an action: %s and %s',
    (a, b) => {
      const refusals = refusalOf({ errorBudgetPolicy: [rule(10, 20, a), rule(5, 15, b)] });
      expect(refusals).toEqual(
        a === b
          ? [
              {
                path: 'errorBudgetPolicy[1].action',
                message: `there is already a rule with action ${a}`,
                hint: 'keep one of them',
              },
            ]
          : [],
      );
    },
  );

  test.each(['whenRemainingBelowPercent', 'action', 'liftAbovePercent'])('needs %s', (field) => {
    const { [field]: _, ...rest } = rule(10, 20) as Record<string, unknown>;
    expect(refusalOf({ errorBudgetPolicy: [rest] })).toMatchObject([
      { path: `errorBudgetPolicy[0].${field}`, message: 'is required' },
    ]);
  });

  test('may be empty, and is where nothing is written', () => {
    expect(validPolicy(undefined, { errorBudgetPolicy: [] }).errorBudgetPolicy).toEqual([]);
    expect(validPolicy().errorBudgetPolicy).toEqual([]);
  });
});

describe('What is generated', () => {
  test.each([
    [{}, { rules: null, runbookUrl: null }],
    [{ rules: 'GlobalRules' }, { rules: 'GlobalRules', runbookUrl: null }],
    [
      { rules: 'PrometheusRule', runbookUrl: 'https://a.b/c?d=e' },
      { rules: 'PrometheusRule', runbookUrl: 'https://a.b/c?d=e' },
    ],
    [undefined, { rules: null, runbookUrl: null }],
  ])('is what is written: %j', (generate, expected) => {
    expect(validPolicy(undefined, { ...(generate && { generate }) }).generate).toEqual(expected);
  });

  test.each([
    'ftp://a',
    'https://',
    'https://a#b',
    'https://u:p@a',
    'a.md',
    'https://a b',
    'javascript:alert(1)',
    `https://a/${'b'.repeat(512)}`,
  ])('may not link to %s', (runbookUrl) => {
    expect(refusalOf({ generate: { runbookUrl } })).toMatchObject([{ path: 'generate.runbookUrl' }]);
  });
});

test.each([
  [99.9, '0.001'],
  [99.9999, '0.000001'],
  [99.999999, '0.00000001'],
  [99.9999999999, '0.000000000001'],
  [1.0000001, '0.989999999'],
  [50.5, '0.495'],
])('a target of %s allows %s, without the noise of binary fractions', (targetPercent, allowed) => {
  const [found] = validPolicy([{ name: 'a', targetPercent }]).objectives;
  expect(decimal(found!.allowedBadFraction)).toBe(allowed);
});

test('whatever the target, something is allowed', () => {
  const [found] = validPolicy([{ name: 'a', targetPercent: 100 - 2 ** -46 }]).objectives;
  expect(found!.allowedBadFraction).toBeGreaterThan(0);
});
