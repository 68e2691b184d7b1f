/**
 * How many instances a share of the traffic may have. Cloud Run divides a service's maximum among the revisions by their
 * shares, in whole instances; how it rounds is not documented, so the worst is assumed: down, and never to none. A revision
 * with 45 % of the traffic and one of three instances is slow, and has requests refused with 429, without being to blame.
 */
import type { Service } from '../facts/service.ts';

/** Instances that all revisions share; null where each has a limit of its own. */
export type InstanceLimit = number | null;

export const limitOf = ({ scaling }: Service): InstanceLimit =>
  scaling.mode === 'Manual' ? scaling.instances : scaling.maxInstances;

/** Where the whole service runs at the 60 % that the autoscaler aims at, four fifths of a part run at 75 %. */
const leastPart = 0.8;

const partOf = (limit: number, percent: number): number => Math.max(1, Math.floor((limit * percent) / 100));

/** 1 % is the smallest share there is, and is taken as it comes. */
export const isShortOfInstances = (limit: InstanceLimit, percent: number): boolean =>
  limit !== null && percent > 1 && partOf(limit, percent) < leastPart * ((limit * percent) / 100);

/** The largest share up to this one that is worth its part of the instances, percent. */
export function fairPercent(limit: InstanceLimit, percent: number): number {
  let fair = percent;
  while (isShortOfInstances(limit, fair)) fair--;
  return fair;
}

/** The same as a step up: where whole instances leave nothing between `from` and `to`, the next share beyond, up to `most`. */
export function fairStep(limit: InstanceLimit, from: number, to: number, most: number): number {
  const down = fairPercent(limit, to);
  if (down > from || to <= from) return Math.max(from, down);
  for (let percent = to + 1; percent <= most; percent++) if (!isShortOfInstances(limit, percent)) return percent;
  return from;
}

/** "1 of 3 instances for 45 % of the traffic" */
export const instancesText = (limit: number, percent: number): string =>
  `${partOf(limit, percent)} of ${limit} instances for ${percent} % of the traffic`;

/** Each revision with traffic needs an instance of its own. */
export const tooFewInstances = ({ scaling }: Service): boolean => scaling.mode === 'Manual' && scaling.instances < 2;

export const tooFew = ({ scaling }: Service): string =>
  `Manual scaling to ${scaling.mode === 'Manual' ? scaling.instances : 0} instances cannot serve two revisions: some requests would find none.`;
