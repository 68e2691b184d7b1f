/** Traffic as integer percents by named revision. */

/** One line of a service's traffic, as it was asked for. `revision` is the short name; null means LATEST. */
export interface TrafficTarget {
  readonly revision: string | null;
  readonly percent: number;
  readonly tag?: string;
}

/** A tag that a user gave a revision, or LATEST (null). */
export interface TagTarget {
  readonly revision: string | null;
  readonly tag: string;
}

/** One revision's integer share of the traffic. */
export interface Share {
  readonly revision: string;
  readonly percent: number;
}

export type Split = readonly Share[];

export const all = (revision: string): Split => [{ revision, percent: 100 }];

/** `percent` to the candidate, the rest to the other; a revision with nothing is left out. */
export const between = (candidate: string, percent: number, other: string): Split =>
  [
    { revision: other, percent: 100 - percent },
    { revision: candidate, percent },
  ].filter((share) => share.percent > 0);

/** Equal whatever the order; a split names each revision once. */
export const same = (a: Split, b: Split): boolean =>
  a.length === b.length &&
  a.every(({ revision, percent }) => b.some((s) => s.revision === revision && s.percent === percent));

export const percentOf = (split: Split, revision: string): number =>
  split.find((share) => share.revision === revision)?.percent ?? 0;

/** The one revision that has all of the traffic. */
export const soleRevision = (split: Split): string | null =>
  split.find((share) => share.percent === 100)?.revision ?? null;

/** "api-00001-aaa 95 %, api-00002-bbb 5 %" */
export const splitText = (split: Split): string =>
  split.map(({ revision, percent }) => `${revision} ${percent} %`).join(', ');

/** All of the traffic goes to whatever is newest; an empty list means that, too. */
export const followsLatest = (traffic: readonly TrafficTarget[]): boolean =>
  traffic.every(({ revision, percent }) => revision === null || percent === 0);

/** Shares as asked for, of named revisions, merged; null when any traffic follows LATEST. */
export function namedSplit(traffic: readonly TrafficTarget[]): Split | null {
  const split: { revision: string; percent: number }[] = [];
  for (const { revision, percent } of traffic) {
    if (percent === 0) continue;
    if (revision === null) return null;
    const known = split.find((share) => share.revision === revision);
    if (known) known.percent += percent;
    else split.push({ revision, percent });
  }
  return split.length === 0 ? null : split;
}

/** The shares of a traffic as one text, whatever their order: equal texts are equal traffic. */
export const trafficText = (traffic: readonly TrafficTarget[]): string =>
  traffic
    .filter(({ percent }) => percent > 0)
    .map(({ revision, percent }) => `${revision ?? 'LATEST'}=${percent}`)
    .sort()
    .join(' ');

export const tagsOf = (traffic: readonly TrafficTarget[]): TagTarget[] =>
  traffic.flatMap(({ revision, tag }) => (tag === undefined ? [] : [{ revision, tag }]));
