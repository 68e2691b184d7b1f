/** Sloth: its own file (prometheus/v1) and its PrometheusServiceLevel. */
import { alertingIn } from './alerting.ts';
import { strangerIn } from './documents.ts';
import type { Draft, From, Indicator } from './draft.ts';
import { describedIn, metadataFields, namespaceIn } from './metadata.ts';
import { isGiven, lost, type Reading, type Spot, within, without } from './place.ts';
import { queryIn, ratioIn } from './queries.ts';
import { itemsOf, numberOf, optionalText, textOf, unknownIn, watched } from './read.ts';

/** The same fields, as the two kinds of file spell them. */
interface Spelling {
  readonly errorQuery: string;
  readonly totalQuery: string;
  readonly errorRatioQuery: string;
  readonly sloPlugins: string;
}
const inFile: Spelling = {
  errorQuery: 'error_query',
  totalQuery: 'total_query',
  errorRatioQuery: 'error_ratio_query',
  sloPlugins: 'slo_plugins',
};
const inCluster: Spelling = {
  errorQuery: 'errorQuery',
  totalQuery: 'totalQuery',
  errorRatioQuery: 'errorRatioQuery',
  sloPlugins: 'sloPlugins',
};

const kinds = {
  source: 'sloth',
  kinds: ['PrometheusServiceLevel'],
  begins: 'version: prometheus/v1, or apiVersion: sloth.slok.dev/v1 and kind: PrometheusServiceLevel',
};

export function* slothDrafts(object: Spot): Reading<Draft[]> {
  const is = (field: string, value: string): boolean => within(object, field).value === value;
  if (is('version', 'prometheus/v1')) return yield* draftsIn(object, object, inFile);
  if (!is('apiVersion', 'sloth.slok.dev/v1')) return yield* none(strangerIn(object, kinds));
  if (is('kind', 'AlertWindows')) {
    const message = 'burn rates are computed from the window of a policy, and not from a catalogue';
    return yield* none(without(object, message, 'write window: with spec.sloPeriod into the policy, if it is not 30d'));
  }
  if (!is('kind', 'PrometheusServiceLevel')) return yield* none(strangerIn(object, kinds));
  yield* unknownIn(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status']);
  return yield* draftsIn(object, within(object, 'spec'), inCluster);
}

function* none(loss: ReturnType<typeof lost>): Reading<Draft[]> {
  yield loss;
  return [];
}

/** What all SLOs of one file or object share. */
interface Shared extends Pick<Draft, 'service' | 'namespace'> {
  readonly spelling: Spelling;
  readonly object: Spot;
  readonly spec: Spot;
}

function* draftsIn(object: Spot, spec: Spot, spelling: Spelling): Reading<Draft[]> {
  const own = object === spec ? ['version'] : [];
  yield* unknownIn(spec, [...own, 'service', 'labels', spelling.sloPlugins, 'slos']);
  const metadata = within(object, 'metadata');
  if (isGiven(metadata)) yield* unknownIn(metadata, metadataFields);
  yield* pluginsIn(within(spec, spelling.sloPlugins));
  const serviceSpot = within(spec, 'service');
  const service = yield* textOf(serviceSpot, 'api');
  const shared: Shared = {
    spelling,
    object,
    spec,
    service: service === undefined ? null : { value: service, spot: serviceSpot },
    namespace: yield* namespaceIn(metadata),
  };
  const drafts: Draft[] = [];
  for (const slo of yield* itemsOf(within(spec, 'slos'))) {
    const { value, isWhole } = yield* watched(draftOf(slo, shared));
    if (value && isWhole) drafts.push(value);
  }
  if (!Array.isArray(within(spec, 'slos').value)) yield lost(spec, 'holds no slos', 'add slos: with an SLO');
  return drafts;
}

function* draftOf(slo: Spot, { spelling, object, spec, ...shared }: Shared): Reading<Draft | undefined> {
  yield* unknownIn(slo, ['name', 'description', 'objective', 'plugins', 'labels', 'sli', 'alerting']);
  yield* pluginsIn(within(slo, 'plugins'));
  yield* alertingIn(within(slo, 'alerting'));
  const name = yield* textOf(within(slo, 'name'), 'availability');
  const remark = yield* optionalText(within(slo, 'description'));
  const objective = within(slo, 'objective');
  const target = yield* numberOf(objective);
  const labels = [within(spec, 'labels'), within(slo, 'labels')];
  const described = yield* describedIn(within(object, 'metadata'), ...labels);
  const indicator = yield* indicatorIn(within(slo, 'sli'), spelling);
  if (name === undefined || target === undefined || indicator === undefined) return undefined;
  const targetPercent: From<number> = { value: target, spot: objective };
  const remarks = remark === undefined ? [] : [remark];
  return {
    ...shared,
    spot: slo,
    name,
    remarks,
    targetPercent,
    ...described,
    ...indicator,
    timeSlice: null,
    window: null,
    metrics: null,
  };
}

type Measured = Pick<Draft, 'indicator' | 'queries'>;

function* indicatorIn(sli: Spot, spelling: Spelling): Reading<Measured | undefined> {
  const kinds = ['events', 'raw', 'plugin'];
  yield* unknownIn(sli, kinds);
  const given = kinds.filter((kind) => isGiven(within(sli, kind)));
  if (given.length !== 1) {
    yield lost(
      sli,
      'must hold exactly one of events, raw and plugin',
      `write events: with ${spelling.errorQuery} and ${spelling.totalQuery}`,
    );
    return undefined;
  }
  if (given[0] === 'events') return yield* eventsIn(within(sli, 'events'), spelling);
  if (given[0] === 'raw') return yield* rawIn(within(sli, 'raw'), spelling);
  const plugin = within(sli, 'plugin');
  const id = within(plugin, 'id').value;
  const message = `what the plugin ${typeof id === 'string' ? id : ''} makes is known to Sloth alone`.replace(
    '  ',
    ' ',
  );
  yield lost(
    plugin,
    message,
    `write the queries that it makes, as events: with ${spelling.errorQuery} and ${spelling.totalQuery}: sloth generate shows them`,
  );
  return undefined;
}

function* eventsIn(events: Spot, { errorQuery, totalQuery }: Spelling): Reading<Measured | undefined> {
  yield* unknownIn(events, [errorQuery, totalQuery]);
  const queries = { bad: within(events, errorQuery), total: within(events, totalQuery) };
  const bad = yield* queryIn(queries.bad);
  const total = yield* queryIn(queries.total);
  return bad === undefined || total === undefined ? undefined : { indicator: { ratio: { bad, total } }, queries };
}

function* rawIn(raw: Spot, { errorRatioQuery }: Spelling): Reading<Measured | undefined> {
  yield* unknownIn(raw, [errorRatioQuery]);
  const query = within(raw, errorRatioQuery);
  const indicator: Indicator | undefined = yield* ratioIn(query, 'bad');
  return indicator && { indicator, queries: { query, bad: query, total: query } };
}

/** They change the rules that Sloth generates, which are not taken over. */
function* pluginsIn(spot: Spot): Reading<void> {
  if (!isGiven(spot)) return;
  const chain = within(spot, 'chain').value;
  const ids = Array.isArray(chain) ? chain.map((one) => String((one as { id?: unknown } | null)?.id)) : [];
  const message = `${[...new Set(ids)].join(', ') || 'plugins'} cannot be carried over: they change the rules that Sloth makes`;
  yield without(spot, message, 'look at what steadyrun generate rules makes of the policy');
}
