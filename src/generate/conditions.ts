/** When an alert is, as PromQL: by what the rules record, or by the counters alone. Pure. */
import { serviceScope } from '../counting/measured.ts';
import type { Policy } from '../policy/policy.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { LabelMatch } from '../promql/counters/model.ts';
import {
  type Alert,
  type BurnAlert,
  type LevelAlert,
  type Promised,
  promisesOf,
  type SaturationAlert,
} from './alerts.ts';
import { countsIn } from './counts.ts';
import { names, recorded } from './recordings.ts';

/** Has a value, which is what the threshold is held against, while the alert is due. */
export function exprOf(alert: Alert, policy: Policy): string {
  if (alert.kind === 'Burn') return burnExpr(alert, policy);
  if (alert.kind === 'Saturated') return saturationExpr(alert, policy);
  return levelExpr(alert, policy);
}

/** By what is recorded: in both windows, by more than one bad event, and once the long window is full. */
function burnExpr({ objective, long, short, longMs, threshold, minimumBad }: BurnAlert, policy: Policy): string {
  const series = (name: string) => recorded(name, policy, objective);
  const same = 'and on (policy, sloth_slo)';
  return [
    `${series(names.share(long))} > ${threshold}`,
    `${same} ${series(names.share(short))} > ${threshold}`,
    `${same} ${series(names.bad(long))} > ${atLeast(minimumBad)}`,
    `${same} time() - ${series(names.since)} >= ${longMs / 1000}`,
  ].join('\n');
}

function levelExpr({ objective, window, threshold, minimumBad }: LevelAlert, policy: Policy): string {
  const { share, bad } = countsIn(window, promiseNamed(objective, policy), policy);
  return [`${share} > ${threshold}`, `and ${bad} > ${atLeast(minimumBad)}`].join('\n');
}

/** An increase is extrapolated: of one event it may be 1.25, and never less than of what there was. */
const atLeast = (count: number): string => String(count - 0.5);

export function promiseNamed(objective: string, policy: Policy): Promised {
  const promise = promisesOf(policy).find(({ name }) => name === objective);
  if (!promise) throw new Error(`${objective} is no promise of ${policy.key.name}`);
  return promise;
}

/** Of the revision that is fullest. How many requests an instance may take at once no metric of Cloud Run's tells: the operator's does. */
function saturationExpr({ resource, threshold }: SaturationAlert, { key, service }: Policy): string {
  if (resource === 'concurrency') {
    const own = Object.entries({ namespace: key.namespace, policy: key.name, resource });
    const matchers = own.map(([label, value]): LabelMatch => ({ label, op: '=', value }));
    return `max(${selectorText({ name: 'steadyrun_saturation_ratio', matchers })}) > ${threshold}`;
  }
  const name = `run_googleapis_com:container_${resource}_utilizations_bucket`;
  const buckets = `increase(${selectorText({ name, matchers: serviceScope(service) })}[5m])`;
  return `max(histogram_quantile(0.95, sum by (le, revision_name) (${buckets}))) > ${threshold}`;
}
