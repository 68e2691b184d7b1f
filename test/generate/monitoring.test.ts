/** Alert policies of Cloud Monitoring, of 100 policies of all kinds: what Google refuses, it refuses only when it is sent. */
import { describe, expect, test } from 'vitest';
import { alertsOf } from '../../src/generate/alerts.ts';
import { alertPolicyOf } from '../../src/generate/monitoring/alert-policy.ts';
import { monitoringOf, monitoringText } from '../../src/generate/monitoring/monitoring.ts';
import { drawnPolicies } from './drawn-policies.ts';
import { everyKindAt } from './every-kind.ts';

const policies = [everyKindAt('GoogleManagedPrometheus'), ...drawnPolicies(100)];
const written = policies.flatMap((policy) =>
  alertsOf(policy).alerts.map((alert) => ({ policy, alert, ...alertPolicyOf(alert, policy) })),
);
const conditions = written.flatMap((one) =>
  one.conditions.map((condition) => condition.conditionPrometheusQueryLanguage),
);

const hours: Readonly<Record<string, number>> = { s: 1 / 3600, m: 1 / 60, h: 1, d: 24 };
/** The longest window and the longest offset of a query. */
function looksBackHours(query: string): number {
  const longest = (pattern: RegExp) =>
    Math.max(0, ...[...query.matchAll(pattern)].map(([, count, unit]) => Number(count) * hours[unit!]!));
  return longest(/\[(\d+)([smhd])[\]:]/g) + longest(/offset (\d+)([smhd])/g);
}

describe('alert policies of Cloud Monitoring', () => {
  test('are evaluated every whole half minute', () => {
    for (const { evaluationInterval } of conditions) expect(Number.parseInt(evaluationInterval, 10) % 30).toBe(0);
  });

  test('have no duration where they look back over more than 25 hours', () => {
    const long = conditions.filter(({ query }) => looksBackHours(query) > 25);
    expect(long.length).toBeGreaterThan(100);
    for (const condition of long) expect(condition).not.toHaveProperty('duration');
  });

  test('wait as long as the alert says', () => {
    for (const { alert, conditions } of written) {
      if (!('for' in alert)) continue;
      const [condition] = conditions;
      expect(condition!.conditionPrometheusQueryLanguage).toMatchObject({
        duration: { '2m': '120s', '5m': '300s', '10m': '600s' }[alert.for],
      });
    }
  });

  test('have names and labels that Google takes', () => {
    for (const { alertRule, labels } of conditions) {
      expect(alertRule).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      for (const name of Object.keys(labels)) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
    }
    for (const { userLabels, documentation } of written) {
      for (const [name, value] of Object.entries(userLabels)) {
        expect(name).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
        expect(value).toMatch(/^[a-z0-9_-]{1,63}$/);
      }
      expect(documentation.content.length).toBeLessThan(8192);
      expect(documentation.subject.length).toBeLessThanOrEqual(255);
    }
  });

  test("link to the alert's own section of the runbook", () => {
    for (const { policy, alert, documentation } of written) {
      const { runbookUrl } = policy.generate;
      const links =
        runbookUrl === null ? undefined : [{ displayName: 'Runbook', url: `${runbookUrl}#${alert.anchor}` }];
      expect(documentation.links).toEqual(links);
    }
  });

  test('stand in one list with the dashboard, the same each time', () => {
    for (const policy of policies) {
      const list = JSON.parse(monitoringText([policy])) as readonly object[];
      expect(list.map((one) => ('conditions' in one ? 'AlertPolicy' : 'Dashboard'))).toEqual([
        ...alertsOf(policy).alerts.map(() => 'AlertPolicy'),
        'Dashboard',
      ]);
      expect(monitoringText([policy])).toBe(monitoringText([policy]));
    }
  });

  test("ask Google, wherever the operator's own metrics are", () => {
    expect(monitoringOf(everyKindAt('Prometheus'))).toEqual(monitoringOf(everyKindAt('GoogleManagedPrometheus')));
  });
});
