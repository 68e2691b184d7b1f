/**
 * How full revisions' instances were in the minute that ends at the time of evaluation, from Cloud Run's own metrics: one
 * question for all that is asked of them, of as many services of a project and over as many minutes as are wanted. Pure.
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
import { distinct, regionLabel, runScope, serviceLabel } from './measured.ts';
import { partLabel } from './queries.ts';
import type { Labels } from './vector.ts';

export type SaturationPart = Exclude<keyof SaturationMinute, 'endMs'>;

/** Of a service, those of its revisions that are meant: at least one. */
export interface Asked {
  readonly service: ServiceRef;
  readonly revisions: readonly string[];
}

const percentile = 0.95;
/** As samples of these metrics come. */
const minute = '1m';
/** Without the sample that ended the minute before, which Prometheus takes in up to its third version. */
const justUnderAMinute = '59999ms';
const whereabouts = [regionLabel, serviceLabel].map(labelText).join(', ');
const whose = `${whereabouts}, ${labelText(runRevisionLabel)}`;
const active: LabelMatch = { label: 'state', op: '=', value: 'active' };

/**
 * The samples of each part have its name as `steadyrun_part`. `asked`: at least one service, all of one project; what else has
 * a revision of such a name in such a region comes along, and `isOf` tells it apart.
 */
export function saturationQuery(type: MetricsSource['type'], asked: readonly Asked[]): string {
  const own = [
    ...runScope(asked.map(({ service }) => service)),
    oneOf(runRevisionLabel, distinct(asked.flatMap(({ revisions }) => revisions))),
  ];
  const select = (name: string, more: readonly LabelMatch[] = []) =>
    selectorText({ name: `run_googleapis_com:${name}`, matchers: own }, more);
  const added = (selector: string) =>
    type === 'GoogleManagedPrometheus' ? `increase(${selector}[${minute}])` : subtracted(selector);
  const sum = (vector: string) => `sum by (${whose}) (${vector})`;
  const ofInstances = (name: string, more: readonly LabelMatch[] = []) =>
    `histogram_quantile(${percentile}, sum by (${whose}, le) (${added(select(`${name}_bucket`, more))}))`;
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

/** Whether a sample is of this service and one of its revisions. */
export const isOf = ({ service, revisions }: Asked, labels: Labels): boolean =>
  isOfService(service, labels) && revisions.includes(labels[runRevisionLabel] ?? '');

export const isOfService = ({ name, region }: ServiceRef, labels: Labels): boolean =>
  labels[serviceLabel] === name && labels[regionLabel] === region;

/** How much longer a question gets by these, in characters. */
export const namesLength = ({ service, revisions }: Asked): number =>
  [service.name, ...revisions].reduce((sum, name) => sum + name.length + 1, 0);

const subtracted = (selector: string): string =>
  `(last_over_time(${selector}[${justUnderAMinute}]) - last_over_time(${selector}[${justUnderAMinute}] offset ${minute})) >= 0`;

/** Of which of these services a source has any such series at all. */
export function anySaturationQuery(services: readonly ServiceRef[]): string {
  const names = ['container_instance_count', 'request_count'];
  const each = names.map((name) => {
    const selector = selectorText({ name: `run_googleapis_com:${name}`, matchers: runScope(services) });
    return `count by (${whereabouts}) (last_over_time(${selector}[1d]))`;
  });
  return each.join(' or ');
}
