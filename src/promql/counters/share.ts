/** Are the bad events some of all the events? Only what the matchers prove counts as proof. */
import { type Counter, type CounterSum, type LabelMatch, sameMatch } from './model.ts';
import { areDisjoint, isAdmittedBy } from './patterns.ts';

/** Each bad counter lies within a counter of the total of its own, or is what a good part leaves of one. */
export function isShare(bad: CounterSum, total: CounterSum): boolean {
  if (total.some(({ sign }) => sign < 0)) return false;
  const [whole, added, taken] = [of(total, 1), of(bad, 1), of(bad, -1)];
  // A part may be taken only from a counter of the total that was added whole, and one from each.
  const wholes = added.filter((one) => whole.some((other) => isWithin(one, other) && isWithin(other, one)));
  if (!pairs(taken, wholes) && !(wholes.length === 1 && areApart(taken, wholes[0]!))) return false;
  return pairs(added, whole) || (taken.length === 0 && whole.length === 1 && areApart(added, whole[0]!));
}

/** Whatever is taken away lies within something that was added. */
export const isNeverNegative = (sum: CounterSum): boolean => pairs(of(sum, -1), of(sum, 1));

const of = (sum: CounterSum, wanted: 1 | -1): Counter[] =>
  sum.filter(({ sign }) => sign === wanted).map(({ counter }) => counter);

/** Whether each part can have a whole of its own that it lies within: parts that find none free move others along. */
function pairs(parts: readonly Counter[], wholes: readonly Counter[]): boolean {
  const partIn = new Map<Counter, Counter>();
  const place = (part: Counter, tried: Set<Counter>): boolean =>
    wholes.some((whole) => {
      if (tried.has(whole) || !isWithin(part, whole)) return false;
      tried.add(whole);
      const before = partIn.get(whole);
      if (before !== undefined && !place(before, tried)) return false;
      partIn.set(whole, part);
      return true;
    });
  return parts.every((part) => place(part, new Set()));
}

/** Parts of one counter that share no series, because what a label may be in one it is in none of the others. */
function areApart(parts: readonly Counter[], whole: Counter): boolean {
  // A bucket counts what the smaller ones count: different boundaries keep none of them apart.
  const cumulative = isLastBucket(asBuckets(whole));
  return parts.every(
    (part, index) =>
      isWithin(part, whole) &&
      part.name === whole.name &&
      parts
        .slice(index + 1)
        .every((other) =>
          part.matchers.some(
            (mine) =>
              !(cumulative && mine.label === 'le') &&
              other.matchers.some((theirs) => mine.label === theirs.label && areDisjoint(mine, theirs)),
          ),
        ),
  );
}

/** Every event that `part` counts is also counted by `whole`. */
export function isWithin(part: Counter, whole: Counter): boolean {
  const [inner, outer] = [asBuckets(part), asBuckets(whole)];
  if (inner.name !== outer.name || (inner.upTo === undefined) !== (outer.upTo === undefined)) return false;
  if (outer.upTo != null && (inner.upTo == null || inner.upTo > outer.upTo)) return false;
  // Buckets are cumulative: every one of them lies within the last.
  const everything = isLastBucket(outer);
  if (everything && !isOneBucket(inner)) return false;
  const needed = outer.matchers.filter(({ label }) => !(everything && label === 'le'));
  return needed.every(
    (one) =>
      matchesAnything(one) ||
      inner.matchers.some((other) => one.label === other.label && (sameMatch(one, other) || isAdmittedBy(other, one))),
  );
}

/** A histogram's count is its last bucket; no count has a label `le`, whatever a matcher asks. */
function asBuckets(counter: Counter): Counter {
  const { name, matchers } = counter;
  if (!name.endsWith('_count') || matchers.some(({ label }) => label === 'le')) return counter;
  return { name: name.replace(/_count$/, '_bucket'), matchers: [...matchers, { label: 'le', op: '=', value: '+Inf' }] };
}

/** Of each histogram at most one bucket: several of them count the same events several times. */
function isOneBucket({ matchers }: Counter): boolean {
  const exact = matchers.filter(({ label, op }) => label === 'le' && op === '=');
  return exact.length === 1 && /^[-+]?(?:inf|[\d.]+(?:e[-+]?\d+)?)$/i.test(exact[0]!.value);
}

/** The last bucket, and nothing else about `le` that could leave it out. */
const isLastBucket = ({ name, matchers }: Counter): boolean => {
  const [only, ...others] = matchers.filter(({ label }) => label === 'le');
  return name.endsWith('_bucket') && only?.op === '=' && only.value === '+Inf' && others.length === 0;
};

/** What a dashboard's "All" becomes. A label that is missing is matched by it too. */
const matchesAnything = ({ op, value }: LabelMatch): boolean => op === '=~' && value === '.*';
