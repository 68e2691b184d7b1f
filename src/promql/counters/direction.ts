/**
 * Which way is bad. Dashboards divide good events by all as often as bad ones; only what the form of a query proves is
 * believed: matchers that select or leave out failures, a bucket of what was fast enough, names that say it.
 */
import { boundaryOf, boundaryValue } from './buckets.ts';
import { coreOf, withoutTurns, wordOf } from './endings.ts';
import { selectorText } from './format.ts';
import { type Counter, type CounterSum, type LabelMatch, sameMatch } from './model.ts';
import { noTimeByName, unitByName } from './names.ts';
import { isWithin } from './share.ts';
import { type Leaning, leaningOfLabel, namesCodes } from './vocabulary.ts';

/** What a sum of counters counts, and the words by which that is known. */
export interface Leans {
  readonly to: Leaning;
  /** "status=~"5.." selects what failed". */
  readonly because: string;
  /** Codes of a metric over the same metric, or a bucket of durations over all of them: nothing else can be meant. */
  readonly certain: boolean;
  /** Only what the caller did wrong: bad by itself, and nothing beside what succeeded. */
  readonly weak?: true;
}

/** null: nothing in the form of it tells. */
export function leaningOf(sum: CounterSum, total: CounterSum): Leans | null {
  const [added, taken] = [of(sum, 1), of(sum, -1)];
  const all = of(total, 1);
  if (taken.length === 0) return agreed(added.map((counter) => leaningOfCounter(counter, all)));
  // What is left of everything when a part is taken away, be it by leaving it out.
  if (!added.every((one) => all.some((whole) => isSame(one, whole)))) return null;
  const leftOut = all.filter((whole) => !added.some((one) => isSame(one, whole)));
  const part = agreed([...taken, ...leftOut].map((counter) => leaningOfCounter(counter, all)));
  return part && { ...part, to: opposite(part.to), because: `${part.because}, and that is taken away from all` };
}

const isSame = (a: Counter, b: Counter): boolean => isWithin(a, b) && isWithin(b, a);

export const opposite = (leaning: Leaning): Leaning => (leaning === 'Good' ? 'Bad' : 'Good');

const of = (sum: CounterSum, wanted: 1 | -1): Counter[] =>
  sum.filter(({ sign }) => sign === wanted).map(({ counter }) => counter);

/** What says little goes with whatever stands beside it. */
function agreed(all: readonly (Leans | 'Neither' | null)[]): Leans | null {
  const known = all.filter((one) => one !== 'Neither');
  const strong = known.filter((one) => !one?.weak);
  const told = strong.length > 0 ? strong : known;
  const [first] = told;
  if (!first || !told.every((one) => one?.to === first.to)) return null;
  return { ...first, certain: told.every((one) => one?.certain) };
}

function leaningOfCounter(counter: Counter, total: readonly Counter[]): Leans | 'Neither' | null {
  const votes = [...byMatchers(counter, total), ...byBucket(counter, total)];
  const told = votes.filter((one) => one !== 'Neither' && one !== 'Unexplained');
  const explained = !votes.includes('Unexplained');
  const [first] = told;
  if (!first) return explained ? (votes.length > 0 ? 'Neither' : byName(counter, total)) : failedByName(counter, total);
  const own = wordOf(counter.name)?.to;
  // What all of them are called tells nothing, but that failures of whatever kind are failures.
  const named = own === 'Good' && total.every((whole) => wordOf(whole.name)?.to === own) ? undefined : own;
  const isOne = told.every(({ to }) => to === first.to) && (named === undefined || named === first.to);
  if (!isOne) return null;
  // Good is good only of what is counted: all of it that succeeded, of the same thing.
  if (first.to === 'Good' && !(explained && isOfTheSame(counter, total))) return null;
  return { ...first, certain: explained && told.every(({ certain }) => certain) };
}

/** A histogram's count and its buckets are of one metric. */
const metricOf = (name: string): string => name.replace(/_(?:bucket|count)$/, '');

const isOfTheSame = (counter: Counter, total: readonly Counter[]): boolean =>
  total.some((whole) => metricOf(whole.name) === metricOf(counter.name)) ||
  total.every((whole) => coreOf(whole.name) === coreOf(counter.name));

/** By label: what the total asks too tells nothing. */
function byMatchers(counter: Counter, total: readonly Counter[]): (Leans | 'Neither' | 'Unexplained')[] {
  const narrowing = counter.matchers.filter(
    (one) => one.label !== 'le' && !total.every((whole) => whole.matchers.some((other) => sameMatch(one, other))),
  );
  const isSameMetric = total.some(({ name }) => metricOf(name) === metricOf(counter.name));
  return [...Map.groupBy(narrowing, ({ label }) => label)].map(
    ([label, matchers]): Leans | 'Neither' | 'Unexplained' => {
      const vote = leaningOfLabel(label, matchers, counter.name);
      if (vote === null) return 'Unexplained';
      if (vote === 'Neither') return vote;
      const to = vote === 'Good' ? 'Good' : 'Bad';
      const because = `${matchersText(matchers)} ${selects(to, matchers)}`;
      const certain = isSameMetric && namesCodes(label) && matchers.every(({ value }) => /\d|^[A-Z]/.test(value));
      // Of something else than all, what is not that failure may be another.
      if (to === 'Good' && leavesOut(matchers) && !isSameMetric) return 'Unexplained';
      return { to, because, certain, ...(vote === 'Caller' && { weak: true as const }) };
    },
  );
}

const leavesOut = (matchers: readonly LabelMatch[]): boolean => matchers.every(({ op }) => op === '!=' || op === '!~');

function selects(to: Leaning, matchers: readonly LabelMatch[]): string {
  if (to === 'Bad') return leavesOut(matchers) ? 'leaves out what succeeded' : 'selects what failed';
  return leavesOut(matchers) ? 'leaves out what failed' : 'selects what succeeded';
}

const matchersText = (matchers: readonly LabelMatch[]): string =>
  matchers.map(({ label, op, value }) => `${label}${op}"${value}"`).join(' and ');

/** Histograms of which a small value is not a good one. */
const noDurations =
  /remaining|lifetime|left|ttl|expir|age_|score|rating|confidence|bitrate|throughput|bandwidth|returned|results|uptime|mos(?:_|$)/;

/** A bucket of a histogram holds what was fast enough. */
function byBucket(counter: Counter, total: readonly Counter[]): Leans[] {
  const boundary = counter.upTo ?? boundaryValue(boundaryOf(counter)?.value ?? '');
  const { name } = counter;
  if (!Number.isFinite(boundary) || noDurations.test(name) || noTimeByName(name) !== null) return [];
  const certain = unitByName(name)?.by === 'Said' && total.some((whole) => isWithin(counter, whole));
  const selected = counter.upTo == null ? `le="${boundaryOf(counter)?.value}"` : `up to ${counter.upTo}`;
  return [{ to: 'Good', because: `${selected} selects what was fast enough`, certain }];
}

/** A word of the name that something of the total does not have. */
function byName({ name, matchers }: Counter, total: readonly Counter[]): Leans | null {
  const said = wordOf(name);
  if (said === undefined || total.every((whole) => wordOf(whole.name)?.to === said.to)) return null;
  const isOfIt = (whole: Counter): boolean => withoutTurns(coreOf(whole.name)) === coreOf(name);
  if (said.to === 'Good' && !total.every(isOfIt)) return null;
  // A limit may be hit, too: only of a cache, or where something is missed, a hit is good.
  const isHit = /^hits?$/.test(said.word) && !/cache/.test(name) && !total.some((whole) => /miss/.test(whole.name));
  if (isHit) return null;
  const because = `${selectorText({ name, matchers })} is named for what ${said.to === 'Good' ? 'succeeded' : 'failed'}`;
  return { to: said.to, because, certain: false };
}

/** Some of the failures are failures, whatever they are narrowed by. */
function failedByName(counter: Counter, total: readonly Counter[]): Leans | null {
  const lean = byName(counter, total);
  return lean?.to === 'Bad' ? lean : null;
}
