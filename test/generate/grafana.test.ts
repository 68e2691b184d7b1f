/**
 * Grafana ends its start with an error when it cannot read a provisioning file, so what its loader asks for is asked here of
 * 100 policies of all kinds: names, folders, intervals, identities, conditions that exist, states that it knows.
 */
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { alertsOf } from '../../src/generate/alerts.ts';
import { provisioningOf, provisioningText } from '../../src/generate/grafana/provisioning.ts';
import { availability, validPolicy } from '../policy/valid.ts';
import { drawnPolicies } from './drawn-policies.ts';
import { everyKindAt } from './every-kind.ts';

const options = { datasourceUid: 'PBFA97CFB590B2093' };
const policies = [everyKindAt('GoogleManagedPrometheus'), ...drawnPolicies(100)];
const files = policies.map((policy) => provisioningOf([policy], options));
const rules = files.flatMap(({ groups }) => groups.flatMap((group) => group.rules.map((rule) => ({ group, rule }))));

const duration = /^(?:0|(?:\d+[wdhms])+)s?$/;

describe("Grafana's alerts from a file", () => {
  test.each(['1.1', '1.2'] as const)('come back from YAML %s as they were, whatever they are called', (version) => {
    const odd = ['on', 'no', 'y', '1e3', 'e12', '0x1f', '012', 'null'].map((name) =>
      validPolicy([{ ...availability, name }], {}, /^[a-z]/.test(name) ? name : 'api'),
    );
    for (const policy of [...policies, ...odd])
      expect(parseYaml(provisioningText([policy], options), { version })).toEqual(provisioningOf([policy], options));
  });

  test('have groups with a name, a folder, an interval and an organisation', () => {
    for (const { apiVersion, groups } of files) {
      expect(apiVersion).toBe(1);
      for (const { name, folder, interval, orgId } of groups) {
        expect(name).not.toBe('');
        expect(folder).toMatch(/^[^/]+$/);
        expect(interval).toMatch(duration);
        expect(orgId).toBe(1);
      }
    }
  });

  test('have identities that Grafana takes, each once, and titles that are unique in their folder', () => {
    const uids = rules.map(({ rule }) => rule.uid);
    for (const uid of uids) expect(uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
    expect(new Set(uids).size).toBe(uids.length);
    const titles = rules.map(({ group, rule }) => `${group.folder}/${rule.title}`);
    expect(new Set(titles).size).toBe(titles.length);
    for (const { rule } of rules) expect(rule.title.length).toBeLessThanOrEqual(190);
  });

  test('have titles and groups that are short enough and told apart, however long the names are', () => {
    const [objective, namespace] = ['o'.repeat(63), 'n'.repeat(63)];
    const long = ['a', 'b'].map((last) => ({
      ...validPolicy([{ ...availability, name: objective }]),
      key: { namespace, name: `${'p'.repeat(252)}${last}` },
    }));
    const { groups } = provisioningOf(long, options);
    const names = [...groups.map(({ name }) => name), ...groups.flatMap((one) => one.rules.map(({ title }) => title))];
    for (const name of names) expect(name.length).toBeLessThanOrEqual(190);
    expect(new Set(names).size).toBe(names.length);
  });

  test('ask the data source, reduce and compare by expressions, and have a condition among them', () => {
    for (const { rule } of rules) {
      const [query, ...expressions] = rule.data;
      expect(rule.data.map(({ refId }) => refId)).toContain(rule.condition);
      expect(query).toMatchObject({ datasourceUid: options.datasourceUid, model: { instant: true } });
      expect(expressions.map(({ datasourceUid }) => datasourceUid)).toEqual(['__expr__', '__expr__']);
      expect(expressions.map(({ model }) => model)).toMatchObject([
        { type: 'reduce', expression: 'A' },
        { type: 'threshold', expression: 'B' },
      ]);
      for (const { refId, model } of rule.data) expect(model.refId).toBe(refId);
    }
  });

  test('say what silence and failure mean, and wait as long as the alert says', () => {
    for (const { rule } of rules) {
      expect(rule).toMatchObject({ noDataState: 'OK', execErrState: 'Error', for: expect.stringMatching(duration) });
    }
  });

  test('have the severity as a label, and the runbook of their own section', () => {
    for (const [i, policy] of policies.entries()) {
      const { alerts } = alertsOf(policy);
      const written = files[i]!.groups.flatMap((group) => group.rules);
      expect(written.map(({ labels }) => labels.severity)).toEqual(alerts.map(({ severity }) => severity));
      const { runbookUrl } = policy.generate;
      expect(written.map(({ annotations }) => annotations.runbook_url)).toEqual(
        alerts.map(({ anchor }) => (runbookUrl === null ? undefined : `${runbookUrl}#${anchor}`)),
      );
    }
  });

  test('hold no variable of the environment', () => {
    for (const { rule } of rules) {
      const expanded = [rule.uid, rule.title, ...Object.values(rule.labels)];
      for (const text of expanded) expect(text).not.toMatch(/(?<!\$)\$(?!\$)/);
    }
  });

  test('are the same each time', () => {
    expect(policies.map((policy) => provisioningText([policy], options))).toEqual(
      policies.map((policy) => provisioningText([policy], options)),
    );
  });
});
