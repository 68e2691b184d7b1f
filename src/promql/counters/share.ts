/** Are the bad events some of all the events? Only what the matchers prove counts as proof. */
import type { Counter, CounterSum, LabelMatch } from './model.ts';

/** Each bad counter lies within a counter of the total of its own, or is what a good part leaves of one. */
export function isShare(bad: CounterSum, total: CounterSum): boolean {
  if (total.some(({ sign }) => sign < 0)) return false;
  const whole = total.map(({ counter }) => counter);
  const taken = bad.filter(({ sign }) => sign < 0).map(({ counter }) => counter);
  const added = bad.filter(({ sign }) => sign > 0).map(({ counter }) => counter);
  // A part may be taken only from a counter of the total that was added whole, and one from each.
  const wholes = added.filter((one) => whole.some((other) => isWithin(one, other) && isWithin(other, one)));
  if (!pairs(taken, wholes)) return false;
  return pairs(added, whole) || (taken.length === 0 && whole.length === 1 && areApart(added, whole[0]!));
}

/** Gives each part a whole of its own that it lies within. The lists are short. */
function pairs(parts: readonly Counter[], wholes: readonly Counter[]): boolean {
  const [part, ...others] = parts;
  if (!part) return true;
  return wholes.some((whole, index) => isWithin(part, whole) && pairs(others, wholes.toSpliced(index, 1)));
}

/** Parts of one counter that share no series, because a label has a different value in each. */
function areApart(parts: readonly Counter[], whole: Counter): boolean {
  const exact = ({ matchers }: Counter, label: string) => matchers.find((one) => one.label === label && one.op === '=');
  return parts.every(
    (part, index) =>
      isWithin(part, whole) &&
      part.name === whole.name &&
      parts.slice(index + 1).every((other) =>
        part.matchers.some(({ label }) => {
          const [mine, theirs] = [exact(part, label), exact(other, label)];
          return mine && theirs && mine.value !== theirs.value;
        }),
      ),
  );
}

/** Every event that `part` counts is also counted by `whole`. */
function isWithin(part: Counter, whole: Counter): boolean {
  const [inner, outer] = [asBuckets(part), asBuckets(whole)];
  if (inner.name !== outer.name) return false;
  // Buckets are cumulative: every one of them lies within the last.
  const everything = isLastBucket(outer);
  const needed = outer.matchers.filter(({ label }) => !(everything && label === 'le'));
  const alone = everything && inner.matchers.filter(({ label, op }) => label === 'le' && op === '=').length === 1;
  if (everything && !alone) return false;
  return needed.every((one) => inner.matchers.some((other) => same(one, other)));
}

/** A histogram's count is its last bucket. */
function asBuckets({ name, matchers }: Counter): Counter {
  if (!name.endsWith('_count')) return { name, matchers };
  return { name: name.replace(/_count$/, '_bucket'), matchers: [...matchers, { label: 'le', op: '=', value: '+Inf' }] };
}

const isLastBucket = ({ name, matchers }: Counter): boolean =>
  name.endsWith('_bucket') && matchers.some(({ label, op, value }) => label === 'le' && op === '=' && value === '+Inf');

const same = (a: LabelMatch, b: LabelMatch): boolean => a.label === b.label && a.op === b.op && a.value === b.value;
