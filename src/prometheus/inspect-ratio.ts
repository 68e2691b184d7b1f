/** The dry run of a ratio: is each counter there, can each matcher match, and does the answer stand the right way up? */
import { narrowing, probeOf } from '../counting/absence.ts';
import { type Measured, partsOf, type RatioShape } from '../counting/measured.ts';
import { boundariesQuery, countingQuery, existsQuery, valuesQuery } from '../counting/queries.ts';
import { ratioTallies } from '../counting/tally.ts';
import type { Tally } from '../facts/counts.ts';
import { type Problem, problem } from '../facts/inspection.ts';
import type { Asked } from '../ports/metrics.ts';
import { boundaryOf, boundaryValue } from '../promql/counters/buckets.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { Counter, LabelMatch } from '../promql/counters/model.ts';
import { canTellApart } from '../promql/counters/vocabulary.ts';
import type { KnownSeries } from './known-series.ts';
import type { PromqlClient } from './promql.ts';

/** Figures are looked at over so long. */
const figuresMs = 15 * 60_000;
/** Fewer events say nothing of which way is bad. */
const leastEvents = 30;
/** No service is as bad as this for long; the other way round it is fine. */
const upsideDown = { from: 0.5, inside: 0.05 };

interface Run {
  readonly client: PromqlClient;
  readonly asked: Asked;
  readonly measured: Measured;
  readonly shape: RatioShape;
  readonly nowMs: number;
}

export async function ratioProblem(
  client: PromqlClient,
  known: KnownSeries,
  asked: Asked,
  measured: Measured,
  shape: RatioShape,
  nowMs: number,
): Promise<Problem | null> {
  const run: Run = { client, asked, measured, shape, nowMs };
  for (const part of isOurs(run) ? [] : partsOf(shape)) {
    const spelled = await known.spelled(asked.source, part, measured, nowMs);
    const missing = (await isThere(run, spelled))
      ? await blindMatcher(run, part)
      : await whatIsMissing(run, part, spelled);
    if (missing) return missing;
  }
  return await direction(run, known);
}

/** A question of our own about Google's own metrics, whose labels and their values are known. */
const isOurs = ({ asked, measured }: Run): boolean => measured.deltas && asked.objective.indicator.kind === 'Requests';

const anySeries = async ({ client, asked, measured, nowMs }: Run, probe: Counter): Promise<boolean> =>
  (await client.instant(asked.source, existsQuery(probe, measured), nowMs)).length > 0;

/** The metric, with the matchers that name whose it is, and with the labels that the others need. */
const isThere = (run: Run, part: Counter): Promise<boolean> =>
  anySeries(run, probeOf(part, narrowing(part, run.shape)));

/** Which of it is not there: the metric, its bucket or a label. */
async function whatIsMissing(run: Run, part: Counter, spelled: Counter): Promise<Problem> {
  const text = selectorText(part);
  const narrow = narrowing(part, run.shape);
  const whole: Counter = { ...spelled, matchers: spelled.matchers.filter((one) => !narrow.includes(one)) };
  if (!(await anySeries(run, whole))) {
    const le = boundaryOf(part);
    const histogram = { ...whole, matchers: whole.matchers.filter(({ label }) => label !== 'le') };
    if (le === null || !(await anySeries(run, histogram))) {
      const message = `Nothing matches ${selectorText(whole)}, while the rest of the query has series: ${text} would never count anything.`;
      return problem('NoSeries', message);
    }
    return problem('NoBoundary', await otherBoundaries(run, histogram, le.value));
  }
  const label = await missingLabel(run, whole, narrow);
  const message = `No series of ${selectorText(whole)} has the label ${label}: ${text} can never match what it means.`;
  return problem('NeverMatches', message);
}

async function otherBoundaries(
  { client, asked, measured, nowMs }: Run,
  histogram: Counter,
  le: string,
): Promise<string> {
  const vector = await client.instant(asked.source, boundariesQuery(histogram, measured), nowMs);
  const values = [...new Set(vector.map(({ labels }) => boundaryValue(labels.le ?? '')))].filter(Number.isFinite);
  return `${histogram.name} has no bucket le="${le}": its boundaries are ${values.toSorted((a, b) => a - b).join(', ')}.`;
}

async function missingLabel(run: Run, whole: Counter, narrow: readonly LabelMatch[]): Promise<string> {
  for (const one of narrow) {
    const probe = probeOf({ ...whole, matchers: [...whole.matchers, one] }, [one]);
    if (!(await anySeries(run, probe))) return one.label;
  }
  return narrow.map(({ label }) => label).join(' and ');
}

/** A matcher that, of all that its label may say, selects nothing: `code="5xx"` where codes are numbers. */
async function blindMatcher({ client, asked, measured, shape, nowMs }: Run, part: Counter): Promise<Problem | null> {
  const narrow = narrowing(part, shape);
  for (const matcher of narrow) {
    const probe = probeOf({ ...part, matchers: part.matchers.filter(({ label }) => label !== 'le') }, narrow);
    const answer = await client.instant(asked.source, valuesQuery(probe, matcher.label, measured), nowMs);
    const values = answer.map(({ labels }) => labels[matcher.label] ?? '').toSorted();
    if (canTellApart(matcher, values)) continue;
    const { label, op, value } = matcher;
    const shown = values.slice(0, 10).join(', ');
    const message = `${label}${op}"${value}" matches nothing that ${label} of ${part.name} ever says (now: ${shown}): ${selectorText(part)} cannot mean what it should.`;
    return problem('NeverMatches', message);
  }
  return null;
}

/** Where the query does not prove beyond doubt which way is bad, the figures are looked at. */
async function direction(run: Run, known: KnownSeries): Promise<Problem | null> {
  const { asked, nowMs } = run;
  const { reading, allowedBadFraction } = asked.objective;
  const now = await figures(run, known, nowMs);
  if (!reading || reading.certain) return null;
  const isUnproven = reading.proof === 'Nothing';
  const isOdd = now.total < leastEvents ? isUnproven : isUpsideDown(now, allowedBadFraction);
  if (!isOdd) return null;
  // An outage is not for ever, nor is a quiet night: what stood the right way up a day ago stands so now.
  const before = await figures(run, known, nowMs - 86_400_000);
  const settle = 'Write ratio: {bad, total} or ratio: {good, total} to say which it is.';
  const seen = before.total >= leastEvents ? before : now;
  if (seen.total < leastEvents) {
    const few = `${Math.round(now.total)} events are too few to see it`;
    return problem('DirectionUnclear', `Nothing in the query proves which way is bad, and ${few}. ${settle}`);
  }
  if (!isUpsideDown(seen, allowedBadFraction) || (seen === now && !isUnproven)) return null;
  const percent = (value: number) => `${Number((100 * value).toPrecision(3))} %`;
  const share = seen.bad / seen.total;
  const message = `As it is read, ${percent(share)} of all events are bad, and the other way round ${percent(Math.abs(1 - share))}: that seems to be what is good. ${settle}`;
  return problem('UpsideDown', message);
}

/** Far above any SLO by one reading, and inside it, or nearly, by the other. */
function isUpsideDown({ bad, total }: Tally, allowedBadFraction: number): boolean {
  const share = bad / total;
  const isFarAbove = share >= Math.max(upsideDown.from, 2 * allowedBadFraction);
  return isFarAbove && Math.abs(1 - share) <= Math.max(upsideDown.inside, allowedBadFraction);
}

/** What all revisions counted in a quarter of an hour; asked as a tick asks, so that what the source refuses is known before. */
async function figures({ client, asked, measured, shape }: Run, known: KnownSeries, atMs: number): Promise<Tally> {
  const { source } = asked;
  const parts = await Promise.all(partsOf(shape).map((part) => known.spelled(source, part, measured, atMs)));
  const asTicksDo = { measured, byBucket: false, revision: null, lookback: '5m', young: [] };
  const vector = await client.instant(source, countingQuery({ ...asTicksDo, parts, windowMs: figuresMs }), atMs);
  const tallies = Object.values(ratioTallies(shape, vector, measured.revisionLabel));
  const sum = (of: keyof Tally) => tallies.reduce((all, one) => all + one[of], 0);
  return { bad: sum('bad'), total: sum('total') };
}
