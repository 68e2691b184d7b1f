/** The one shape of traffic that is ever written: named revisions that add up to everything, then the tags at 0 %. */
import type { protos } from '@google-cloud/run';
import type { Split, TagTarget, TrafficTarget } from '../facts/split.ts';
import { Refused } from '../ports/errors.ts';

type Target = protos.google.cloud.run.v2.ITrafficTarget;

/**
 * Throws Refused for anything that Cloud Run would take for something else than what was meant: an empty list, for one, is
 * 100 % to the latest revision. The order is by name, so that equal splits are equal bytes.
 */
export function wholeTraffic(split: Split, tags: readonly TagTarget[]): TrafficTarget[] {
  const shares = split.filter(({ percent }) => percent !== 0);
  const problem = splitProblem(shares) ?? tagProblem(tags);
  if (problem) throw new Refused(`Refused to write this traffic: ${problem}.`);
  return [
    ...shares
      .toSorted((a, b) => compare(a.revision, b.revision))
      .map(({ revision, percent }): TrafficTarget => ({ revision, percent })),
    ...tags
      .toSorted((a, b) => compare(a.tag, b.tag))
      .map(({ revision, tag }): TrafficTarget => ({ revision, percent: 0, tag })),
  ];
}

/** The same as Google's client wants it. */
export const trafficTargets = (split: Split, tags: readonly TagTarget[]): Target[] =>
  wholeTraffic(split, tags).map(({ revision, percent, tag }) => ({
    ...(revision === null
      ? { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' }
      : { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision }),
    ...(tag === undefined ? { percent } : { tag }),
  }));

function splitProblem(shares: Split): string | null {
  if (shares.some(({ percent }) => !Number.isInteger(percent) || percent < 0 || percent > 100)) {
    return 'every share must be a whole percent between 0 and 100';
  }
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  if (sum !== 100) return `the shares add up to ${sum} %, not 100 %`;
  if (shares.some(({ revision }) => !isShortName(revision))) return 'every share must name its revision';
  if (new Set(shares.map(({ revision }) => revision)).size < shares.length) return 'a revision is named twice';
  return null;
}

function tagProblem(tags: readonly TagTarget[]): string | null {
  if (tags.some(({ tag, revision }) => tag === '' || (revision !== null && !isShortName(revision)))) {
    return 'every tag needs a name and a revision';
  }
  return new Set(tags.map(({ tag }) => tag)).size < tags.length ? 'a tag is given twice' : null;
}

const isShortName = (name: string): boolean => name !== '' && !name.includes('/');
/** By code unit: the same everywhere, whatever the locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
