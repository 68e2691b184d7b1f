/** Panels of what is promised: what is left of the budgets, how fast they go, and each revision beside the others. */
import { requestsOf } from '../../counting/measured.ts';
import type { Objective, Policy } from '../../policy/policy.ts';
import { burnPairs, dayMs, lengthText, windowDays } from '../../policy/window.ts';
import { labelText, selectorText } from '../../promql/counters/format.ts';
import { runRevisionLabel } from '../../promql/counters/leaf.ts';
import { alertsOf, type BurnAlert, promisesOf } from '../alerts.ts';
import { countsOver } from '../alone.ts';
import { measuredOf } from '../counts.ts';
import { decimal, percent } from '../decimal.ts';
import { shareByRevision } from './by-revision.ts';
import type { Panel, PanelQuery, PanelUnit } from './panel.ts';

export function objectivePanels(policy: Policy): readonly Panel[] {
  return [
    budget(policy),
    ...promisesOf(policy).map(({ name }) => burn(name, policy)),
    traffic(policy),
    ...policy.objectives.flatMap((objective) => besideEachOther(objective, policy)),
  ];
}

function budget(policy: Policy): Panel {
  const days = windowDays(policy.window);
  const calendar =
    policy.window.kind === 'Calendar' ? ' By the calendar it begins anew: status.budget of the policy has that.' : '';
  return {
    section: 'Budget',
    form: 'Figure',
    title: `Error budget left, of ${decimal(days)} days`,
    description: `What is left of the bad events that are allowed, counted over the last ${decimal(days)} days. Below 0 the promise is broken.${calendar}`,
    queries: promisesOf(policy).map((promise) => ({
      expr: `1 - (${countsOver(days * dayMs, promise, policy).share}) / ${decimal(promise.allowedBadFraction)}`,
      legend: { text: promise.name },
    })),
    unit: 'Fraction',
    limit: 0,
  };
}

/** The long windows alone: the short ones only end an alert sooner. */
function burn(objective: string, policy: Policy): Panel {
  const promise = promisesOf(policy).find(({ name }) => name === objective)!;
  const alerts = alertsOf(policy).alerts.filter(
    (alert): alert is BurnAlert => alert.kind === 'Burn' && alert.objective === objective,
  );
  const pages = alerts.filter(({ severity }) => severity === 'page');
  const told = alerts.map(({ severity, long, burnRate }) => `${burnRate} over ${long} is a ${severity}`);
  return {
    section: 'Burn',
    form: 'Graph',
    title: `Burn rate of ${objective}`,
    description: `How many times faster than evenly the error budget goes; at 1 it lasts exactly its window. ${told.join(', ')}.`,
    queries: burnPairs.map(({ longMs }) => ({
      expr: `(${countsOver(longMs, promise, policy).share}) / ${decimal(promise.allowedBadFraction)}`,
      legend: { text: lengthText(longMs) },
    })),
    unit: 'Times',
    limit: pages[0] ? Number(pages[0].burnRate) : null,
  };
}

function traffic({ service }: Policy): Panel {
  const requests = selectorText(requestsOf(service));
  return {
    section: 'Revisions',
    form: 'Graph',
    title: 'Requests by revision',
    description: 'Requests a second that each revision served, by Cloud Run: the shares that a rollout gives.',
    queries: [
      {
        expr: `sum by (${runRevisionLabel}) (increase(${requests}[5m])) / 300 > 0`,
        legend: { label: runRevisionLabel },
      },
    ],
    unit: 'PerSecond',
    limit: null,
  };
}

function besideEachOther(objective: Objective, policy: Policy): Panel[] {
  const { name, allowedBadFraction } = objective;
  const { share, label } = shareByRevision('5m', objective, policy);
  const bad: Panel = {
    section: 'Revisions',
    form: 'Graph',
    title: `${name} by revision`,
    description: `The share of bad events of each revision over five minutes. The line is what the promise allows: ${percent(allowedBadFraction)}.`,
    queries: [{ expr: share, legend: { label } }],
    unit: 'Fraction',
    limit: allowedBadFraction,
  };
  const latency = quantileByRevision(objective, policy);
  return latency === null ? [bad] : [bad, latency];
}

function quantileByRevision(objective: Objective, policy: Policy): Panel | null {
  const { name, indicator } = objective;
  if (indicator.kind !== 'Latency') return null;
  const { percentile, thresholdMs, histogram } = indicator;
  const { shape, revisionLabel } = measuredOf(objective, policy);
  const counter = shape.kind === 'Histogram' ? shape.counter : shape.total[0]!.counter;
  const kept = [...(histogram?.native ? [] : ['le']), labelText(revisionLabel)].join(', ');
  const query: PanelQuery = {
    expr: `histogram_quantile(${decimal(percentile / 100)}, sum by (${kept}) (increase(${selectorText(counter)}[5m])))`,
    legend: { label: revisionLabel },
  };
  const unitMs = histogram === null ? 1 : histogram.unitInDoubt ? null : histogram.unitMs;
  const unit: PanelUnit = unitMs === 1000 ? 'Seconds' : unitMs === 1 ? 'Milliseconds' : 'Count';
  return {
    section: 'Revisions',
    form: 'Graph',
    title: `p${decimal(percentile)} of ${name} by revision`,
    description: `The p${decimal(percentile)} latency of each revision over five minutes; it is to stay under ${decimal(thresholdMs)} ms.`,
    queries: [query],
    unit,
    limit: unitMs === null ? null : Number(decimal(thresholdMs / unitMs)),
  };
}
