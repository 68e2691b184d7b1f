/**
 * What is generated has the shape that is published: Grafana's dashboard and rules by the SDK that is made from its schemas,
 * strictly, Cloud Monitoring's policies and dashboard by Google's protocol buffers. Of 100 policies of all kinds.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { dashboardText } from '../../src/generate/dashboard/dashboard.ts';
import { provisioningText } from '../../src/generate/grafana/provisioning.ts';
import { monitoringText } from '../../src/generate/monitoring/monitoring.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { drawnPolicies } from './drawn-policies.ts';
import { everyKindAt } from './every-kind.ts';

const program = process.env.PUBLISHED || null;

interface Document {
  readonly kind: 'GrafanaDashboard' | 'GrafanaRule' | 'AlertPolicy' | 'MonitoringDashboard';
  readonly value: unknown;
}

describe.skipIf(program === null)('by the published shapes', () => {
  test('everything of every kind of promise, and of 100 policies, is valid', { timeout: 300_000 }, () => {
    const policies = [everyKindAt('GoogleManagedPrometheus'), everyKindAt('Prometheus'), ...drawnPolicies(100)];
    const documents = policies.flatMap(documentsOf);
    expect(documents.length).toBeGreaterThan(1000);
    const errors = errorsOf(documents).flatMap((error, i) => (error === '' ? [] : [{ error, ...documents[i]! }]));
    expect(errors.slice(0, 3)).toEqual([]);
  });

  test('a field that is not published is found', () => {
    const [dashboard, rule] = documentsOf(everyKindAt('Prometheus'));
    const alertPolicy = documentsOf(everyKindAt('Prometheus')).find(({ kind }) => kind === 'AlertPolicy')!;
    const wrong = [dashboard!, rule!, alertPolicy].map(({ kind, value }) => ({
      kind,
      value: { ...(value as object), other: 1 },
    }));
    expect(errorsOf(wrong)).toEqual(wrong.map(() => expect.stringContaining('other')));
  });
});

function documentsOf(policy: Policy): Document[] {
  const { groups } = parseYaml(provisioningText([policy], { datasourceUid: 'prometheus' })) as Provisioning;
  const monitoring = JSON.parse(monitoringText([policy])) as readonly object[];
  return [
    { kind: 'GrafanaDashboard', value: JSON.parse(dashboardText([policy])) },
    // A file has what is common to a group's rules once; everything else is the same.
    ...groups.flatMap(({ name, folder, orgId, rules }) =>
      rules.map(
        (rule): Document => ({
          kind: 'GrafanaRule',
          value: { ...rule, ruleGroup: name, folderUID: folder, orgID: orgId },
        }),
      ),
    ),
    ...monitoring.map(
      (value): Document => ({ kind: 'conditions' in value ? 'AlertPolicy' : 'MonitoringDashboard', value }),
    ),
  ];
}

interface Provisioning {
  readonly groups: readonly { name: string; folder: string; orgId: number; rules: readonly object[] }[];
}

function errorsOf(documents: readonly Document[]): string[] {
  const { stdout, stderr, status } = spawnSync(program!, {
    input: JSON.stringify(documents),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}
