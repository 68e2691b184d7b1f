/** OpenSLO v1, and v1alpha and v2alpha where they differ: each objective of an SLO becomes one of a policy. */
import { alertingIn } from '../alerting.ts';
import type { Draft } from '../draft.ts';
import { describedIn, labelOf, namespaceIn } from '../metadata.ts';
import { lost, type Reading, type Spot, within, without } from '../place.ts';
import { itemsOf, optionalText, textOf, unknownIn, watched } from '../read.ts';
import { objectiveIn } from './objective.ts';
import { type Objects, objectsOf } from './objects.ts';
import { windowIn } from './window.ts';

export function* openSloDrafts(all: readonly Spot[]): Reading<Draft[]> {
  const objects = yield* objectsOf(all);
  const drafts: Draft[] = [];
  for (const slo of objects.slos) drafts.push(...(yield* draftsIn(slo, objects)));
  for (const object of objects.unused()) {
    const message = `no SLO of this file refers to this ${within(object, 'kind').value}`;
    yield without(object, message, 'nothing has to be done, unless an SLO was to');
  }
  return drafts;
}

type Shared = Omit<Draft, 'spot' | 'name' | 'targetPercent' | 'indicator' | 'queries' | 'timeSlice' | 'metrics'> & {
  readonly name: string;
  readonly spec: Spot;
};

const fields =
  'description service indicator indicatorRef sli sliRef timeWindow timeWindows budgetingMethod objectives';

function* draftsIn(slo: Spot, objects: Objects): Reading<Draft[]> {
  const spec = within(slo, 'spec');
  yield* unknownIn(spec, [...fields.split(' '), 'alertPolicies']);
  yield* alertingIn(within(spec, 'alertPolicies'));
  const { value: shared, isWhole } = yield* watched(sharedIn(slo, spec));
  const objectives = yield* itemsOf(within(spec, 'objectives'));
  if (objectives.length === 0) yield lost(slo, 'has no objective', 'add objectives: with target: 0.999');
  const drafts: Draft[] = [];
  for (const [index, objective] of objectives.entries()) {
    const { value, isWhole: isRead } = yield* watched(objectiveIn(objective, spec, objects));
    if (!value || !shared || !isWhole || !isRead) continue;
    const { displayName, remarks: own, ...objectiveOwn } = value;
    const name = objectives.length === 1 ? shared.name : `${shared.name}-${labelOf(displayName ?? '') || index + 1}`;
    const remarks = [...shared.remarks, ...(displayName === undefined ? [] : [displayName]), ...own];
    drafts.push({ ...shared, ...objectiveOwn, spot: objectives.length === 1 ? slo : objective, name, remarks });
  }
  return drafts;
}

function* sharedIn(slo: Spot, spec: Spot): Reading<Omit<Shared, 'spec'> | undefined> {
  const metadata = within(slo, 'metadata');
  const name = yield* textOf(within(metadata, 'name'), 'availability');
  const service = yield* textOf(within(spec, 'service'), 'api');
  const window = yield* windowIn(spec);
  const displayName = yield* optionalText(within(metadata, 'displayName'));
  const description = yield* optionalText(within(spec, 'description'));
  const described = yield* describedIn(metadata);
  const namespace = yield* namespaceIn(metadata);
  if (name === undefined || service === undefined || window === undefined) return undefined;
  const remarks = [displayName, description].filter((remark) => remark !== undefined);
  return { name, service: { value: service, spot: within(spec, 'service') }, window, remarks, namespace, ...described };
}
