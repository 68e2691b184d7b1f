/** One objective of an OpenSLO SLO: its target, and whether events or slices of time are counted. */
import type { Draft, From } from '../draft.ts';
import { isGiven, lost, type Reading, type Spot, within, without } from '../place.ts';
import { numberOf, optionalText, unknownIn } from '../read.ts';
import { measuredIn } from './measured.ts';
import type { Objects } from './objects.ts';
import { sliceIn } from './window.ts';

const ofObjective = [
  'displayName labels op value target targetPercent timeSliceTarget timeSliceWindow indicator indicatorRef sli sliRef',
  'compositeWeight ratioMetrics',
].flatMap((line) => line.split(' '));

type Own = Pick<Draft, 'targetPercent' | 'indicator' | 'queries' | 'metrics' | 'timeSlice' | 'remarks'> & {
  readonly displayName: string | undefined;
};

export function* objectiveIn(objective: Spot, spec: Spot, objects: Objects): Reading<Own | undefined> {
  yield* unknownIn(objective, ofObjective);
  yield* notCarried(objective, 'compositeWeight', 'each objective of a policy counts for itself');
  yield* notCarried(objective, 'labels', 'write them into metadata.labels of the policy');
  const displayName = yield* optionalText(within(objective, 'displayName'));
  const target = yield* targetIn(objective);
  const measured = yield* measuredIn(objective, spec, objects);
  if (target === undefined || measured === undefined) return undefined;
  const { percentile, ...own } = measured;
  const method = within(spec, 'budgetingMethod');
  if (percentile !== undefined) {
    yield* ofRequests(target, percentile, method);
    return { ...own, displayName, targetPercent: { value: percentile, spot: own.queries.query! }, timeSlice: null };
  }
  yield* notCarried(objective, 'op', 'nothing has to be done: a ratio is held against the target alone');
  yield* notCarried(objective, 'value', 'nothing has to be done: a ratio is held against the target alone');
  const timeSlice = yield* slicesIn(objective, method, target);
  return timeSlice === undefined ? undefined : { ...own, displayName, targetPercent: target, timeSlice };
}

function* notCarried(objective: Spot, field: string, instead: string): Reading<void> {
  const spot = within(objective, field);
  if (isGiven(spot)) yield without(spot, 'cannot be carried over: an objective of a policy has no such thing', instead);
}

/** OpenSLO counts how often the quantile was low enough; a policy counts requests, of which the quantile says how many. */
function* ofRequests({ value, spot }: From<number>, percentile: number, method: Spot): Reading<void> {
  const message = `that the p${percentile} is low enough ${value} % of the time cannot be carried over: ${percentile} % of the requests have to be fast enough`;
  yield without(spot, message, 'write targetPercent: into the policy, if more of them have to be');
  if (method.value === undefined || method.value === 'Occurrences') return;
  yield without(
    method,
    `${method.value} of a quantile cannot be carried over: requests are counted`,
    'write timeSlice: into the policy, if slices of time are to be counted',
  );
}

const tidy = (value: number): number => Number(value.toPrecision(12));

function* targetIn(objective: Spot): Reading<From<number> | undefined> {
  const [share, percent] = [within(objective, 'target'), within(objective, 'targetPercent')];
  if (isGiven(share) && isGiven(percent)) {
    yield lost(percent, 'is there beside target', 'keep one of the two');
    return undefined;
  }
  if (isGiven(percent)) {
    const value = yield* numberOf(percent);
    return value === undefined ? undefined : { value, spot: percent };
  }
  const value = yield* numberOf(share);
  if (value === undefined) return undefined;
  if (value >= 1 || value <= 0) {
    const isPercent = value > 1 && value < 100;
    const hint = isPercent ? `write targetPercent: ${value}, or target: ${tidy(value / 100)}` : 'write target: 0.999';
    yield lost(share, `must be a share between 0 and 1, not ${value}`, hint);
    return undefined;
  }
  return { value: tidy(100 * value), spot: share };
}

/** null: events are counted; undefined: what is counted cannot be carried over. */
function* slicesIn(objective: Spot, method: Spot, target: From<number>): Reading<Draft['timeSlice'] | undefined> {
  if (method.value === undefined || method.value === 'Occurrences') {
    yield* notCarried(objective, 'timeSliceTarget', 'write budgetingMethod: Timeslices, if slices are to be counted');
    yield* notCarried(objective, 'timeSliceWindow', 'write budgetingMethod: Timeslices, if slices are to be counted');
    return null;
  }
  if (method.value !== 'Timeslices') {
    const message = `a budget is counted in Occurrences or Timeslices, and not in ${method.value}`;
    yield lost(method, message, 'write budgetingMethod: Occurrences, which weighs each request alike');
    return undefined;
  }
  const sliceTargetSpot = within(objective, 'timeSliceTarget');
  const sliceTarget = yield* numberOf(sliceTargetSpot);
  const slice = yield* sliceIn(within(objective, 'timeSliceWindow'));
  if (sliceTarget === undefined || slice === undefined) return undefined;
  const percent = tidy(100 * sliceTarget);
  if (percent === target.value) return slice;
  const message = `a slice is good with ${percent} %, and ${target.value} % of them have to be: a policy has one target for both`;
  yield lost(sliceTargetSpot, message, `write timeSliceTarget: ${target.value / 100}, or budgetingMethod: Occurrences`);
  return undefined;
}
