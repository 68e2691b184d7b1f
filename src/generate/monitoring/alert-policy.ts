/** An alert as a policy of Cloud Monitoring. */
import type { Policy } from '../../policy/policy.ts';
import type { Alert } from '../alerts.ts';
import { aloneExprOf } from '../alone.ts';
import { percent } from '../decimal.ts';

const severities = { page: 'CRITICAL', ticket: 'WARNING' } as const;

export function alertPolicyOf(alert: Alert, policy: Policy) {
  const { key, service } = policy;
  const displayName = `${service.name}: ${alert.name}`;
  return {
    displayName,
    documentation: documentationOf(alert, policy),
    userLabels: {
      steadyrun_policy: labelValue(key.name),
      steadyrun_namespace: labelValue(key.namespace),
      steadyrun_objective: labelValue(alert.objective),
    },
    combiner: 'OR',
    severity: severities[alert.severity],
    conditions: [
      {
        displayName: alert.summary,
        conditionPrometheusQueryLanguage: {
          query: aloneExprOf(alert, policy),
          // A condition that looks back over more than 25 hours may have none.
          ...('for' in alert && { duration: seconds(alert.for) }),
          evaluationInterval: '60s',
          labels: { severity: alert.severity, objective: alert.objective, service: service.name },
          ruleGroup: `steadyrun/${key.namespace}/${key.name}`,
          alertRule: alert.name,
        },
      },
    ],
  };
}

function documentationOf(alert: Alert, { service, generate }: Policy) {
  const { runbookUrl } = generate;
  const link = runbookUrl === null ? null : `${runbookUrl}#${alert.anchor}`;
  return {
    subject: `${service.name}: ${alert.name}`,
    content: [
      alert.summary,
      `Cloud Run service ${service.name} in ${service.region}, project ${service.project}; more than ${percent(Number(alert.threshold))} is too much.`,
      ...(link === null ? [] : [`Runbook: ${link}`]),
    ].join('\n\n'),
    mimeType: 'text/markdown',
    ...(link !== null && { links: [{ displayName: 'Runbook', url: link }] }),
  };
}

/** As JSON has a duration: 10m is 600s. */
const seconds = (text: string): string => `${Number.parseInt(text, 10) * (text.endsWith('m') ? 60 : 1)}s`;

/** Lower-case letters, digits, hyphens and underscores; at most 63. */
const labelValue = (text: string): string => text.replace(/[^a-z0-9_-]/g, '-').slice(0, 63);
