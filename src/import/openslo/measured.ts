/** Where an OpenSLO objective says what is measured. */
import type { Draft } from '../draft.ts';
import { metadataFields } from '../metadata.ts';
import { isGiven, lost, type Reading, type Spot, within, without } from '../place.ts';
import { optionalText, unknownIn } from '../read.ts';
import { type Measured, ratioMetricIn, thresholdMetricIn } from './indicator.ts';
import type { Objects } from './objects.ts';

/** In the objective, of a composite; else in the SLO. v1alpha has the ratio in the objective, and no spec between. */
export function* measuredIn(objective: Spot, spec: Spot, objects: Objects): Reading<WithRemarks | undefined> {
  const inObjective = within(objective, 'ratioMetrics');
  if (isGiven(inObjective)) return withRemarks(yield* ratioMetricIn(inObjective, objects), []);
  const found = yield* indicatorOf(objective, spec, objects);
  if (found === undefined) return undefined;
  const { indicator, remarks } = found;
  yield* unknownIn(indicator, ['description', 'thresholdMetric', 'ratioMetric']);
  const [threshold, ratio] = [within(indicator, 'thresholdMetric'), within(indicator, 'ratioMetric')];
  if (isGiven(threshold) === isGiven(ratio)) {
    const message = 'must hold exactly one of thresholdMetric and ratioMetric';
    yield lost(indicator, message, 'write ratioMetric: with good and total');
    return undefined;
  }
  if (isGiven(ratio)) return withRemarks(yield* ratioMetricIn(ratio, objects), remarks);
  return withRemarks(yield* thresholdMetricIn(threshold, objective, objects), remarks);
}

type WithRemarks = Measured & Pick<Draft, 'remarks'>;

const withRemarks = (measured: Measured | undefined, remarks: readonly string[]): WithRemarks | undefined =>
  measured && { ...measured, remarks };

interface Found {
  readonly indicator: Spot;
  readonly remarks: readonly string[];
}

function* indicatorOf(objective: Spot, spec: Spot, objects: Objects): Reading<Found | undefined> {
  const inline = among([objective, spec], ['indicator', 'sli']);
  if (inline) return isGiven(within(inline, 'spec')) ? yield* namedIn(inline) : { indicator: inline, remarks: [] };
  const ref = among([objective, spec], ['indicatorRef', 'sliRef']);
  const found = ref && objects.find('SLI', ref.value);
  if (found) return yield* namedIn(found);
  if (ref) yield lost(ref, `there is no SLI ${ref.value} in this file`, 'put the SLI into the same file');
  else yield lost(objective, 'has no indicator', 'add indicator: or indicatorRef: to the SLO');
  return undefined;
}

const among = (spots: readonly Spot[], fields: readonly string[]): Spot | undefined =>
  spots.flatMap((spot) => fields.map((field) => within(spot, field))).find(isGiven);

/** An SLI has a name of its own, which a policy has no place for but in a remark. */
function* namedIn(sli: Spot): Reading<Found> {
  yield* unknownIn(sli, ['apiVersion', 'kind', 'metadata', 'spec']);
  const metadata = within(sli, 'metadata');
  if (isGiven(metadata)) yield* unknownIn(metadata, metadataFields);
  for (const spot of ['labels', 'annotations'].map((field) => within(metadata, field)).filter(isGiven)) {
    yield without(spot, 'of an SLI cannot be carried over', 'write it into metadata.annotations of the policy');
  }
  const indicator = within(sli, 'spec');
  const displayName = yield* optionalText(within(metadata, 'displayName'));
  const description = yield* optionalText(within(indicator, 'description'));
  return { indicator, remarks: [displayName, description].filter((remark) => remark !== undefined) };
}
