/** The rules of policies as files: what each taker allows, and nothing else. */
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Flavor, flavors, rulesText, usualFlavor } from '../../src/generate/flavors.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { availability, latency, validPolicy, websockets } from '../policy/valid.ts';
import { drawn, kinds } from './drawn.ts';

const plain = { type: 'Prometheus', address: 'http://prometheus:9090' };
const watched = ['Cpu', 'Memory', 'Concurrency'].map((resource) => ({
  name: resource.toLowerCase(),
  indicator: { saturation: { resource } },
}));
const policies = [
  ...kinds.map((_, seed) => named(drawn(seed).policy, `api-${seed}`)),
  named(validPolicy([availability, latency, websockets, ...watched]), 'all'),
];

function named(policy: Policy, name: string, namespace = 'default'): Policy {
  return { ...policy, key: { namespace, name } };
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

interface Written {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly groups: readonly Group[] };
  readonly groups?: readonly Group[];
}

const documentsOf = (text: string): Written[] =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Written;
  });

const groupsOf = (text: string): Group[] =>
  documentsOf(text).flatMap(({ spec, groups }) => [...(spec?.groups ?? []), ...(groups ?? [])]);

describe('Generated rules', () => {
  test.each<[Flavor, object]>([
    [
      'GlobalRules',
      { apiVersion: 'monitoring.googleapis.com/v1', kind: 'GlobalRules', metadata: { name: 'steadyrun-shop.api' } },
    ],
    [
      'PrometheusRule',
      {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PrometheusRule',
        metadata: { name: 'steadyrun-api', namespace: 'shop' },
      },
    ],
  ])('are of the kind %s, a document for each policy', (flavor, expected) => {
    const written = documentsOf(
      rulesText([named(validPolicy(), 'api', 'shop'), named(validPolicy(), 'web', 'shop')], flavor),
    );
    expect(written).toHaveLength(2);
    expect(written[0]).toMatchObject(expected);
    expect(written[0]!.metadata!.namespace).toBe(flavor === 'GlobalRules' ? undefined : 'shop');
  });

  test('of Google are told apart where namespace and name run into each other', () => {
    const keys = [
      ['a-b', 'c'],
      ['a', 'b-c'],
      ['a', 'b.c'],
      ['a-b', '1.c'],
    ] as const;
    const written = documentsOf(
      rulesText(
        keys.map(([namespace, name]) => named(validPolicy(), name, namespace)),
        'GlobalRules',
      ),
    );
    const names = written.map(({ metadata }) => metadata!.name);
    expect(new Set(names).size).toBe(keys.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  });

  test('are one list of groups in a file, of all policies', () => {
    const written = documentsOf(rulesText(policies, 'File'));
    expect(written.map((one) => Object.keys(one))).toEqual([['groups']]);
    expect(written[0]!.groups).toEqual(groupsOf(rulesText(policies, 'GlobalRules')));
  });

  test.each(flavors)('%s: have only the fields that all takers know, each of the form that they ask for', (flavor) => {
    const groups = groupsOf(rulesText(policies, flavor));
    expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
    for (const { rules, ...group } of groups) {
      expect(Object.keys(group).sort()).toEqual(['interval', 'name']);
      for (const rule of rules) {
        const fields = Object.keys(rule)
          .filter((field) => field !== 'for')
          .sort();
        const isAlert = rule.alert !== undefined;
        expect(fields).toEqual(isAlert ? ['alert', 'annotations', 'expr', 'labels'] : ['expr', 'labels', 'record']);
        if (isAlert) expect(rule.alert).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
        for (const value of Object.values({ ...rule.labels, ...rule.annotations })) expect(typeof value).toBe('string');
        for (const label of Object.keys(rule.labels)) expect(label).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      }
    }
  });

  test('alert by no number with noise in it, and link each to a section of its own', () => {
    const policy = named(
      validPolicy([availability, latency, websockets], { generate: { runbookUrl: 'https://example.com/r' } }),
      'api',
    );
    const alerts = groupsOf(rulesText([policy], 'File')).flatMap(({ rules }) => rules.filter(({ alert }) => alert));
    for (const { expr } of alerts) expect(expr).not.toMatch(/\d\.\d*(?:0000|9999)\d*|\de-\d/);
    const links = alerts.map(({ annotations }) => annotations!.runbook_url);
    expect(new Set(links).size).toBe(alerts.length);
    expect(links[0]).toBe('https://example.com/r#availability-budget-burn-1h');
  });

  test("record what Sloth's dashboards read, by the names and labels that they choose by", () => {
    const recorded = groupsOf(rulesText([named(validPolicy(), 'api')], 'File')).flatMap(({ rules }) => rules);
    for (const name of [
      ...['5m', '30m', '1h', '2h', '6h', '1d', '3d', '30d'].map((window) => `slo:sli_error:ratio_rate${window}`),
      ...['slo:objective:ratio', 'slo:error_budget:ratio', 'slo:time_period:days', 'slo:current_burn_rate:ratio'],
      ...['slo:period_burn_rate:ratio', 'slo:period_error_budget_remaining:ratio', 'sloth_slo_info'],
    ]) {
      const found = recorded.filter(({ record }) => record === name);
      expect(found, name).toHaveLength(1);
      expect(found[0]!.labels).toMatchObject({
        sloth_id: 'default/api/availability',
        sloth_service: 'default/api',
        sloth_slo: 'availability',
      });
    }
  });

  test('are one another’s in nothing that a dashboard chooses by, whatever namespaces, policies and promises are called', () => {
    const words = ['a', 'b', 'a-b', 'b-a', 'a-b-a'];
    const all = words.flatMap((namespace) =>
      words.flatMap((name) => {
        const policy = named(validPolicy(words.map((one) => ({ ...availability, name: one }))), name, namespace);
        const recorded = groupsOf(rulesText([policy], 'File')).flatMap(({ rules }) => rules);
        return recorded.filter(({ record }) => record === 'sloth_slo_info').map(({ labels }) => labels!);
      }),
    );
    expect(all).toHaveLength(words.length ** 3);
    expect(new Set(all.map(({ sloth_id }) => sloth_id)).size).toBe(all.length);
    expect(new Set(all.map(({ sloth_service, sloth_slo }) => `${sloth_service} ${sloth_slo}`)).size).toBe(all.length);
  });

  test('say what was left out, and what a calendar cannot be', () => {
    const often = validPolicy([{ name: 'a', targetPercent: 90 }], { window: { calendar: 'Month' } });
    const text = rulesText([often], 'GlobalRules');
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Generated from the SLOPolicy default/api by steadyrun generate rules. Do not edit.',
      '# A rule cannot begin anew with a month or quarter: the budget here is of its usual length, rolling on; status.budget has the real one.',
      '# Left out: ABudgetBurn1h. 10 % may be bad, so that this alert would need 144 %: it could never fire.',
    ]);
  });

  test.each([
    [{}, 'GlobalRules'],
    [{ metrics: plain }, 'PrometheusRule'],
    [{ generate: { rules: 'PrometheusRule' } }, 'PrometheusRule'],
    [{ metrics: plain, generate: { rules: 'GlobalRules' } }, 'GlobalRules'],
  ])('of a policy with %j are %s', (spec, flavor) => {
    expect(usualFlavor(validPolicy([availability], spec))).toBe(flavor);
  });

  test('have names that Kubernetes takes, each policy its own, however long', () => {
    const long = 'a.'.repeat(125);
    const two = [named(validPolicy(), `${long}bc`, 'n'.repeat(63)), named(validPolicy(), `${long}bd`, 'n'.repeat(63))];
    for (const flavor of ['GlobalRules', 'PrometheusRule'] as const) {
      const names = documentsOf(rulesText(two, flavor)).map(({ metadata }) => metadata!.name);
      expect(new Set(names).size).toBe(2);
      for (const name of names) {
        expect(name.length).toBeLessThanOrEqual(253);
        expect(name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/);
      }
    }
  });
});

test.each(flavors)('%s quotes what YAML 1.1 would take for something else than a name', (flavor) => {
  for (const name of ['on', 'yes', '1e3']) {
    const [document] = parseAllDocuments(rulesText([validPolicy([{ ...availability, name }])], flavor), {
      version: '1.1',
    });
    expect(JSON.stringify(document!.toJS())).toContain(`"sloth_slo":"${name}"`);
  }
});
