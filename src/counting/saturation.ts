/**
 * How full a revision's instances were in the minute that ends at the time of evaluation, from Cloud Run's own metrics: one
 * question for all that is asked of them, over as many minutes as are wanted. Pure.
 *
 * Of the instances that a minute has, the metrics keep a histogram, one observation each: what is wanted is the one at the
 * 95th percentile, since an average hides the instance that dies. Google is asked for changes as ever (changes.ts). On a plain
 * server they are counters, of which each is subtracted from itself a minute ago: what began anew, or has no sample in either
 * minute, says nothing.
 */
import type { SaturationMinute } from '../facts/saturation.ts';
import type { ServiceRef } from '../facts/service.ts';
import type { MetricsSource } from '../policy/policy.ts';
import { labelText, oneOf, selectorText } from '../promql/counters/format.ts';
import { runRevisionLabel } from '../promql/counters/leaf.ts';
import type { LabelMatch } from '../promql/counters/model.ts';
import { serviceScope } from './measured.ts';
import { partLabel } from './queries.ts';

export type SaturationPart = Exclude<keyof SaturationMinute, 'endMs'>;

export interface Saturated {
  readonly type: MetricsSource['type'];
  readonly service: ServiceRef;
  /** At least one. */
  readonly revisions: readonly string[];
}

const percentile = 0.95;
/** As samples of these metrics come. */
const minute = '1m';
/** Without the sample that ended the minute before, which Prometheus takes in up to its third version. */
const justUnderAMinute = '59999ms';
const revision = labelText(runRevisionLabel);
const active: LabelMatch = { label: 'state', op: '=', value: 'active' };

/** The samples of each part have its name as `steadyrun_part`. */
export function saturationQuery({ type, service, revisions }: Saturated): string {
  const own = [...serviceScope(service), oneOf(runRevisionLabel, revisions.toSorted())];
  const select = (name: string, more: readonly LabelMatch[] = []) =>
    selectorText({ name: `run_googleapis_com:${name}`, matchers: own }, more);
  const added = (selector: string) =>
    type === 'GoogleManagedPrometheus' ? `increase(${selector}[${minute}])` : subtracted(selector);
  const sum = (vector: string) => `sum by (${revision}) (${vector})`;
  const ofInstances = (name: string, more: readonly LabelMatch[] = []) =>
    `histogram_quantile(${percentile}, sum by (${revision}, le) (${added(select(`${name}_bucket`, more))}))`;
  const parts: Readonly<Record<SaturationPart, string>> = {
    cpu: ofInstances('container_cpu_utilizations'),
    memory: ofInstances('container_memory_utilizations'),
    peakInFlight: ofInstances('container_max_request_concurrencies', [active]),
    activeInstances: sum(`last_over_time(${select('container_instance_count', [active])}[${justUnderAMinute}])`),
    requestsPerSecond: `${sum(added(select('request_count')))} / 60`,
    // In milliseconds.
    meanLatencySeconds: `${sum(added(select('request_latencies_sum')))} / ${sum(added(select('request_latencies_count')))} / 1000`,
  };
  return Object.entries(parts)
    .map(([part, text]) => `label_replace(${text}, "${partLabel}", "${part}", "", "")`)
    .join(' or ');
}

const subtracted = (selector: string): string =>
  `(last_over_time(${selector}[${justUnderAMinute}]) - last_over_time(${selector}[${justUnderAMinute}] offset ${minute})) >= 0`;

/** Whether a source has any such series of the service at all. */
export function anySaturationQuery(service: ServiceRef): string {
  const names = ['container_instance_count', 'request_count'];
  const each = names.map((name) => {
    const selector = selectorText({ name: `run_googleapis_com:${name}`, matchers: serviceScope(service) });
    return `count(last_over_time(${selector}[1d]))`;
  });
  return each.join(' or ');
}
