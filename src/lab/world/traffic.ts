/** Traffic targets as Cloud Run takes them: whole percents that sum to 100, by named revision or by LATEST, tags beside. */
import type { TrafficTarget } from '../../facts/split.ts';
import { invalid } from './refusal.ts';

export type { TrafficTarget };
export const allToLatest: readonly TrafficTarget[] = [{ revision: null, percent: 100 }];

/** Throws INVALID_ARGUMENT for a list that Cloud Run would refuse. An empty list means LATEST at 100 %. */
export function checkTraffic(
  targets: readonly TrafficTarget[],
  exists: (revision: string) => boolean,
): readonly TrafficTarget[] {
  if (targets.length === 0) return allToLatest;
  for (const [i, { revision, percent }] of targets.entries()) {
    if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
      throw invalid(`traffic[${i}].percent: must be a whole number from 0 to 100, not ${percent}`);
    }
    if (revision !== null && !exists(revision))
      throw invalid(`traffic[${i}].revision: Revision '${revision}' does not exist`);
  }
  const sum = targets.reduce((percents, target) => percents + target.percent, 0);
  if (sum !== 100) throw invalid(`traffic: percents must sum to 100, these sum to ${sum}`);
  const tags = targets.flatMap((target) => target.tag ?? []);
  const twice = tags.find((tag, i) => tags.indexOf(tag) !== i);
  if (twice !== undefined) throw invalid(`traffic: tag '${twice}' is given twice`);
  return targets;
}

/** Who serves what, in percent; what LATEST asks for is nobody's while nothing is ready. */
export function splitOf(targets: readonly TrafficTarget[], latest: string | null): ReadonlyMap<string, number> {
  const split = new Map<string, number>();
  for (const { revision, percent } of targets) {
    const name = revision ?? latest;
    if (name !== null && percent > 0) split.set(name, (split.get(name) ?? 0) + percent);
  }
  return split;
}
