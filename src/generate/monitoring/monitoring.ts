/**
 * What Cloud Monitoring takes: alert policies whose conditions are PromQL, and a dashboard, as one list of JSON. Google is
 * asked, wherever the operator asks. Pure.
 */
import type { Policy } from '../../policy/policy.ts';
import { alertsOf } from '../alerts.ts';
import { alertPolicyOf } from './alert-policy.ts';
import { monitoringDashboardOf } from './dashboard.ts';

export const monitoringText = (policies: readonly Policy[]): string =>
  `${JSON.stringify(policies.flatMap(monitoringOf), null, 2)}\n`;

export function monitoringOf(policy: Policy): object[] {
  const google: Policy = { ...policy, metrics: { type: 'GoogleManagedPrometheus', project: policy.service.project } };
  return [...alertsOf(google).alerts.map((alert) => alertPolicyOf(alert, google)), monitoringDashboardOf(google)];
}
