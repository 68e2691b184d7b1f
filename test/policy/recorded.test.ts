/** A counter with a colon in its name: told beside every field in which it may be asked for, and once. */
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { mayBeRecorded } from '../../src/promql/counters/names.ts';
import { availability } from './valid.ts';

const checked = (objectives: readonly object[], spec: object = {}) =>
  checkPolicies(
    stringify({
      apiVersion: 'steadyrun.dev/v1alpha1',
      kind: 'SLOPolicy',
      metadata: { name: 'api' },
      spec: {
        service: { project: 'acme', region: 'europe-west1', name: 'api' },
        objectives: [...objectives, availability],
        ...spec,
      },
    }),
  );

type Asked = (metric: string) => object;
const ratioOf = (ratio: object) => ({ indicator: { ratio } });
const share = (of: string) => `sum(rate(${of}_total{code=~"5.."}[5m])) / sum(rate(${of}_total[5m]))`;
const p95 = (of: string) => `histogram_quantile(0.95, sum by (le) (rate(${of}_request_duration_seconds_bucket[5m])))`;

/** Whose fields ask for it, of an objective of each kind. */
const fields: readonly (readonly [what: string, asked: Asked, fields: readonly string[]])[] = [
  ['a query of a ratio', (of) => ratioOf({ query: share(of) }), ['ratio.query']],
  ['bad', (of) => ratioOf({ bad: `${of}_failed_total`, total: 'orders_total' }), ['ratio.bad']],
  ['good', (of) => ratioOf({ good: `${of}_succeeded_total`, total: 'orders_total' }), ['ratio.good']],
  ['total', (of) => ratioOf({ bad: 'orders_failed_total', total: `${of}_total` }), ['ratio.total']],
  ['both counters', (of) => ratioOf({ bad: `${of}_failed_total`, total: `${of}_total` }), ['ratio.bad', 'ratio.total']],
  [
    'a sum of counters',
    (of) => ratioOf({ bad: `sum(rate(${of}_failed_total[5m]))`, total: 'orders_total' }),
    ['ratio.bad'],
  ],
  [
    'a name in braces',
    (of) => ratioOf({ bad: `{__name__="${of}_failed_total"}`, total: 'orders_total' }),
    ['ratio.bad'],
  ],
  ['a histogram', (of) => ({ indicator: { latency: { threshold: '300ms', query: p95(of) } } }), ['latency.query']],
  [
    'what is shared',
    (of) => ({ indicator: { shared: { bad: `${of}_errors_total`, total: `${of}_total` } } }),
    ['shared.bad', 'shared.total'],
  ],
];

const others = [{}, { gate: false }, { timeSlice: '5m' }];
const objective = (more: object) => ({ name: 'orders', targetPercent: 99, ...more });

describe.each(fields)('%s', (what, asked, at) => {
  const kinds = what === 'what is shared' ? [{}] : others;

  test.each(kinds)('is warned of with %j, where it is named as a recording rule is', (kind) => {
    const { findings, warnings, policies } = checked([objective({ ...asked('checkout:orders'), ...kind })]);
    expect(findings).toEqual([]);
    expect(policies).toHaveLength(1);
    expect(warnings.map(({ path }) => path)).toEqual(at.map((field) => `spec.objectives[0].indicator.${field}`));
    for (const { message, hint, line } of warnings) {
      expect(message).toMatch(/^checkout:orders_\w+ is named as a recording rule is\. /);
      expect(hint).toMatch(/^ask for the counters that the rule adds up, /);
      expect(line).toBeGreaterThan(9);
    }
  });

  test.each(['orders', 'custom_googleapis_com:orders', 'istio_io:orders', 'vllm:orders'])(
    'is not where it asks for %s',
    (of) => {
      expect(checked([objective(asked(of))]).warnings).toEqual([]);
    },
  );

  test.each(['job:orders', 'checkout:orders:rate5m', ':orders'])(
    'is refused as %s, and not warned of beside it',
    (of) => {
      const { findings, warnings } = checked([objective(asked(of))]);
      expect(findings.length).toBeGreaterThan(0);
      const told = findings.map(({ path }) => path);
      expect(warnings.filter(({ path }) => told.includes(path))).toEqual([]);
      expect(warnings).toEqual([]);
    },
  );

  test('is warned of with an error elsewhere', () => {
    const { findings, warnings } = checked([objective(asked('checkout:orders'))], { mode: 'Enforced' });
    expect(findings.map(({ path }) => path)).toEqual(['spec.mode']);
    expect(warnings).toHaveLength(at.length);
  });
});

test.each([
  ['run_googleapis_com:request_count', false],
  ['loadbalancing_googleapis_com:https_request_count', false],
  ['kubernetes_io:container_restart_count', false],
  ['http_requests_total', false],
  ['checkout:orders_total', true],
  ['job:http_requests_total', true],
  ['a:b:c', true],
])('%s may be recorded: %s', (name, is) => {
  expect(mayBeRecorded(name)).toBe(is);
});
