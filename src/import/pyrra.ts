/** Pyrra: its ServiceLevelObjective. */

import { durationText } from '../policy/duration.ts';
import { alertingIn } from './alerting.ts';
import { strangerIn } from './documents.ts';
import { type Draft, ratioOf } from './draft.ts';
import { lengthMs, windowText } from './lengths.ts';
import { describedIn, metadataFields, namespaceIn } from './metadata.ts';
import { isGiven, lost, type Reading, type Spot, within, without } from './place.ts';
import { itemsOf, numberOf, optionalText, textOf, unknownIn, watched } from './read.ts';

const kind = 'ServiceLevelObjective';
const kinds = { source: 'pyrra', kinds: [kind], begins: `apiVersion: pyrra.dev/v1alpha1 and kind: ${kind}` };

export function* pyrraDrafts(object: Spot): Reading<Draft[]> {
  if (within(object, 'apiVersion').value !== 'pyrra.dev/v1alpha1' || within(object, 'kind').value !== kind) {
    yield strangerIn(object, kinds);
    return [];
  }
  const { value, isWhole } = yield* watched(draftOf(object));
  return value && isWhole ? [value] : [];
}

/** How Pyrra records and routes its rules; a policy has none of that. */
const ofRules = ['partial_response_strategy', 'performanceOverAccuracy', 'ruleOutput'];

function* draftOf(object: Spot): Reading<Draft | undefined> {
  const [metadata, spec] = [within(object, 'metadata'), within(object, 'spec')];
  yield* unknownIn(object, ['apiVersion', 'kind', 'metadata', 'spec', 'status']);
  yield* unknownIn(metadata, metadataFields);
  yield* unknownIn(spec, ['description', 'target', 'window', 'indicator', 'alerting', ...ofRules]);
  yield* alertingIn(within(spec, 'alerting'));
  for (const field of ofRules.map((name) => within(spec, name)).filter(isGiven)) {
    const message = 'cannot be carried over: it is about the rules that Pyrra makes';
    yield without(field, message, 'look at what steadyrun generate rules makes of the policy');
  }
  const name = yield* textOf(within(metadata, 'name'), 'availability');
  const remark = yield* optionalText(within(spec, 'description'));
  const targetSpot = within(spec, 'target');
  const target = yield* numberOf(targetSpot);
  const window = yield* windowIn(within(spec, 'window'));
  const service = within(metadata, 'labels', 'pyrra.dev/service');
  const shared = {
    namespace: yield* namespaceIn(metadata),
    ...(yield* describedIn(metadata)),
    service: typeof service.value === 'string' ? { value: service.value, spot: service } : null,
  };
  const indicator = yield* indicatorIn(within(spec, 'indicator'), target);
  if (name === undefined || target === undefined || window === undefined || indicator === undefined) return undefined;
  const remarks = remark === undefined ? [] : [remark];
  const targetPercent = { value: target, spot: targetSpot };
  return {
    ...shared,
    spot: object,
    name,
    remarks,
    targetPercent,
    window,
    ...indicator,
    timeSlice: null,
    metrics: null,
  };
}

function* windowIn(spot: Spot): Reading<Draft['window'] | undefined> {
  const text = yield* textOf(spot, '4w');
  if (text === undefined) return undefined;
  const ms = lengthMs(text);
  if (ms > 0) return { value: windowText(ms), spot };
  yield lost(spot, 'must be a length of time as Prometheus writes it', 'write 4w or 30d');
  return undefined;
}

type Measured = Pick<Draft, 'indicator' | 'queries'>;
const indicators = ['ratio', 'latency', 'latencyNative', 'bool_gauge'];

function* indicatorIn(spot: Spot, target: number | undefined): Reading<Measured | undefined> {
  yield* unknownIn(spot, indicators);
  const given = indicators.filter((one) => isGiven(within(spot, one)));
  if (given.length !== 1) {
    yield lost(spot, `must hold exactly one of ${indicators.join(', ')}`, 'write ratio: with errors and total');
    return undefined;
  }
  const inner = within(spot, given[0]!);
  yield* groupingIn(within(inner, 'grouping'));
  if (given[0] === 'ratio') return yield* countersIn(inner, 'errors');
  if (given[0] === 'latency') return yield* countersIn(inner, 'success');
  if (given[0] === 'latencyNative') return yield* nativeIn(inner, target);
  const message = 'a gauge of 0 and 1 says how things are when somebody looks, and counts no events';
  yield lost(
    inner,
    message,
    "count the probes and those that failed, or judge by Cloud Run's own requests: indicator: {requests: {}}",
  );
  return undefined;
}

/** Errors are bad, and what a latency calls its success is good. */
function* countersIn(spot: Spot, field: 'errors' | 'success'): Reading<Measured | undefined> {
  yield* unknownIn(spot, [field, 'total', 'grouping']);
  const [part, all] = [within(spot, field), within(spot, 'total')];
  const [partMetric, allMetric] = [within(part, 'metric'), within(all, 'metric')];
  yield* unknownIn(part, ['metric']);
  yield* unknownIn(all, ['metric']);
  const [some, total] = [
    yield* textOf(partMetric, 'http_requests_total'),
    yield* textOf(allMetric, 'http_requests_total'),
  ];
  if (some === undefined || total === undefined) return undefined;
  const counted = field === 'errors' ? 'bad' : 'good';
  return { indicator: ratioOf(counted, some, total), queries: { [counted]: partMetric, total: allMetric } };
}

/** Pyrra counts what a native histogram holds below the latency, which it takes to be in seconds. */
function* nativeIn(spot: Spot, target: number | undefined): Reading<Measured | undefined> {
  yield* unknownIn(spot, ['latency', 'total', 'grouping']);
  const [latency, all] = [within(spot, 'latency'), within(spot, 'total')];
  yield* unknownIn(all, ['metric']);
  const metric = within(all, 'metric');
  const [threshold, name] = [yield* textOf(latency, '200ms'), yield* textOf(metric, 'http_request_duration_seconds')];
  if (threshold === undefined || name === undefined || target === undefined) return undefined;
  const thresholdMs = lengthMs(threshold);
  if (!(thresholdMs > 0)) {
    yield lost(latency, 'must be a length of time as Prometheus writes it', 'write 200ms');
    return undefined;
  }
  const quantile = Number((target / 100).toPrecision(12));
  const query = `histogram_quantile(${quantile}, sum(rate(${name}[5m])))`;
  const indicator = { latency: { threshold: durationText(thresholdMs), query, unit: 'Seconds' } };
  return { indicator, queries: { query: metric, threshold: latency } };
}

function* groupingIn(spot: Spot): Reading<void> {
  const labels = (yield* itemsOf(spot)).map(({ value }) => String(value));
  if (labels.length === 0) return;
  const message = `an SLO for each ${labels.join(' and ')} cannot be carried over: one objective counts all of them together`;
  yield without(
    spot,
    message,
    `write an objective more for each that matters, with a matcher such as ${labels[0]}="…"`,
  );
}
