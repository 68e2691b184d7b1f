/** What is said of an objective stands at that objective, whatever kinds stand before it. */
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { minimal } from './invalid.ts';

const judged = { name: 'availability', targetPercent: 99.9 };
const watched = { name: 'memory', indicator: { saturation: { resource: 'Memory' } } };
const shared = {
  name: 'database',
  targetPercent: 99,
  indicator: { shared: { bad: 'db_errors_total', total: 'db_connects_total' } },
};
const latency = (query: string) => ({ name: 'told', indicator: { latency: { threshold: '300ms', query } } });
const ratio = (query: string) => ({ name: 'told', targetPercent: 99, indicator: { ratio: { query } } });

const before = [
  [],
  [judged],
  [watched],
  [shared],
  [watched, shared],
  [shared, judged, watched],
  [watched, watched, shared],
];
const told = [
  ['a unit that nothing tells', latency('histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))'), 'latency.query'],
  [
    'a unit that is only usual',
    latency('histogram_quantile(0.95, sum by (le) (rate(http_server_duration_bucket[5m])))'),
    'latency.query',
  ],
  [
    'a ratio that is turned round',
    ratio('sum(rate(x_total{code!~"5.."}[5m])) / sum(rate(x_total[5m]))'),
    'ratio.query',
  ],
  ['a ratio that proves nothing', ratio('sum(rate(a_total[5m])) / sum(rate(b_total[5m]))'), 'ratio.query'],
] as const;

const cases = told.flatMap(([what, objective, field]) =>
  before.map((list) => ({
    what,
    objective,
    field,
    list,
    behind: list.map(({ name }) => name).join(', ') || 'nothing',
  })),
);

describe('A place in a file', () => {
  test.each(cases)('is that of $what, behind $behind', ({ objective, field, list }) => {
    const named = list.map((one, index) => ({ ...one, name: `${one.name}-${index}` }));
    const objectives = [...named, objective, { ...judged, name: 'last' }];
    const text = stringify({ ...minimal, spec: { ...minimal.spec, objectives } });
    const { findings, notes } = checkPolicies(text);
    const [found, ...others] = [...findings, ...notes];
    expect(others).toEqual([]);
    expect(found!.path).toBe(`spec.objectives[${list.length}].indicator.${field}`);
    expect(text.split('\n')[found!.line - 1]).toContain('query:');
  });
});
