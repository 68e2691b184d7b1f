/** Panels of how the service is run: how full its instances are, how many there are, and where a rollout stands. */
import { serviceScope } from '../../counting/measured.ts';
import { resources, saturationText } from '../../facts/saturation.ts';
import type { Policy } from '../../policy/policy.ts';
import { selectorText } from '../../promql/counters/format.ts';
import { runRevisionLabel } from '../../promql/counters/leaf.ts';
import type { LabelMatch } from '../../promql/counters/model.ts';
import { decimal } from '../decimal.ts';
import type { Panel } from './panel.ts';

export function operationPanels(policy: Policy): readonly Panel[] {
  return [
    utilization('cpu', policy),
    utilization('memory', policy),
    inFlight(policy),
    instances(policy),
    fullness(policy),
    candidate(policy),
  ];
}

const active: LabelMatch = { label: 'state', op: '=', value: 'active' };

const platform = ({ service }: Policy, name: string, more: readonly LabelMatch[] = []): string =>
  selectorText({ name: `run_googleapis_com:${name}`, matchers: serviceScope(service) }, more);

const ofInstances = (buckets: string): string =>
  `histogram_quantile(0.95, sum by (le, ${runRevisionLabel}) (increase(${buckets}[5m])))`;

function utilization(resource: 'cpu' | 'memory', policy: Policy): Panel {
  const { maxSaturation } = policy.tuning;
  return {
    section: 'Saturation',
    form: 'Graph',
    title: `${capital(saturationText(resource))} by revision`,
    description: `Of the instance at the 95th percentile, of what it may use. The line is where tuning keeps it under: ${decimal(100 * maxSaturation)} %.`,
    queries: [
      {
        expr: ofInstances(platform(policy, `container_${resource}_utilizations_bucket`)),
        legend: { label: runRevisionLabel },
      },
    ],
    unit: 'Fraction',
    limit: maxSaturation,
  };
}

const inFlight = (policy: Policy): Panel => ({
  section: 'Saturation',
  form: 'Graph',
  title: 'Requests at once by revision',
  description: 'The most requests that the instance at the 95th percentile had in flight at once.',
  queries: [
    {
      expr: ofInstances(platform(policy, 'container_max_request_concurrencies_bucket', [active])),
      legend: { label: runRevisionLabel },
    },
  ],
  unit: 'Count',
  limit: null,
});

/** A gauge: its last value of each minute. */
const instances = (policy: Policy): Panel => ({
  section: 'Saturation',
  form: 'Graph',
  title: 'Active instances by revision',
  description: 'Instances that serve requests.',
  queries: [
    {
      expr: `sum by (${runRevisionLabel}) (${platform(policy, 'container_instance_count', [active])})`,
      legend: { label: runRevisionLabel },
    },
  ],
  unit: 'Count',
  limit: null,
});

const own = ({ key }: Policy, name: string): string => {
  const labels = Object.entries({ namespace: key.namespace, policy: key.name });
  return selectorText({ name, matchers: labels.map(([label, value]): LabelMatch => ({ label, op: '=', value })) });
};

const fullness = (policy: Policy): Panel => ({
  section: 'Saturation',
  form: 'Graph',
  title: 'How full, as Steadyrun has it',
  description: `Of the instance at the 95th percentile, of what it may use: ${resources.map(saturationText).join(', ')}. Needs Steadyrun's own metrics.`,
  queries: [
    { expr: `max by (resource) (${own(policy, 'steadyrun_saturation_ratio')})`, legend: { label: 'resource' } },
  ],
  unit: 'Fraction',
  limit: policy.tuning.maxSaturation,
});

const candidate = (policy: Policy): Panel => ({
  section: 'Rollout',
  form: 'Graph',
  title: 'Traffic of the candidate',
  description: "The share of the revision that is being rolled out; 0 without one. Needs Steadyrun's own metrics.",
  queries: [{ expr: `max(${own(policy, 'steadyrun_candidate_percent')})`, legend: { text: 'candidate' } }],
  unit: 'Percent',
  limit: null,
});

/** Writes that were carried out since a minute ago: the first of a kind makes its series, the next raises it. */
export function decisionsExpr(policy: Policy): string {
  const counter = own(policy, 'steadyrun_decisions_total');
  const before = `last_over_time(${counter}[15m] offset 1m)`;
  return `${counter} != ${before} or ${counter} unless ${before}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
