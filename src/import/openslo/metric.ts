/** One query of an indicator, and where it is asked: v1 in a metricSource, v2alpha without it, v1alpha in one level. */
import type { Draft, Metrics } from '../draft.ts';
import { isGiven, lost, type Reading, type Spot, within, without } from '../place.ts';
import { isMapping, unknownIn } from '../read.ts';
import type { Objects } from './objects.ts';

export interface Metric {
  readonly query: Spot;
  readonly metrics: Draft['metrics'];
}

export function* metricIn(spot: Spot, objects: Objects): Reading<Metric | undefined> {
  if (isGiven(within(spot, 'query'))) return yield* flatIn(spot);
  const nested = within(spot, 'metricSource');
  const source = isGiven(nested) ? nested : spot;
  if (source === nested) yield* unknownIn(spot, ['metricSource']);
  const refField = source === nested ? 'metricSourceRef' : 'dataSourceRef';
  yield* unknownIn(source, source === nested ? [refField, 'type', 'spec'] : [refField, 'dataSourceSpec', 'spec']);
  const inline = within(source, 'dataSourceSpec');
  const ref = within(source, refField);
  const found = isGiven(ref) ? objects.find('DataSource', ref.value) : undefined;
  const dataSource = found ? within(found, 'spec') : inline;
  const type = [within(source, 'type'), within(dataSource, 'type')].find(isGiven);
  if (!(yield* isPrometheus(type, ref))) return undefined;
  if (isGiven(ref) && !found) {
    const message = `the DataSource ${ref.value} is not in this file`;
    yield without(
      ref,
      message,
      'write metrics: into the policy, unless Google Managed Prometheus of the project is meant',
    );
  }
  const metrics = isGiven(dataSource) ? yield* addressIn(dataSource) : null;
  return { query: yield* queryOf(within(source, 'spec')), metrics };
}

function* flatIn(spot: Spot): Reading<Metric | undefined> {
  yield* unknownIn(spot, ['source', 'queryType', 'query']);
  const [source, queryType] = [within(spot, 'source'), within(spot, 'queryType')];
  if (isGiven(queryType) && !/^(promql|query)$/i.test(String(queryType.value))) {
    yield lost(queryType, `${queryType.value} is no PromQL`, promqlOnly);
    return undefined;
  }
  return (yield* isPrometheus(source, spot)) ? { query: within(spot, 'query'), metrics: null } : undefined;
}

function* queryOf(spec: Spot): Reading<Spot> {
  const promql = within(spec, 'promql');
  yield* unknownIn(spec, ['query', 'promql']);
  return isGiven(promql) ? promql : within(spec, 'query');
}

const promqlOnly =
  'only PromQL is asked: write the query for the Prometheus that has these metrics, or leave this SLO where it is';
const speaksPromql = /prometheus|promql|thanos|cortex|mimir|victoria|managed service for prometheus|^(gmp|amp)$/i;

/** Without a type it may be one: whether the query is PromQL shows when it is read. */
function* isPrometheus(type: Spot | undefined, ref: Spot): Reading<boolean> {
  if (type === undefined || !isGiven(type) || speaksPromql.test(String(type.value))) return true;
  const of = String(type.value);
  yield lost(type.path.length < ref.path.length ? ref : type, `metrics of ${of} are not asked`, promqlOnly);
  return false;
}

const addresses = ['url', 'URL', 'address', 'server', 'endpoint', 'baseUrl', 'host'];
const google = /^https:\/\/monitoring\.googleapis\.com\/v1\/projects\/([^/]+)\/location\/global\/prometheus/;

/** Never a word of what else stands there: it may be a secret. */
function* addressIn(dataSource: Spot): Reading<Draft['metrics']> {
  yield* unknownIn(dataSource, ['description', 'type', 'connectionDetails']);
  const details = within(dataSource, 'connectionDetails');
  if (!isMapping(details.value)) return null;
  const spot = addresses.map((field) => within(details, field)).find(({ value }) => /^https?:/.test(String(value)));
  for (const field of Object.keys(details.value).map((name) => within(details, name))) {
    if (field.path.at(-1) === spot?.path.at(-1)) continue;
    const message = 'how to connect cannot be carried over';
    yield without(
      field,
      message,
      'put credentials into a Secret, and name it in metrics.authorization or metrics.basicAuth',
    );
  }
  if (spot === undefined) return null;
  const address = String(spot.value).replace(/\/+$/, '');
  const project = google.exec(address)?.[1];
  const metrics: Metrics = project ? { type: 'GoogleManagedPrometheus', project } : { type: 'Prometheus', address };
  return { value: metrics, spot };
}
