/**
 * The rules of a policy: what Prometheus records and when it alerts, whoever carries them (flavors.ts). Pure.
 *
 * Each promise has two groups. In the first, evaluated every minute, are the counts in each window and the alerts, which stand
 * last so that they see what was just recorded. In the second are the whole budget's window and what is derived from it.
 */
import type { Policy } from '../policy/policy.ts';
import { lengthText } from '../policy/window.ts';
import { type Alert, type Alerts, alertsOf, type LeftOut, type Promised, promisesOf } from './alerts.ts';
import { exprOf } from './conditions.ts';
import { percent } from './decimal.ts';
import { budgetRecordings, countRecordings, everyMs, type Labels, labelsOf, type Recording } from './recordings.ts';

export type Rule = Recording | Alerting;

export interface Alerting {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Labels;
  readonly annotations: Labels;
}

export interface Group {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

export interface Rules {
  readonly groups: readonly Group[];
  readonly leftOut: readonly LeftOut[];
}

export function rulesOf(policy: Policy): Rules {
  const { alerts, leftOut } = alertsOf(policy);
  const watched = alerts.filter(({ kind }) => kind === 'Saturated').map((alert) => alertRule(alert, policy));
  const saturation = groupOf(policy, 'saturation', watched);
  return {
    groups: [
      ...promisesOf(policy).flatMap((promise) => groupsOf(promise, policy, { alerts, leftOut })),
      ...(watched.length > 0 ? [saturation] : []),
    ],
    leftOut,
  };
}

/** The budget's window is long, and moves slowly; what is recorded is seen for five minutes. */
const budgetInterval = '2m';

function groupsOf(promise: Promised, policy: Policy, { alerts }: Alerts): Group[] {
  const own = alerts.filter(({ objective, kind }) => objective === promise.name && kind !== 'Saturated');
  const counts = countRecordings(promise, policy, own);
  return [
    groupOf(policy, `promise/${promise.name}`, [...counts, ...own.map((alert) => alertRule(alert, policy))]),
    groupOf(policy, `budget/${promise.name}`, budgetRecordings(promise, policy), budgetInterval),
  ];
}

const groupOf = ({ key }: Policy, what: string, rules: readonly Rule[], interval = lengthText(everyMs)): Group => ({
  name: `steadyrun/${key.namespace}/${key.name}/${what}`,
  interval,
  rules,
});

/** Its labels are fixed, so that whoever is told can be chosen by them, and a page may silence its own ticket. */
function alertRule(alert: Alert, policy: Policy): Alerting {
  const { service, generate } = policy;
  const burn = alert.kind === 'Burn';
  return {
    alert: alert.name,
    expr: exprOf(alert, policy),
    ...(!burn && { for: alert.for }),
    labels: {
      ...labelsOf(policy, alert.objective),
      severity: alert.severity,
      ...(burn && { long: alert.long, short: alert.short, burn_rate: alert.burnRate, exhaustion: alert.exhaustion }),
    },
    annotations: {
      summary: `${service.name}: ${alert.summary}`,
      description: `Cloud Run service ${service.name} in ${service.region}, project ${service.project}: {{ $value | humanizePercentage }} now, and more than ${percent(Number(alert.threshold))} is too much.`,
      ...(generate.runbookUrl !== null && { runbook_url: `${generate.runbookUrl}#${alert.anchor}` }),
    },
  };
}
