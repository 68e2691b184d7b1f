/**
 * What can be understood of a policy that does not keep to the schema: each indicator by itself, and the window. Whoever mends
 * what is said of a policy is done, so that one mistake hides no other.
 */
import { record } from '../facts/json.ts';
import { windowOf } from './budget.ts';
import { indicatorOf, sharedOf } from './indicators.ts';
import type { Indicator } from './policy.ts';
import type { Path, Problem } from './problems.ts';
import { countedKinds } from './spec/objectives.ts';
import { parts } from './spec.ts';

export interface Alone {
  readonly problems: readonly Problem[];
  /** Of those that are judged, with their places among all objectives. */
  readonly indicators: readonly { readonly indicator: Indicator; readonly index: number }[];
}

export function readAlone(given: unknown): Alone {
  const { objectives, window } = record(record(given).spec);
  const revisionLabel = revisionLabelOf(given);
  const read = (Array.isArray(objectives) ? objectives : []).flatMap((one: unknown, index) =>
    indicatorsIn(record(one).indicator, revisionLabel, ['spec', 'objectives', index, 'indicator']).map((found) => ({
      index,
      ...found,
    })),
  );
  return {
    problems: [...read.flatMap((one) => (one.ok ? [] : one.problems)), ...windowProblems(window)],
    indicators: read.flatMap((one) => ('indicator' in one ? [one] : [])),
  };
}

const readMetrics = parts.shape.metrics.catch({ type: 'GoogleManagedPrometheus', revisionLabel: 'revision_name' });

/** The usual one where what is said of the metrics cannot be understood. */
export const revisionLabelOf = (given: unknown): string =>
  readMetrics.parse(record(record(given).spec).metrics).revisionLabel;

/** More than one where there are too many, which is told of by itself. */
function indicatorsIn(given: unknown, revisionLabel: string, path: Path) {
  const { latency, ratio, shared } = record(given);
  const slow = countedKinds.latency.safeParse(latency);
  const bad = countedKinds.ratio.safeParse(ratio);
  const common = countedKinds.shared.safeParse(shared);
  return [
    ...(slow.success ? [indicatorOf({ latency: slow.data }, revisionLabel, path)] : []),
    ...(bad.success ? [indicatorOf({ ratio: bad.data }, revisionLabel, path)] : []),
    ...(common.success ? [sharedOf(common.data, revisionLabel, [...path, 'shared'])] : []),
  ];
}

function windowProblems(given: unknown): readonly Problem[] {
  const read = parts.shape.window.safeParse(given);
  const window = read.success ? windowOf(read.data) : null;
  return window === null || window.ok ? [] : window.problems;
}
